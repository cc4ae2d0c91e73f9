"""Event stream of a run as frames, with the faults on the way to the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from tui.demo.context import DemoContext
from tui.demo.faults import Fault
from tui.demo.headless import dialect
from tui.demo.headless.runs import GenieRun
from tui.demo.records import JsonObject


class HangUp(Exception):
    """Reset this connection now, and all others for ``outage_s`` from now on."""

    def __init__(self, outage_s: float = 0.0) -> None:
        super().__init__()
        self.outage_s = outage_s


@dataclass(frozen=True, slots=True)
class ServerFrame:
    """One server-sent event."""

    event: str
    """Empty: no ``event:`` line."""
    data: str
    id: str | None = None
    """Set for persisted events only: a client may resume after it."""
    comment: str = ""
    """Sent instead of an event."""
    wait_for_gap: bool = False
    """Only its first part leaves the server."""

    def encode(self) -> bytes:
        """Return ``event:``, ``id:``, ``data:`` and a blank line, ended by LF."""
        if self.comment:
            return f": {self.comment}\n\n".encode()
        event_line = f"event: {self.event}\n" if self.event else ""
        id_line = f"id: {self.id}\n" if self.id else ""
        whole = f"{event_line}{id_line}data: {self.data}\n\n".encode()
        return whole[: _middle(whole)] if self.wait_for_gap else whole


def _middle(whole: bytes) -> int:
    """Return an offset inside the first multi-byte character; without one, half the length."""
    wide = (place for place, byte in enumerate(whole, start=1) if byte >= 0xC0)
    return next(wide, len(whole) // 2)


Frames: TypeAlias = AsyncIterator[ServerFrame]


async def follow(demo: DemoContext, run: GenieRun, position: int) -> Frames:
    """Yield the events of a run after the first ``position``, then live until it has finished.

    A silent turn is pinged. The stream of one that waits for a connection is interrupted after a
    while, and later events never appear in it. Source: Headless API troubleshooting, Empty stream.
    """
    while True:
        while position < len(run.events):
            event = run.events[position]
            yield _frame(demo.shape.event(event), event.event_id)
            position += 1
            if position in run.cut_points:
                raise HangUp(run.cut_points.pop(position))
        if run.done:
            return
        if run.off_record:
            async for frame in _park(demo, run):
                yield frame
            return
        if not await run.changed(demo.settings.ping_s):
            yield _ping(demo)


async def _park(demo: DemoContext, run: GenieRun) -> Frames:
    """Yield keep-alives until the time limit, then the interruption."""
    left_s = demo.settings.park_s
    while left_s > demo.settings.ping_s:
        await asyncio.sleep(demo.settings.ping_s)
        left_s -= demo.settings.ping_s
        yield _ping(demo)
    await asyncio.sleep(left_s)
    yield _ping(demo)
    yield _interruption(run, "pause_timeout", 2000)


def _frame(data: JsonObject, event_id: str | None = None) -> ServerFrame:
    return ServerFrame(data["type"], json.dumps(data, ensure_ascii=False), event_id)


def _ping(demo: DemoContext) -> ServerFrame:
    return _frame(dialect.ping(demo.state.clock.now()))


def _interruption(run: GenieRun, reason: str, retry_after_ms: int) -> ServerFrame:
    return _frame(dialect.interrupted(run.run_id, len(run.events), reason, retry_after_ms))


def disturb(frames: Frames, faults: list[Fault], run: GenieRun | None) -> Frames:
    """Return the frames with faults applied, the first fault nearest to the source."""
    for fault in faults:
        frames = _DISTURBANCES[fault.kind](frames, fault, run)
    return frames


async def _first(frames: Frames, count: int) -> Frames:
    """Yield the frames up to the ``count``-th persisted event."""
    left = count
    while left > 0 and (frame := await anext(frames, None)) is not None:
        left -= frame.id is not None
        yield frame


async def _cut(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    raise HangUp


async def _tear(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    async for frame in _first(frames, 1):
        yield replace(frame, wait_for_gap=frame.id is not None)
    raise HangUp


async def _outage(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    raise HangUp(fault.outage_s)


async def _skip(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    async for frame in _first(frames, 1):
        if frame.id is None:
            yield frame
    async for frame in frames:
        yield frame


async def _swap(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    held: list[ServerFrame] = []
    async for frame in frames:
        if frame.id is not None and not held:
            held.append(frame)
            break
        yield frame
    async for frame in frames:
        yield frame
        if frame.id is not None and held:
            yield held.pop()
    for frame in held:
        yield frame


async def _mute(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    async for frame in frames:
        if frame.id is None:
            yield frame


async def _close(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame


async def _silent(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    await asyncio.Event().wait()


async def _interrupted(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    if run is not None:
        yield _interruption(run, "server_restart", fault.retry_ms)


async def _malformed(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    yield ServerFrame("agent.message", '{"type": "agent.message", "message": "half a')
    async for frame in frames:
        yield frame


async def _duplicate(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in frames:
        yield frame
        yield frame


async def _crosstalk(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
    here = run.conversation_id if run and fault.own else "cnv-of-another-user"
    names = {"conversation_id": here, "genie_run_id": "run-of-another-turn"}
    for number, data in enumerate(_SECRETS, start=1):
        name = f"00000000-0000-7000-8000-{number:012}"
        yield _frame({**data, **names, "event_id": name, "seq_num": number}, name)
    async for frame in frames:
        yield frame


_SECRETS: tuple[JsonObject, ...] = (
    {"type": "agent.message", "message": "Another user's secret."},
    {"type": "skill.confirmation_required", "call_id": "call-else", "skill_name": "Sell all"},
    {"type": "processing.finished"},
)


async def _counted_ids(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in frames:
        data = json.loads(frame.data) if frame.data else {}
        number = data.get("seq_num")
        if number is None or data.pop("event_id", None) is None:
            yield frame
        else:
            yield replace(frame, data=json.dumps(data, ensure_ascii=False), id=str(number))


async def _ask_again(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in _first(frames, fault.after):
        yield frame
        data = json.loads(frame.data) if frame.data else {}
        if data.get("type") == "skill.confirmation_required":
            values = {**data.get("skill_parameters", {}), "approver": "Mallory"}
            changed = {**data, "skill_parameters": values, "event_id": f"{frame.id}-again"}
            del changed["seq_num"]
            yield _frame(changed)
    async for frame in frames:
        yield frame


async def _odd_values(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in frames:
        whole = frame.data.startswith("{") and frame.data.endswith("}")
        yield replace(frame, data=f"{frame.data[:-1]}, {_ODD}}}") if whole else frame


_ODD = (
    r'"confidence": 1e999, "half": "\ud83d", "nothing": "\u0000", "count": 1'
    + "0" * 40
    + ', "deep": '
    + "[" * 200
    + "]" * 200
)


async def _slow(frames: Frames, fault: Fault, run: GenieRun | None) -> Frames:
    async for frame in frames:
        await asyncio.sleep(fault.delay_s)
        yield frame


_DISTURBANCES: dict[str, Callable[[Frames, Fault, GenieRun | None], Frames]] = {
    "cut": _cut,
    "tear": _tear,
    "outage": _outage,
    "skip": _skip,
    "swap": _swap,
    "mute": _mute,
    "close": _close,
    "silent": _silent,
    "interrupted": _interrupted,
    "malformed": _malformed,
    "duplicate": _duplicate,
    "crosstalk": _crosstalk,
    "counted_ids": _counted_ids,
    "ask_again": _ask_again,
    "odd_values": _odd_values,
    "slow": _slow,
}
