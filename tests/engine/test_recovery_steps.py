"""Recovery step by step, with a scripted service and a fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.core.runs import (
    OTHER_RUN,
    RUN,
    asks,
    connected,
    finished,
    numbered,
    said,
    skill_ended,
    skill_started,
    started,
    wants_connection,
)
from tests.fakes import EVERYTHING, IdleClock, MemoryStore, ScriptedBackend
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import StreamInterrupted, StreamResumed, TurnEvent
from tui.core.ids import ConversationId, MessageId, RunId, TurnId
from tui.core.ports import Capability
from tui.core.records import ConversationStatus, EventPage, Message, Prompt
from tui.core.steps import BreakStep
from tui.core.turn import Turn, fold, turn_of
from tui.engine.context import EngineContext
from tui.engine.outbox_claims import MessageGone
from tui.engine.recovery import catch_up, follow, watch_gaps
from tui.engine.server_history import rfc3339
from tui.engine.turn_runner import TurnRunner
from tui.engine.updates import RecoveryChanged, Update

HERE = ConversationId("c")
PROMPT = Prompt(text="Hello", at_ms=1, state="sent")
WHOLE = numbered(started(), skill_started("Find"), skill_ended("Find"), said("Hi"), finished())
WORKING = ConversationStatus(activity="processing")
IDLE = ConversationStatus(activity="idle")

Part = TurnEvent | BackendError | asyncio.Event


def broken(kind: ErrorKind = ErrorKind.SERVER, asked_s: float | None = None) -> BackendError:
    return BackendError(kind, f"It is {kind.value}.", retry_after_s=asked_s)


class Service(ScriptedBackend):
    """Service that answers each call with the top of its stack; an error there is raised.

    An empty stack: a stream that ends immediately, no stored events, a working conversation.
    """

    def __init__(self, can: Capability = EVERYTHING) -> None:
        super().__init__(can=can)
        self.streams: list[Sequence[Part]] = []
        self.pages: list[EventPage | BackendError] = []
        self.states: list[ConversationStatus | BackendError] = []
        self.last_page: EventPage | BackendError = EventPage(events=())
        self.last_state: ConversationStatus | BackendError = WORKING
        self.resumed: list[tuple[ConversationId, RunId, str | None, Turn | None]] = []
        self.asked_since: list[str | None] = []

    async def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        self._called("resume")
        self.resumed.append((conversation_id, run_id, after, so_far))
        for part in self.streams.pop(0) if self.streams else ():
            if isinstance(part, BackendError):
                raise part
            if isinstance(part, asyncio.Event):
                await part.wait()
            else:
                yield part

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        assert conversation_id == HERE
        self._called("events")
        self.asked_since.append(since)
        page = self.pages.pop(0) if self.pages else self.last_page
        if isinstance(page, BackendError):
            raise page
        return page

    async def status(self, conversation_id: ConversationId) -> ConversationStatus:
        assert conversation_id == HERE
        self._called("status")
        state = self.states.pop(0) if self.states else self.last_state
        if isinstance(state, BackendError):
            raise state
        return state


class Case:
    """A turn to bring to its end."""

    def __init__(
        self,
        *events: TurnEvent,
        run_id: RunId | None = RUN,
        prompt: Prompt | None = PROMPT,
        can: Capability = EVERYTHING,
    ) -> None:
        self.service = Service(can)
        self.store = MemoryStore()
        self.clock = IdleClock()
        self.told: list[tuple[str, int, float, str] | None] = []
        """Step, attempt, seconds to wait and problem of each report."""
        turn = Turn(id=TurnId("t"), conversation_id=HERE, prompt=prompt, run_id=run_id)
        context = EngineContext(
            backend=self.service, store=self.store, publish=self._hear, clock=self.clock
        )
        self.known = events
        self.runner = TurnRunner(context, fold(turn, events))

    def _hear(self, update: Update) -> None:
        if not isinstance(update, RecoveryChanged):
            return
        found = update.recovery
        if found is None:
            self.told.append(None)
            return
        wait_s = (found.next_ms - self.clock.now_ms()) / 1000 if found.next_ms else 0.0
        self.told.append((found.step, found.attempt, wait_s, found.problem))

    async def save(self) -> None:
        turn = self.turn
        await self.store.save_turn(turn.id, turn.conversation_id, turn.prompt, turn.run_id)
        await self.store.append(turn.id, turn.conversation_id, self.known)

    async def follow(self) -> Turn:
        """Return the turn once it is over."""
        await self.save()
        async with asyncio.timeout(60):
            await follow(self.runner)
        return self.turn

    def following(self) -> AbstractAsyncContextManager[asyncio.Task[None]]:
        return self._running(follow)

    def watching(self) -> AbstractAsyncContextManager[asyncio.Task[None]]:
        return self._running(watch_gaps)

    @asynccontextmanager
    async def _running(
        self, work: Callable[[TurnRunner], Coroutine[Any, Any, None]]
    ) -> AsyncGenerator[asyncio.Task[None]]:
        """Run a part of the recovery beside the test, for at most 5 s."""
        await self.save()
        task = asyncio.create_task(work(self.runner))
        try:
            async with asyncio.timeout(60):
                yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def called(self, name: str, times: int = 1) -> None:
        """Return as soon as the service was asked for something so often."""
        await self.until(lambda: self.service.calls.count(name) >= times)

    async def passed(self, seconds: float) -> None:
        """Return as soon as so much time has passed since the beginning."""
        await self.until(lambda: self.clock.monotonic_s() >= seconds)

    async def settled(self) -> None:
        """Let everything go on that waits for nothing."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(20_000):
            if true():
                return
            await asyncio.sleep(0)
        raise AssertionError(f"calls: {self.service.calls}, told: {self.told}")

    @property
    def turn(self) -> Turn:
        return self.runner.turn

    @property
    def waits(self) -> list[tuple[int, float, str]]:
        """Attempt, seconds and problem of each pause."""
        return [
            (attempt, wait_s, problem)
            for step, attempt, wait_s, problem in filter(None, self.told)
            if step == "waiting"
        ]


