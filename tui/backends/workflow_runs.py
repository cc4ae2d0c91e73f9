"""Runs of a workflow, from the prompt to the end, and again from any place on.

The stream is apart from the prompt and does not end with a run; so it is opened first, and closed
when the run is over. What a stream did not bring, the workflow itself tells when a run is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from tui.api.workflow_models import UsageTotals, Workflow
from tui.api.workflows import WorkflowsClient
from tui.backends.workflow_events import RunReader
from tui.backends.workflow_feed import Feed
from tui.backends.workflow_lines import Stamp, usage_event
from tui.backends.workflow_place import began_ms, is_guessed, place_of, run_guessed
from tui.backends.workflow_state import end_of, is_running, rest_of, run_of, usage_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import LogLine, TurnEvent
from tui.core.ids import ConversationId, RunId

_SUBSCRIBED_S = 3.0
"""How long a prompt waits for the stream to say its first word."""
_STREAM_ALONE = frozenset(
    {ErrorKind.SERVER, ErrorKind.TIMED_OUT, ErrorKind.INTERRUPTED, ErrorKind.NOT_FOUND}
)
"""Failures of a stream that need not concern the rest of the service."""
_NAMING_S = (0.0, 0.1, 0.3, 0.6, 1.0)
"""Pauses before looks at the log for the beginning of a run that was just accepted."""
_REPLAYED_S = 1.0
"""Without a frame for so long, a stream has said all that it retained."""


class Runs:
    """Begins and follows the runs of a user's workflows. Everything raises ``BackendError``."""

    def __init__(self, client: WorkflowsClient, now_ms: Callable[[], int]) -> None:
        self._client = client
        self._now_ms = now_ms

    async def send(self, conversation_id: ConversationId, text: str) -> AsyncGenerator[TurnEvent]:
        """Subscribe, prompt, and tell what happens up to the end of the run."""
        feed = Feed(self._client.stream(conversation_id))
        try:
            listening, before = await asyncio.gather(_subscribed(feed), self._used(conversation_id))
            await self._client.send_prompt(conversation_id, text)
            run_id = await self._name_run(conversation_id)
            for event in self._opening(run_id, before):
                yield event
            if listening:
                reader = RunReader(run_id, self._now_ms)
                async with aclosing(self._play(conversation_id, reader, feed)) as events:
                    async for event in events:
                        yield event
        finally:
            await feed.aclose()

    async def resume(
        self, conversation_id: ConversationId, run_id: RunId, after: str | None
    ) -> AsyncGenerator[TurnEvent]:
        """What comes behind a place; where the stream fails, what the workflow tells at the end."""
        place = place_of(after)
        feed = Feed(self._client.stream(conversation_id, str(place.number)))
        reader = RunReader(run_id, self._now_ms, place)
        try:
            await feed.open(_SUBSCRIBED_S)
            async with aclosing(self._play(conversation_id, reader, feed, behind=True)) as events:
                async for event in events:
                    yield event
        except BackendError as error:
            if reader.end or error.kind not in _STREAM_ALONE:
                raise
            over = await self._over(conversation_id, run_id)
            if over is None:
                raise
            for event in self._closing(over, reader):
                yield event
        finally:
            await feed.aclose()

    async def _play(
        self,
        conversation_id: ConversationId,
        reader: RunReader,
        feed: Feed,
        *,
        behind: bool = False,
    ) -> AsyncGenerator[TurnEvent]:
        """Events up to the end of the run. Ends before that with the stream.

        ``behind``: the run may be over already; what its stream retained comes first all the same.
        """
        over = await self._over(conversation_id, reader.run_id) if behind else None
        while over is None:
            frame = await feed.next()
            if frame is None:
                return
            for event in reader.read(frame):
                yield event
            if reader.end or feed.idles(frame):
                over = await self._over(conversation_id, reader.run_id)
                reader.end = reader.end if over else None  # it was the end of an earlier run
        async for event in _retained(feed, reader):
            yield event
        for event in self._closing(over, reader):
            yield event

    def _closing(self, workflow: Workflow, reader: RunReader) -> list[TurnEvent]:
        """What the stream did not bring of a run that is over, and its end."""
        known = run_of(workflow) in (None, reader.run_id) or is_guessed(reader.run_id)
        rest = rest_of(workflow, reader.run_id, reader.place, self._now_ms) if known else []
        rest = [event for event in rest if event.key not in reader.given]
        rest += usage_of(workflow, reader.run_id, reader.used, self._now_ms) if known else []
        return [*rest, end_of(workflow, reader.run_id, reader.end, self._now_ms)]

    async def _over(self, conversation_id: ConversationId, run_id: RunId) -> Workflow | None:
        """The workflow, if the run is over: nothing runs, or another prompt has replaced it."""
        workflow = await self._client.get_workflow(conversation_id)
        newest = run_of(workflow)
        replaced = newest is not None and newest != run_id and not is_guessed(run_id)
        return workflow if replaced or not is_running(workflow) else None

    async def _used(self, conversation_id: ConversationId) -> UsageTotals | None:
        """What the workflow has used before a run, where the server can be asked now."""
        try:
            workflow = await self._client.get_workflow(conversation_id)
        except BackendError as error:
            if error.transient and error.kind is not ErrorKind.UNREACHABLE:
                return None
            raise
        return workflow.usage or UsageTotals()

    async def _name_run(self, conversation_id: ConversationId) -> RunId:
        """The run of a prompt that was accepted, by the log of its workflow.

        Some servers write it only when a worker has taken the run up. Without it the name is ours,
        and other ways to read the run will not know it. Raises ``BackendError`` with ``sent``.
        """
        for pause_s in _NAMING_S:
            await asyncio.sleep(pause_s)
            try:
                run_id = run_of(await self._client.get_workflow(conversation_id))
            except BackendError as error:
                raise _lost_sight(error) from error
            if run_id:
                return run_id
        return run_guessed(conversation_id, self._now_ms())

    def _opening(self, run_id: RunId, before: UsageTotals | None) -> list[TurnEvent]:
        """What is known at once: that the prompt was taken, and what had been used before."""
        taken = self._own_stamp(run_id, "taken")
        events: list[TurnEvent] = [LogLine(name="prompt taken", **taken)]
        if before:
            events.append(usage_event(before, self._own_stamp(run_id, "used-before"), before=True))
        return events

    def _own_stamp(self, run_id: RunId, name: str) -> Stamp:
        return Stamp(
            key=f"{run_id}/{name}",
            run_id=run_id,
            event_id=None,
            at_ms=began_ms(run_id) or None,
            seen_ms=self._now_ms(),
            raw={},
        )


def _lost_sight(error: BackendError) -> BackendError:
    """The prompt was accepted, but what became of it has to be found out."""
    return BackendError(
        ErrorKind.TIMED_OUT,
        f"The prompt was accepted, then the run could not be found: {error}",
        hint=error.hint,
        status=error.status,
        request_id=error.request_id,
        sent=True,
    )


async def _retained(feed: Feed, reader: RunReader) -> AsyncGenerator[TurnEvent]:
    """What a stream still has of a run that is over, up to its end or to the next silence."""
    while reader.end is None:
        try:
            frame = await feed.next(_REPLAYED_S)
        except TimeoutError:
            return
        if frame is None or feed.idles(frame):
            return
        for event in reader.read(frame):
            yield event


async def _subscribed(feed: Feed) -> bool:
    """Whether the stream is open. If it only fails for now, the run is read afterwards.

    Raises ``BackendError`` for what concerns the prompt as well.
    """
    try:
        await feed.open(_SUBSCRIBED_S)
    except BackendError as error:
        if error.kind in _STREAM_ALONE - {ErrorKind.NOT_FOUND}:
            return False
        raise
    return True
