"""Runs of a workflow, from the prompt to the end, and again from any place on.

The stream is apart from the prompt and does not end with a run; so it is opened first, and closed
when the run is over. What a stream did not bring, the workflow itself tells when a run is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import chain, repeat

from tui.api.workflow_models import UsageTotals, Workflow
from tui.api.workflows import WorkflowsClient
from tui.backends.workflow_events import RunReader
from tui.backends.workflow_feed import Feed
from tui.backends.workflow_lines import Stamp, usage_event
from tui.backends.workflow_place import began_ms, is_guessed, place_of, run_guessed
from tui.backends.workflow_state import end_of, is_running, lost_end, rest_of, run_of, usage_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import LogLine, TurnEvent
from tui.core.ids import ConversationId, RunId

_SUBSCRIBED_S = 3.0
"""How long a prompt waits for the stream to say its first word."""
_STREAM_ALONE = frozenset(
    {ErrorKind.SERVER, ErrorKind.TIMED_OUT, ErrorKind.INTERRUPTED, ErrorKind.NOT_FOUND}
)
"""Failures of a stream that need not concern the rest of the service."""
_NAMING_S = (0.1, 0.3, 0.6, 1.0)
_LONGEST_NAMING_S = 2.0
"""Pauses before looks at the log for the beginning of a run that was just accepted."""
_SAVED_S = (0.0, 0.2, 0.5, 1.0)
"""Pauses before looks at a workflow whose end was told: it may be saved a moment later."""
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
            run_id = await self._named_run(conversation_id)
            yield self._taken(conversation_id, run_id)
            run_id = run_id or await self._name_run(conversation_id)
            if before:
                stamp = self._own_stamp(run_id, f"{run_id}/used-before")
                yield usage_event(before, stamp, before=True)
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
            if reader.end:
                over = await self._saved(conversation_id, reader.run_id)
                reader.end = reader.end if over else None  # it was the end of an earlier run
            elif feed.idles(frame):
                over = await self._over(conversation_id, reader.run_id)
        async for event in _retained(feed, reader):
            yield event
        for event in self._closing(over, reader):
            yield event

    def _closing(self, workflow: Workflow, reader: RunReader) -> list[TurnEvent]:
        """What the stream did not bring of a run that is over, and its end."""
        run_id, now_ms = reader.run_id, self._now_ms
        if _is_replaced(run_id, workflow):
            return [lost_end(run_id, reader.end, now_ms)]
        rest = rest_of(workflow, run_id, reader.place, now_ms)
        fresh = [event for event in rest if event.key not in reader.given]
        used = usage_of(workflow, run_id, reader.used, now_ms)
        return [*fresh, *used, end_of(workflow, run_id, reader.end, now_ms)]

    async def _over(self, conversation_id: ConversationId, run_id: RunId) -> Workflow | None:
        """The workflow, if the run is over: nothing runs, or another prompt has replaced it."""
        workflow = await self._client.get_workflow(conversation_id)
        over = _is_replaced(run_id, workflow) or not is_running(workflow)
        return workflow if over else None

    async def _saved(self, conversation_id: ConversationId, run_id: RunId) -> Workflow | None:
        """The workflow, once the end that the stream told shows in it; None if it does not."""
        for pause_s in _SAVED_S:
            await asyncio.sleep(pause_s)
            if over := await self._over(conversation_id, run_id):
                return over
        return None

    async def _used(self, conversation_id: ConversationId) -> UsageTotals | None:
        """What the workflow has used before a run, where the server can be asked now."""
        try:
            workflow = await self._client.get_workflow(conversation_id)
        except BackendError as error:
            if error.transient and error.kind is not ErrorKind.UNREACHABLE:
                return None
            raise
        return workflow.usage or UsageTotals()

    async def _named_run(self, conversation_id: ConversationId) -> RunId | None:
        """The run of a prompt that was just accepted, if its workflow tells it now."""
        try:
            return run_of(await self._client.get_workflow(conversation_id))
        except BackendError:
            return None  # the prompt was taken all the same

    async def _name_run(self, conversation_id: ConversationId) -> RunId:
        """The run of a prompt that was accepted, once a worker has taken it up and logged that.

        If it ends without that, the name is ours, and other ways to read it will not know it.
        """
        for pause_s in chain(_NAMING_S, repeat(_LONGEST_NAMING_S)):
            await asyncio.sleep(pause_s)
            workflow = await self._client.get_workflow(conversation_id)
            if run_id := run_of(workflow):
                return run_id
            if pause_s == _LONGEST_NAMING_S and not is_running(workflow):
                break
        return run_guessed(conversation_id, self._now_ms())

    def _taken(self, conversation_id: ConversationId, run_id: RunId | None) -> TurnEvent:
        """What is known at once: that the prompt was taken."""
        now_ms = self._now_ms()
        key = f"{run_id or conversation_id}/taken/{'' if run_id else now_ms}"
        return LogLine(name="prompt taken", **self._own_stamp(run_id, key))

    def _own_stamp(self, run_id: RunId | None, key: str) -> Stamp:
        return Stamp(
            key=key,
            run_id=run_id,
            event_id=None,
            at_ms=(began_ms(run_id) if run_id else 0) or None,
            seen_ms=self._now_ms(),
            raw={},
        )


def _is_replaced(run_id: RunId, workflow: Workflow) -> bool:
    """Whether another prompt has made the workflow forget a run."""
    newest = run_of(workflow)
    return newest is not None and newest != run_id and not is_guessed(run_id)


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