async def test_a_finished_turn_needs_no_recovery() -> None:
    case = Case(*WHOLE)
    await case.follow()
    assert case.service.calls == []
    assert case.told == []


async def test_a_reconnect_resumes_after_the_last_event() -> None:
    case = Case(*WHOLE[:2])
    before = case.turn
    case.service.streams = [WHOLE[2:]]
    turn = await case.follow()
    assert (turn.reply, turn.outcome) == ("Hi", "finished")
    assert case.service.resumed == [(HERE, RUN, "e2", before)]
    assert case.service.calls == ["resume"]
    assert case.told == [("reconnecting", 1, 0.0, ""), None]


async def test_stored_events_are_replayed_when_a_reconnect_brings_nothing() -> None:
    case = Case(*WHOLE[:2])
    case.service.pages = [EventPage(events=tuple(WHOLE))]
    assert (await case.follow()).reply == "Hi"
    assert case.service.calls == ["resume", "events"]
    assert case.told == [("reconnecting", 1, 0.0, ""), ("replaying", 1, 0.0, ""), None]


async def test_status_and_history_are_polled_when_stored_events_bring_nothing() -> None:
    case = Case(*WHOLE[:1])
    case.service.last_state = IDLE
    case.service.messages[HERE] = [
        Message(id=MessageId("m-2"), source="agent", text="Hi", run_id=RUN),
        Message(id=MessageId("m-1"), source="user", text="Hello", run_id=RUN),
    ]
    turn = await case.follow()
    assert (turn.reply, turn.outcome) == ("Hi", "finished")
    assert case.service.calls == ["resume", "events", "status", "events", "history"]
    assert [step and step[0] for step in case.told] == [
        "reconnecting",
        "replaying",
        "looking",
        None,
    ]


