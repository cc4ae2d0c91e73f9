"""Faults on demand. A fault is written ``kind:option=value,...``:

    cut:after=3                  reset the TCP connection after three events of a stream
    tear:after=3                 reset it in the middle of the fourth event, inside a character
                                 of several bytes if there is one
    outage:after=3,s=2           cut it after three events and every other one for two seconds
    skip:after=3                 leave the fourth event of a stream out
    swap:after=3                 the fourth event of a stream comes behind the fifth
    mute:after=3                 after three events only keep-alives
    close:after=2                end the stream cleanly after two events, the turn unfinished
    silent:after=2               after two events send nothing any more, not even pings
    interrupted:after=2,retry_ms=800   system.stream_interrupted after two events, then the end
    malformed:after=1            a frame that is not JSON after the first event
    duplicate                    every event of a stream twice
    crosstalk:after=2            after two events a reply and an end of another conversation and
                                 run; own=1: of another run of this conversation
    counted_ids                  events of a stream have no event_id, and ids that count from 1 in
                                 each run
    odd_values                   values in every event that are JSON, but that few readers take:
                                 1e999, half of a character, 200 levels
    ask_again:after=3            a question about a skill comes once more behind the third event,
                                 with other parameters
    slow:ms=200                  a delay before each answer and each event
    status:429,retry_after=1     this status instead of an answer; nothing is processed
    drop_request                 cut the connection before the request is processed
    lose_answer                  process the request, then cut the connection before any answer
    refuse:s=3                   for three seconds from the first request on, cut every connection
    new_run                      after a connection is authorised or rejected, the turn goes on in a
                                 run with another id; stored=1: whose events are stored as well

Each takes ``on=OPERATION`` and ``times=N`` (how often it strikes; without it, always). Operations:
list, create, get, delete, messages, send, resume, events, approval, link, reject, upload, feedback,
authorize, token, userinfo, discovery, any; of the Workflows API also update, stream, halt, agents,
skills, lists, tasks, export, import. There, send is the prompt, stream a stream from now on, and
resume one with a Last-Event-ID. The whole Developer API is developer. Without ``on``, faults of
streams strike send, stream and resume, drop_request and lose_answer strike send, the others any.
new_run strikes turns, so it takes no ``on``. ``after`` counts persisted events, not pings, and is 0
if left out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.core.text import closest

OPERATIONS = (
    "list",
    "create",
    "get",
    "delete",
    "messages",
    "send",
    "resume",
    "events",
    "approval",
    "link",
    "reject",
    "upload",
    "feedback",
    "authorize",
    "token",
    "userinfo",
    "discovery",
    "update",
    "stream",
    "halt",
    "agents",
    "skills",
    "lists",
    "tasks",
    "export",
    "import",
    "developer",
)
STREAMS = frozenset({"send", "stream", "resume"})
STREAM_KINDS = frozenset(
    {
        "cut",
        "tear",
        "outage",
        "skip",
        "swap",
        "mute",
        "close",
        "silent",
        "interrupted",
        "malformed",
        "duplicate",
        "crosstalk",
        "counted_ids",
        "ask_again",
        "odd_values",
    }
)
TURN_KINDS = frozenset({"new_run"})

OPTIONS: dict[str, frozenset[str]] = {
    "cut": frozenset({"after"}),
    "tear": frozenset({"after"}),
    "outage": frozenset({"after", "s"}),
    "skip": frozenset({"after"}),
    "swap": frozenset({"after"}),
    "mute": frozenset({"after"}),
    "close": frozenset({"after"}),
    "silent": frozenset({"after"}),
    "interrupted": frozenset({"after", "retry_ms"}),
    "malformed": frozenset({"after"}),
    "duplicate": frozenset(),
    "crosstalk": frozenset({"after", "own"}),
    "counted_ids": frozenset(),
    "ask_again": frozenset({"after"}),
    "odd_values": frozenset(),
    "slow": frozenset({"ms"}),
    "status": frozenset({"retry_after"}),
    "drop_request": frozenset(),
    "lose_answer": frozenset(),
    "refuse": frozenset({"s"}),
    "new_run": frozenset({"stored"}),
}
_STRIKES_SEND = frozenset({"drop_request", "lose_answer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One parsed fault."""

    kind: str
    on: frozenset[str]
    times: int | None = None
    """Number of times that it strikes; None for always."""
    after: int = 0
    status: int = 0
    retry_after_s: float | None = None
    retry_ms: int = 1000
    delay_s: float = 0.2
    outage_s: float = 3.0
    stored: bool = False
    """Store the events of a new run."""
    own: bool = False
    """Foreign events name this conversation."""

    @property
    def on_streams(self) -> bool:
        return self.kind in STREAM_KINDS


