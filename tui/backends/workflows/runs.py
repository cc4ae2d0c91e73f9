"""Follow runs of a workflow, from the prompt or any position to the end.

The stream is separate from the prompt and does not end with a run; so it is opened first, and
closed when the run is over. Events missing in the stream are read from the workflow at the end.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import chain, repeat
from typing import NamedTuple

from tui.api.sse import COMMENT, Frame
from tui.api.workflow_models import UsageTotals, Workflow
from tui.api.workflows import WorkflowsClient
from tui.backends.workflows.cursor import began_ms, cursor_of, run_guessed, run_named
from tui.backends.workflows.events import RunReader
from tui.backends.workflows.log_lines import Stamp, usage_event
from tui.backends.workflows.run_start import Start
from tui.backends.workflows.state import (
    count_new,
    end_of,
    is_running,
    new_run,
    rest_of,
    run_of,
    stretch_of,
    usage_of,
)
from tui.backends.workflows.timed_stream import TimedStream
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import Heartbeat, LogLine, TurnEvent
from tui.core.ids import ConversationId, RunId
from tui.core.turn import Turn

_SUBSCRIBED_S = 3.0
"""Time that a prompt waits for the first frame of the stream."""
_STREAM_ALONE = frozenset(
    {ErrorKind.SERVER, ErrorKind.TIMED_OUT, ErrorKind.INTERRUPTED, ErrorKind.NOT_FOUND}
)
"""Failures of a stream that need not affect the rest of the service."""
_BEGUN_S = (0.0, 0.1, 0.3)
"""Pauses before reading the log for the start of a run that the stream has reported."""
_NAMING_S = (0.1, 0.3, 0.6, 1.0)
_LONGEST_NAMING_S = 2.0
"""Longest pause before reading the log for the start of a run, without a stream."""
_SAVED_S = (0.0, 0.2, 0.5, 1.0)
"""Pauses before reading a workflow whose end was reported: it may be saved a moment later."""
_REPLAYED_S = 1.0
"""Time without a frame after which a stream has sent everything it retained."""
_REFUSALS = 4
"""Consecutive failures of a stream before the workflow alone is read."""
_ENDED_EARLY = "The stream ended before the end of the reply."
_SILENT_LOOKS = 2
"""Number of checks that must find nothing running, if the log has no end of our run."""


class _Before(NamedTuple):
    """State of a workflow before a prompt."""

    run_id: RunId | None = None
    usage: UsageTotals | None = None
    is_new: bool = False
    """Nothing has been used yet."""


class Runs:
    """Starts and follows the runs of a user's workflows. Every call raises ``BackendError``."""

    def __init__(self, client: WorkflowsClient, now_ms: Callable[[], int]) -> None:
        self._client = client
        self._now_ms = now_ms
        self._refused = Counter[RunId]()
        """Number of consecutive rejections of a run's stream."""
        self._holed = set[RunId]()
        """Runs of which the stream lacked events."""
        self.named: dict[ConversationId, list[RunId]] = defaultdict(list)
        """Runs named after the stream, since the log did not have them in time."""

    async def send(self, conversation_id: ConversationId, text: str) -> AsyncGenerator[TurnEvent]:
        """Subscribe, prompt, and yield the events up to the end of the run."""
        feed = TimedStream(self._client.stream(conversation_id))
        try:
            listening, before = await asyncio.gather(
                _subscribed(feed), self._before(conversation_id)
            )
            await self._client.send_prompt(conversation_id, text)
            yield self._taken(conversation_id)
            start, run_id = Start(text), None
            while listening and run_id is None:
                frame = await feed.next()
                if frame is None:
                    return
                yield Heartbeat(key="", seen_ms=self._now_ms())
                run_id = await self._begun(conversation_id, start, frame, feed, before)
            run_id = run_id or await self._name_run(conversation_id, text, before)
            if before.usage and before.usage.is_running_total:
                stamp = self._own_stamp(run_id, f"{run_id}/used-before")
                yield usage_event(before.usage, stamp, before=True)
            if listening:
                feed.put_back(start.frames)
                reader = RunReader(run_id, self._now_ms)
                reader.is_first = before.is_new
                async with aclosing(self._play(conversation_id, reader, feed)) as events:
                    async for event in events:
                        yield event
        finally:
            await feed.aclose()

    async def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        """Yield the events after a position; without a stream, those the workflow has at the end.

        ``so_far`` is the turn up to that position. A stream that breaks after it has brought
        something is read again: text before the final reply may be nowhere else.
        """
        place = cursor_of(after)
        feed = TimedStream(self._client.stream(conversation_id, str(place.number)))
        reader = RunReader(run_id, self._now_ms, place, so_far)
        try:
            await feed.open(_SUBSCRIBED_S)
            async with aclosing(self._play(conversation_id, reader, feed, behind=True)) as events:
                async for event in events:
                    yield event
        except BackendError as error:
            if reader.end or not self._gives_up(reader, error):
                raise
            over = await self._over(conversation_id, reader, certain=True)
            if over is None:
                raise
            for event in self._closing(conversation_id, over, reader):
                yield event
        finally:
            if reader.has_hole:
                self._holed.add(reader.run_id)
            await feed.aclose()

    def _gives_up(self, reader: RunReader, error: BackendError) -> bool:
        """Return True if a finished run is read without its stream, the only complete source.

        Only if the stream was rejected repeatedly and has brought nothing in between.
        """
        if error.kind not in _STREAM_ALONE or reader.has_advanced:
            self._refused.pop(reader.run_id, None)
            return False
        self._refused[reader.run_id] += 1
        return error.kind is ErrorKind.NOT_FOUND or self._refused[reader.run_id] > _REFUSALS

    async def _play(
        self,
        conversation_id: ConversationId,
        reader: RunReader,
        feed: TimedStream,
        *,
        behind: bool = False,
    ) -> AsyncGenerator[TurnEvent]:
        """Yield the events up to the end of the run. Ends earlier with the stream.

        Also if the run is over without an end in the stream: a reconnect brings the rest.
        ``behind``: this is that reconnect.
        """
        over, silent = (await self._over(conversation_id, reader) if behind else None), 0
        while over is None and reader.end is None:
            frame = await feed.next()
            if frame is None:
                return
            for event in reader.read(frame):
                yield event
            if feed.idles(frame):
                silent += 1
                certain = silent >= _SILENT_LOOKS
                over = await self._over(conversation_id, reader, certain=certain)
                if over and not behind:
                    return
        if reader.end:
            over = await self._saved(conversation_id, reader)
        else:
            async for event in _retained(feed, reader):
                yield event
        for event in self._closing(conversation_id, over, reader):
            yield event

    def _closing(
        self, conversation_id: ConversationId, workflow: Workflow | None, reader: RunReader
    ) -> list[TurnEvent]:
        """Return the events missing in the stream of a finished run, and its end."""
        events, now_ms, stretch = reader.finish(), self._now_ms, None
        reader.has_hole = reader.has_hole or reader.run_id in self._holed
        if workflow is not None:
            stretch, _ = stretch_of(workflow, reader.run_id, self.named[conversation_id])
        if workflow is not None and stretch is not None:
            events += rest_of(stretch, reader, now_ms)
            events += usage_of(workflow, stretch, reader, now_ms)
        return [*events, end_of(workflow, stretch, reader, now_ms)]

    async def _over(
        self, conversation_id: ConversationId, reader: RunReader, *, certain: bool = False
    ) -> Workflow | None:
        """Return the workflow if the run is over: nothing runs, or another prompt has replaced it.

        A rejected prompt erases the log, which then may not name the run; in that case ``certain``
        decides.
        """
        workflow = await self._client.get_workflow(conversation_id)
        known = self.named[conversation_id]
        stretch, forgotten = stretch_of(workflow, reader.run_id, known)
        if forgotten or (stretch and not stretch.newest):
            return workflow
        told = certain or (stretch is not None and bool(stretch.rows or stretch.messages))
        return workflow if told and not is_running(workflow) else None

    async def _saved(self, conversation_id: ConversationId, reader: RunReader) -> Workflow | None:
        """Return the workflow once it shows the reported end of the run; None if it does not."""
        for pause_s in _SAVED_S:
            await asyncio.sleep(pause_s)
            if over := await self._over(conversation_id, reader, certain=pause_s > 0):
                return over
        return None

    async def _before(self, conversation_id: ConversationId) -> _Before:
        """Return the workflow before a prompt, if the server is reachable now."""
        try:
            workflow = await self._client.get_workflow(conversation_id)
        except BackendError as error:
            if error.transient and error.kind is not ErrorKind.UNREACHABLE:
                return _Before()
            raise
        return _Before(run_of(workflow), workflow.usage, is_new=workflow.usage is None)

    # -- the name of a run -----------------------------------------------------------------------

    async def _begun(
        self,
        conversation_id: ConversationId,
        start: Start,
        frame: Frame,
        feed: TimedStream,
        before: _Before,
    ) -> RunId | None:
        """Return the run of a prompt, named by the stream or else by the workflow."""
        if frame.kind != COMMENT:
            start.take(frame)
            if start.begun:
                return await self._run_begun(conversation_id, start, before)
            if not start.over:
                return None
        elif not feed.idles(frame):
            return None
        for pause_s in _SAVED_S if start.over else (0.0,):
            await asyncio.sleep(pause_s)
            workflow = await self._client.get_workflow(conversation_id)
            if not is_running(workflow):
                break
        run_id = new_run(workflow, start.prompt, before.run_id, start.at_ms)
        if start.over:
            alone = count_new(workflow, before.run_id) == 1 and not is_running(workflow)
            began = began_ms(run_id) if run_id else 0
            if not alone or began > (start.ended_ms or began):
                start.forget()
                return None
        return run_id

    async def _run_begun(
        self, conversation_id: ConversationId, start: Start, before: _Before
    ) -> RunId:
        """Return the run that has just started, by the log, or by the stream if the log is late.

        Only the log's names survive a restart of the program.
        """
        for pause_s in _BEGUN_S:
            await asyncio.sleep(pause_s)
            try:
                workflow = await self._client.get_workflow(conversation_id)
            except BackendError as error:
                if not error.transient:
                    raise
                continue
            if run_id := new_run(workflow, start.prompt, before.run_id, start.at_ms):
                return run_id
        if start.at_ms is None:
            return run_guessed(conversation_id, self._now_ms())
        run_id = run_named(conversation_id, start.at_ms)
        self.named[conversation_id].append(run_id)
        return run_id

    async def _name_run(self, conversation_id: ConversationId, text: str, before: _Before) -> RunId:
        """Return the run of an accepted prompt, once a worker has started and logged it.

        If it ends without that, the name is local, and unknown to other sources.
        """
        for pause_s in chain(_NAMING_S, repeat(_LONGEST_NAMING_S)):
            await asyncio.sleep(pause_s)
            workflow = await self._client.get_workflow(conversation_id)
            if run_id := new_run(workflow, text, before.run_id, None):
                return run_id
            if pause_s == _LONGEST_NAMING_S and not is_running(workflow):
                break
        return run_guessed(conversation_id, self._now_ms())

    def _taken(self, conversation_id: ConversationId) -> TurnEvent:
        """Return the only event known immediately: the prompt was accepted."""
        key = f"{conversation_id}/taken/{self._now_ms()}"
        return LogLine(name="prompt accepted", **self._own_stamp(None, key))

    def _own_stamp(self, run_id: RunId | None, key: str) -> Stamp:
        return Stamp(
            key=key,
            run_id=run_id,
            event_id=None,
            at_ms=(began_ms(run_id) if run_id else 0) or None,
            seen_ms=self._now_ms(),
            raw={},
        )


async def _retained(feed: TimedStream, reader: RunReader) -> AsyncGenerator[TurnEvent]:
    """Yield the frames still retained of a finished run, up to its end or the next silence.

    Raises ``BackendError`` if the stream ends before that.
    """
    while reader.end is None:
        try:
            frame = await feed.next(_REPLAYED_S)
        except TimeoutError:
            return
        if frame is None:
            raise BackendError(ErrorKind.INTERRUPTED, _ENDED_EARLY)
        if feed.idles(frame):
            return
        for event in reader.read(frame):
            yield event


async def _subscribed(feed: TimedStream) -> bool:
    """Return True if the stream is open. After a transient failure, the run is read afterwards.

    Raises ``BackendError`` for failures that affect the prompt as well.
    """
    try:
        await feed.open(_SUBSCRIBED_S)
    except BackendError as error:
        if error.kind in _STREAM_ALONE - {ErrorKind.NOT_FOUND}:
            return False
        raise
    return True