async def test_events_that_are_stored_once_the_conversation_is_idle_are_read_before_the_end() -> (
    None
):
    case = Case(*WHOLE[:1])
    case.service.last_state = IDLE
    case.service.pages = [EventPage(events=()), EventPage(events=tuple(WHOLE))]
    turn = await case.follow()
    assert turn.log == tuple(WHOLE)
    assert case.service.calls == ["resume", "events", "status", "events"]


async def test_a_working_conversation_is_polled_with_growing_backoff() -> None:
    case = Case(*WHOLE[:1])
    case.service.states = [WORKING] * 3
    case.service.last_state = IDLE
    await case.follow()
    assert case.waits == [(1, 0.5, ""), (2, 1.0, ""), (3, 2.0, "")]
    assert case.clock.monotonic_s() >= 0.5 + 1.0 + 2.0
    assert [step[1] for step in case.told if step and step[0] == "reconnecting"] == [1, 2, 3, 4]
    assert case.service.calls.count("history") == 1


async def test_a_turn_without_a_run_is_found_by_its_message() -> None:
    case = Case(run_id=None, prompt=replace(PROMPT, state="sending"))
    case.service.messages[HERE] = [
        Message(id=MessageId("m-1"), source="user", text="Hello", run_id=RUN, at_ms=7)
    ]
    case.service.streams = [WHOLE]
    turn = await case.follow()
    assert (turn.run_id, turn.reply) == (RUN, "Hi")
    assert turn.prompt == replace(PROMPT, message_id=MessageId("m-1"), at_ms=7)
    assert case.service.calls == ["history", "resume"]
    assert case.told[:2] == [("finding", 1, 0.0, ""), ("reconnecting", 1, 0.0, "")]


async def test_a_turn_whose_message_is_not_in_the_history_is_not_reconnected() -> None:
    case = Case(run_id=None, prompt=replace(PROMPT, state="sending"))
    case.service.last_state = IDLE
    turn = await case.follow()
    assert turn.prompt is not None
    assert turn.prompt.state == "sending"
    assert case.service.calls == ["history", "events", "status", "events", "history"]


async def test_a_turn_without_run_and_message_is_not_searched_in_the_history() -> None:
    case = Case(run_id=None, prompt=None)
    case.service.last_state = IDLE
    await case.follow()
    assert case.service.calls == ["events", "status", "events", "history"]


async def test_without_a_history_only_stored_events_are_requested() -> None:
    case = Case(run_id=None, can=Capability.REPLAY)
    stored = tuple(replace(event, run_id=None) for event in WHOLE)
    case.service.pages = [EventPage(events=()), EventPage(events=stored)]
    assert (await case.follow()).over
    assert case.service.calls == ["events", "events"]


async def test_backoff_restarts_after_each_event_of_a_stream() -> None:
    case = Case(can=Capability.HISTORY)
    case.service.streams = [[], [], *([event] for event in WHOLE)]
    assert (await case.follow()).reply == "Hi"
    assert [(attempt, wait_s) for attempt, wait_s, _ in case.waits] == [
        *[(1, 0.5), (2, 1.0)],
        *[(1, 0.5)] * 4,
    ]


async def test_an_interruption_is_no_progress_and_its_retry_after_is_kept() -> None:
    case = Case(*WHOLE[:1], can=Capability.HISTORY)
    stops = [
        StreamInterrupted(key=f"stop-{n}", retry_after_ms=asked)
        for n, asked in enumerate((3_000, 100))
    ]
    case.service.streams = [[stops[0]], [stops[1]], WHOLE[1:]]
    await case.follow()
    assert case.waits == [(1, 3.0, ""), (2, 1.0, "")]