def parse(spec: str) -> Fault:
    """Return the fault of a specification.

    Raises:
        ValueError: one line that names the wrong part.
    """
    kind, _, rest = spec.strip().partition(":")
    if kind not in OPTIONS:
        near = closest(kind, OPTIONS)
        hint = f"did you mean {near!r}?" if near else f"one of {', '.join(OPTIONS)}"
        raise ValueError(f"unknown fault {kind!r}; {hint}")
    parts = [part.strip() for part in rest.split(",")] if rest else []
    fault = Fault(kind=kind, on=_usual_targets(kind))
    if kind == "status":
        fault = replace(fault, status=_status(parts.pop(0) if parts else ""))
    for part in parts:
        fault = _with_option(fault, part)
    return fault


def _usual_targets(kind: str) -> frozenset[str]:
    if kind in STREAM_KINDS:
        return STREAMS
    if kind in TURN_KINDS:
        return frozenset()
    return frozenset({"send"}) if kind in _STRIKES_SEND else frozenset(OPERATIONS)


def _with_option(fault: Fault, part: str) -> Fault:
    name, equals, value = part.partition("=")
    if not equals:
        raise ValueError(f"{fault.kind}: expected option=value, not {part!r}")
    if name == "on" and fault.kind in TURN_KINDS:
        raise ValueError(f"{fault.kind}: takes no on=, it strikes turns and not requests")
    if name == "on":
        return replace(fault, on=_targets(fault, value))
    if name not in OPTIONS[fault.kind] | {"times"}:
        allowed = ", ".join(sorted(OPTIONS[fault.kind] | {"on", "times"}))
        raise ValueError(f"{fault.kind}: unknown option {name!r}; one of {allowed}")
    return _SETTERS[name](fault, _number(fault.kind, name, value))


def _targets(fault: Fault, value: str) -> frozenset[str]:
    if value == "any":
        return STREAMS if fault.on_streams else frozenset(OPERATIONS)
    if value not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise ValueError(f"{fault.kind}: unknown operation {value!r} in on={value}; one of {known}")
    if fault.on_streams and value not in STREAMS:
        raise ValueError(f"{fault.kind}: on={value} has no stream; use send, stream, resume or any")
    return frozenset({value})


def _status(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 400 <= int(value) <= 599:
        raise ValueError(f"status: expected a status from 400 to 599, not {value!r}")
    return int(value)


def _number(kind: str, name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{kind}: {name} must be a number, not {value!r}") from None
    whole = name not in {"s", "retry_after"}
    if not 0 <= number < 1e9 or (whole and number % 1) or (name == "times" and number < 1):
        raise ValueError(f"{kind}: {name} can't be {value}")
    return number


_SETTERS: dict[str, Callable[[Fault, float], Fault]] = {
    "times": lambda fault, n: replace(fault, times=int(n)),
    "after": lambda fault, n: replace(fault, after=int(n)),
    "retry_ms": lambda fault, n: replace(fault, retry_ms=int(n)),
    "retry_after": lambda fault, n: replace(fault, retry_after_s=n),
    "ms": lambda fault, n: replace(fault, delay_s=n / 1000),
    "s": lambda fault, n: replace(fault, outage_s=n),
    "own": lambda fault, n: replace(fault, own=bool(n)),
    "stored": lambda fault, n: replace(fault, stored=bool(n)),
}


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None
    until: float | None = None


class FaultBox:
    """Active faults. Can be changed from any thread while the server runs."""

    def __init__(self, specs: tuple[str, ...] = ()) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()
        for spec in specs:
            self.add(spec)

    def add(self, spec: str) -> None:
        """Activate a fault.

        Raises:
            ValueError: see `parse`.
        """
        fault = parse(spec)
        with self._lock:
            self._armed.append(_Armed(fault, fault.times))

    def clear(self) -> None:
        """Deactivate all faults."""
        with self._lock:
            self._armed.clear()

    def strike(self, operation: str, *, stream: bool) -> list[Fault]:
        """Return the faults that hit a request (or, with ``stream``, the stream it opens), in the
        order in which they were added. Each loses one of its times.
        """
        with self._lock:
            hit = [
                armed
                for armed in self._armed
                if operation in armed.fault.on
                and _concerns(armed.fault, stream=stream)
                and _is_due(armed)
            ]
            self._armed = [armed for armed in self._armed if armed.left != 0]
        return [armed.fault for armed in hit]

    def strike_turn(self, kind: str) -> Fault | None:
        """Return the first fault of a kind that strikes turns; it loses one of its times."""
        with self._lock:
            hit = next((armed for armed in self._armed if armed.fault.kind == kind), None)
            if hit is not None and _is_due(hit):
                self._armed = [armed for armed in self._armed if armed.left != 0]
        return hit.fault if hit else None


def _concerns(fault: Fault, *, stream: bool) -> bool:
    return fault.kind == "slow" or fault.on_streams == stream


def _is_due(armed: _Armed) -> bool:
    if armed.fault.kind == "refuse":
        now = time.monotonic()
        armed.until = armed.until or now + armed.fault.outage_s
        return now < armed.until
    if armed.left is not None:
        armed.left -= 1
    return True