async def test_a_retry_delay_of_the_stream_comes_before_the_first_reconnect() -> None:
    case = Case(*WHOLE[:1])
    case.runner.asked_delay_s = 4.0
    case.service.streams = [WHOLE[1:]]
    await case.follow()
    assert case.told == [("waiting", 1, 4.0, ""), ("reconnecting", 1, 0.0, ""), None]
    assert case.runner.asked_delay_s is None


async def test_a_retry_after_during_the_recovery_counts_once() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken()], [broken()], WHOLE[1:]]
    async with case.following() as task:
        await case.called("resume", 2)
        case.runner.asked_delay_s = 9.0
        await task
    assert [wait_s for _, wait_s, _ in case.waits] == [0.5, 9.0]


async def test_a_failure_is_reported_with_the_next_step_and_its_retry_after_is_kept() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken(asked_s=7.0)], WHOLE[1:]]
    await case.follow()
    assert case.told == [
        ("reconnecting", 1, 0.0, ""),
        ("replaying", 1, 0.0, "It is server."),
        ("looking", 1, 0.0, "It is server."),
        ("waiting", 1, 7.0, "It is server."),
        ("reconnecting", 2, 0.0, ""),
        None,
    ]


async def test_a_problem_is_reported_while_each_recovery_step_fails() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken(ErrorKind.TIMED_OUT)], WHOLE[1:]]
    case.service.pages = [broken(ErrorKind.INTERRUPTED)]
    case.service.states = [broken(ErrorKind.SERVER)]
    await case.follow()
    assert [step[3] for step in case.told if step] == [
        "",
        "It is timed_out.",
        "It is interrupted.",
        "It is server.",
        "",
    ]


@pytest.mark.parametrize("kind", [ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED])
async def test_an_unreachable_service_gets_no_further_requests(kind: ErrorKind) -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken(kind)], WHOLE[1:]]
    await case.follow()
    assert case.service.calls == ["resume", "resume"]
    assert case.waits == [(1, 0.5, f"It is {kind.value}.")]


@pytest.mark.parametrize("kind", [ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN, ErrorKind.BUSY])
async def test_a_permanent_failure_is_raised(kind: ErrorKind) -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken(kind)]]
    with pytest.raises(BackendError) as caught:
        await case.follow()
    assert caught.value.kind is kind
    assert case.service.calls == ["resume"]


async def test_a_conversation_not_found_six_times_is_deleted() -> None:
    case = Case(*WHOLE[:1])
    case.service.last_state = broken(ErrorKind.NOT_FOUND)
    turn = await case.follow()
    assert case.service.calls.count("status") == 6
    assert turn.outcome == "failed"
    assert turn.reason == ("The service can't find this conversation. It may have been deleted.")


async def test_a_run_not_found_does_not_delete_the_conversation() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[broken(ErrorKind.NOT_FOUND)] for _ in range(8)] + [WHOLE[1:]]
    case.service.pages = [broken(ErrorKind.NOT_FOUND) for _ in range(8)]
    turn = await case.follow()
    assert (turn.outcome, turn.reply) == ("finished", "Hi")


async def test_a_conversation_not_found_for_a_while_is_still_followed() -> None:
    case = Case(*WHOLE[:1])
    case.service.states = [broken(ErrorKind.NOT_FOUND) for _ in range(5)]
    case.service.last_state = IDLE
    assert (await case.follow()).outcome == "finished"


async def test_other_status_failures_never_delete_the_conversation() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[] for _ in range(9)] + [WHOLE[1:]]
    case.service.last_state = broken()
    assert (await case.follow()).reply == "Hi"


async def test_without_stored_events_an_idle_turn_ends_at_the_third_retry() -> None:
    case = Case(*WHOLE[:1])
    case.service.last_state = IDLE
    case.service.last_page = broken()
    turn = await case.follow()
    assert case.service.calls.count("status") == 3
    assert (turn.outcome, turn.reason) == ("finished", "")


async def test_stored_events_that_are_deleted_are_not_waited_for() -> None:
    case = Case(*WHOLE[:1])
    case.service.last_state = IDLE
    case.service.last_page = broken(ErrorKind.NOT_FOUND)
    await case.follow()
    assert case.service.calls.count("status") == 1


async def test_without_stored_events_a_reconnect_has_twelve_retries() -> None:
    case = Case(*WHOLE[:1], can=Capability.HISTORY)
    case.service.last_state = IDLE
    await case.follow()
    assert case.service.calls.count("status") == 12
    assert "events" not in case.service.calls


async def test_a_reply_expected_after_a_connection_is_polled_seven_times() -> None:
    asked = numbered(started(), wants_connection())
    case = Case(*asked, connected())
    case.service.last_state = IDLE
    await case.follow()
    assert case.service.calls.count("status") == 7


async def test_a_reply_after_a_connection_ends_the_turn_immediately() -> None:
    case = Case(*numbered(started(), wants_connection()), connected())
    case.service.last_state = IDLE
    case.service.messages[HERE] = [
        Message(id=MessageId("m-2"), source="agent", text="Done", run_id=RUN, at_ms=9_000)
    ]
    assert (await case.follow()).reply == "Done"
    assert case.service.calls.count("status") == 1


async def test_a_turn_that_asks_for_a_connection_waits_until_it_is_answered() -> None:
    case = Case(*numbered(started(), wants_connection()))
    case.service.streams = [
        [
            replace(said("Done"), key="e3", event_id="e3", seq=3, run_id=RUN),
            replace(finished(), key="e4", event_id="e4", seq=4, run_id=RUN),
        ]
    ]
    async with case.following() as task:
        for _ in range(200):
            await asyncio.sleep(0)
        assert case.service.calls == []
        await case.runner.apply_events((connected(),))
        await task
    assert case.turn.reply == "Done"
    assert case.service.calls == ["resume"]


async def test_an_unsupported_connection_is_not_waited_for() -> None:
    case = Case(*numbered(started(), wants_connection()), can=EVERYTHING & ~Capability.CONNECT)
    case.service.last_state = IDLE
    async with case.following():
        await case.called("status", 2)
    assert not case.turn.over
    assert "history" not in case.service.calls
    assert case.service.calls.count("events") == 2


async def test_a_question_from_the_status_is_added_to_the_turn() -> None:
    case = Case(*WHOLE[:1])
    question = replace(asks("Order"), key="q", run_id=RUN)
    case.service.states = [ConversationStatus(activity="requires_action", last_event=question)]
    case.service.streams = [[], WHOLE[1:]]
    async with case.following() as task:
        await case.called("resume", 2)
        assert [step.request for step in case.turn.open_approvals] == [question]
        await task


async def test_stored_events_of_an_idle_conversation_may_bring_a_pending_connection() -> None:
    case = Case(*WHOLE[:1])
    case.service.last_state = IDLE
    stored = numbered(started(), wants_connection())
    case.service.pages = [EventPage(events=()), EventPage(events=tuple(stored))]
    async with case.following():
        await case.called("events", 2)
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(case.turn.open_connections) == 1
        assert not case.turn.over
    assert case.service.calls == ["resume", "events", "status", "events"]


async def test_retry_now_cancels_the_hanging_step_and_restarts() -> None:
    case = Case(*WHOLE[:1], can=Capability.HISTORY)
    hangs = asyncio.Event()
    case.service.streams = [[], [hangs], WHOLE[1:]]
    async with case.following() as task:
        await case.called("resume", 2)
        case.runner.retry_now()
        await task
    assert [step[1] for step in case.told if step and step[0] == "reconnecting"] == [1, 2, 1]
    assert len(case.waits) == 1


async def test_a_turn_end_stored_by_another_process_is_loaded() -> None:
    case = Case(*WHOLE[:1])
    await case.save()
    await case.store.append(case.turn.id, HERE, WHOLE)
    assert (await case.follow()).reply == "Hi"
    assert case.service.calls == []


async def test_events_missing_before_an_end_stored_by_another_process_are_fetched() -> None:
    case = Case(*WHOLE[:1])
    await case.save()
    await case.store.append(case.turn.id, HERE, WHOLE[3:])
    case.service.pages = [EventPage(events=tuple(WHOLE))]
    assert not (await case.follow()).has_gap
    assert case.service.calls == ["events"]


async def test_a_turn_deleted_from_the_store_is_dropped() -> None:
    case = Case(*WHOLE[:1])
    with pytest.raises(MessageGone):
        await follow(case.runner)


async def test_events_missing_at_the_end_are_fetched_with_a_few_retries() -> None:
    case = Case(WHOLE[0], *WHOLE[3:])
    case.service.pages = [broken(), EventPage(events=tuple(WHOLE))]
    turn = await case.follow()
    assert not turn.has_gap
    assert case.service.calls == ["events", "events"]


async def test_events_missing_at_the_end_are_given_up_where_the_service_does_not_have_them() -> (
    None
):
    case = Case(WHOLE[0], *WHOLE[3:])
    case.service.last_page = broken(ErrorKind.NOT_FOUND)
    assert (await case.follow()).has_gap
    assert case.service.calls == ["events"]
    case = Case(WHOLE[0], *WHOLE[3:], can=Capability.HISTORY)
    assert (await case.follow()).has_gap
    assert case.service.calls == []


async def test_stored_events_are_read_page_by_page() -> None:
    case = Case(WHOLE[0])
    await case.save()
    first, second = (
        EventPage(events=tuple(WHOLE[:2]), next_since="s1"),
        EventPage(events=tuple(WHOLE[1:4]), next_since="s2"),
    )
    case.service.pages = [first, second, EventPage(events=tuple(WHOLE[4:]), next_since="s3")]
    await catch_up(case.runner)
    assert case.service.asked_since == [rfc3339(1_000), "s1", "s2"]
    assert case.turn.over


async def test_stored_events_end_where_the_next_page_is_the_same() -> None:
    case = Case(WHOLE[0])
    await case.save()
    case.service.pages = [
        EventPage(events=(), next_since="s1"),
        EventPage(events=(), next_since="s1"),
        EventPage(events=tuple(WHOLE)),
    ]
    await catch_up(case.runner)
    assert case.service.asked_since == [rfc3339(1_000), "s1"]


async def test_endless_stored_events_are_read_for_at_most_two_hundred_pages() -> None:
    case = Case(WHOLE[0])
    await case.save()
    case.service.pages = [EventPage(events=(), next_since=f"s{n}") for n in range(300)]
    await catch_up(case.runner)
    assert len(case.service.asked_since) == 200


async def test_stored_events_are_read_on_while_something_is_missing_after_the_end() -> None:
    case = Case(WHOLE[0], WHOLE[4])
    await case.save()
    case.service.pages = [
        EventPage(events=(WHOLE[1],), next_since="s1"),
        EventPage(events=(WHOLE[2],), next_since="s2"),
        EventPage(events=(WHOLE[3],), next_since="s3"),
    ]
    await catch_up(case.runner)
    assert case.service.asked_since == [rfc3339(1_000), "s1", "s2"]
    assert not case.turn.has_gap


async def test_stored_events_of_another_run_belong_to_another_turn() -> None:
    case = Case(WHOLE[0])
    await case.save()
    foreign = numbered(said("Not yours"), run_id=OTHER_RUN, prefix="o")
    ownerless = replace(said("Mine"), key="x", at_ms=2_000)
    case.service.pages = [EventPage(events=(*foreign, ownerless))]
    await catch_up(case.runner)
    assert case.turn.reply == "Mine"


@pytest.mark.parametrize(
    ("known", "since"),
    [
        ([], None),
        (WHOLE[:2], rfc3339(2_000)),
        ([WHOLE[0], WHOLE[3]], rfc3339(1_000)),
        ([WHOLE[3]], None),
        ([replace(WHOLE[0], at_ms=0)], None),
        ([replace(WHOLE[0], at_ms=0), WHOLE[3]], rfc3339(0)),
    ],
)
async def test_stored_events_are_read_from_the_last_one_without_a_gap_before_it(
    known: list[TurnEvent], since: str | None
) -> None:
    case = Case(*known)
    await case.save()
    await catch_up(case.runner)
    assert case.service.asked_since == [since]


async def test_a_gap_in_a_live_stream_is_filled_from_stored_events() -> None:
    case = Case(WHOLE[0], WHOLE[3])
    case.service.pages = [broken(asked_s=3.0), broken(), EventPage(events=tuple(WHOLE[:4]))]
    began_s = case.clock.monotonic_s()
    async with case.watching():
        await case.called("events", 3)
        await case.settled()
        assert not case.turn.has_gap
    assert case.clock.monotonic_s() - began_s == 0.5 + 3.0 + 2.0


async def test_after_a_gap_is_filled_the_wait_for_the_next_gap_is_reset() -> None:
    case = Case(WHOLE[0], WHOLE[2])
    case.service.pages = [broken(), EventPage(events=tuple(WHOLE[:3]))]
    async with case.watching():
        await case.called("events", 2)
        await case.settled()
        await case.runner.apply_events((WHOLE[3],))
        await case.passed(1.5 + 20.0)
        await case.settled()
        await case.runner.apply_events((replace(said("Late"), key="e9", seq=9, run_id=RUN),))
        await case.called("events", 3)
    assert case.clock.monotonic_s() == 1.5 + 20.0 + 0.5


async def test_a_silent_working_turn_is_checked_after_a_timeout() -> None:
    case = Case(WHOLE[0])
    async with case.watching():
        await case.called("events", 2)
    assert case.clock.monotonic_s() == 40.0


async def test_a_failed_check_of_a_silent_turn_is_retried_after_a_pause() -> None:
    case = Case(WHOLE[0])
    case.service.pages = [broken()]
    async with case.watching():
        await case.called("events", 2)
        assert case.clock.monotonic_s() == 20.0 + 20.0 + 0.5
        await case.called("events", 3)
        assert case.clock.monotonic_s() == 20.0 + 20.0 + 0.5 + 20.0


@pytest.mark.parametrize(
    ("events", "prompt"),
    [
        (numbered(started(), asks("Order")), PROMPT),
        (WHOLE, PROMPT),
        ([], None),
        ([], replace(PROMPT, state="queued")),
    ],
)
async def test_a_turn_that_expects_nothing_is_not_checked(
    events: list[TurnEvent], prompt: Prompt | None
) -> None:
    case = Case(*events, prompt=prompt)
    async with case.watching():
        await case.passed(100)
    assert case.service.calls == []


@pytest.mark.parametrize("state", ["sending", "sent"])
async def test_a_message_being_sent_is_searched_in_the_history_after_a_timeout(state: str) -> None:
    case = Case(run_id=None, prompt=replace(PROMPT, state=state))  # type: ignore[arg-type]
    case.service.messages[HERE] = [
        Message(id=MessageId("m-1"), source="user", text="Hello", run_id=RUN)
    ]
    case.service.pages = [EventPage(events=tuple(WHOLE))]
    async with case.watching():
        await case.called("events")
        await case.settled()
    assert (case.turn.run_id, case.turn.reply) == (RUN, "Hi")
    assert case.service.calls == ["history", "events"]


async def test_a_silent_turn_with_a_known_run_is_not_searched_in_the_history() -> None:
    case = Case(WHOLE[0])
    async with case.watching():
        await case.called("events")
    assert case.service.calls == ["events"]


async def test_a_turn_with_new_events_is_not_checked() -> None:
    case = Case(WHOLE[0])
    async with case.watching():
        for n in range(1, 4):
            await case.passed(15 * n)
            await case.runner.apply_events((WHOLE[n],))
    assert case.service.calls == []


async def test_gaps_are_not_watched_where_no_events_are_stored() -> None:
    case = Case(WHOLE[0], WHOLE[3], can=Capability.HISTORY)
    async with case.watching() as task:
        await task
    assert case.service.calls == []


async def test_a_break_is_recorded_with_what_was_caught_up() -> None:
    case = Case(*WHOLE[:1])
    case.service.streams = [[WHOLE[1], broken()], [broken(ErrorKind.UNREACHABLE)], WHOLE[2:]]
    turn = await case.follow()
    [step] = [step for step in turn.steps if isinstance(step, BreakStep)]
    assert [type(s).__name__ for s in turn.steps] == ["SkillStep", "BreakStep", "TextStep"]
    assert (step.caught_up, step.missing, step.complete) == (3, 0, True)
    assert step.lost_for_ms == 1_500
    stored = turn_of((await case.store.turns(HERE))[0])
    assert stored.steps == turn.steps


async def test_a_stream_that_breaks_again_before_it_has_caught_up_is_the_same_break() -> None:
    case = Case(*WHOLE[:1])
    cut = broken()
    case.service.streams = [[WHOLE[1], cut], [WHOLE[2], cut], [WHOLE[3], cut], WHOLE[4:]]
    turn = await case.follow()
    [step] = [step for step in turn.steps if isinstance(step, BreakStep)]
    assert step.caught_up == 3


async def test_a_resumed_stream_is_recorded_although_the_agent_keeps_working() -> None:
    gate = asyncio.Event()
    case = Case(*WHOLE[:1])
    case.service.streams = [[WHOLE[1], broken()], [WHOLE[2], gate, *WHOLE[3:]]]
    async with case.following() as task:
        watch = asyncio.create_task(case.runner.breaks.watch())
        await case.until(lambda: any(isinstance(e, StreamResumed) for e in case.turn.log))
        assert not case.turn.over
        watch.cancel()
        gate.set()
        await task
    [step] = [step for step in case.turn.steps if isinstance(step, BreakStep)]
    assert (step.caught_up, step.complete) == (1, True)


async def test_a_break_is_not_over_while_a_number_is_missing() -> None:
    gate, rest = asyncio.Event(), asyncio.Event()
    case = Case(*WHOLE[:1], can=Capability.HISTORY)
    case.service.streams = [
        [WHOLE[0], broken()],
        [WHOLE[2], gate, WHOLE[1], rest, *WHOLE[3:]],
    ]
    async with case.following() as task:
        watch = asyncio.create_task(case.runner.breaks.watch())
        await case.until(lambda: case.turn.has_gap)
        await case.passed(3)
        assert case.turn.open_break
        gate.set()
        await case.until(lambda: case.turn.open_break is None)
        watch.cancel()
        rest.set()
        await task
    [step] = [step for step in case.turn.steps if isinstance(step, BreakStep)]
    assert (step.missing, step.caught_up) == (0, 2)


async def test_an_end_that_was_concluded_does_not_say_that_nothing_is_lost() -> None:
    case = Case(*WHOLE[:1], can=Capability.HISTORY)
    case.service.streams = [[WHOLE[1], broken()]]
    case.service.last_state = IDLE
    turn = await case.follow()
    [step] = [step for step in turn.steps if isinstance(step, BreakStep)]
    assert (turn.outcome, step.complete) == ("finished", False)


async def test_a_turn_that_waits_for_a_connection_has_no_break() -> None:
    whole = numbered(started(), wants_connection(), said("Hi"), finished())
    case = Case(*whole[:1], can=Capability.HISTORY | Capability.REPLAY)
    case.service.streams = [[whole[1]], whole[2:]]
    turn = await case.follow()
    assert not any(isinstance(step, BreakStep) for step in turn.steps)
