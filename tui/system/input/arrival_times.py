"""Arrival times of input, corrected for delays of this process."""

from __future__ import annotations

import ctypes
import select
import sys
from time import monotonic
from typing import NamedTuple

_AT_ONCE_S = 0.0002
"""A shorter wait counts as none: the input was there before."""
_FD_BITS = ctypes.sizeof(ctypes.c_ulong) * 8
_FD_SETSIZE = 1024


class Arrival(NamedTuple):
    """Time span in which input arrived; mostly both ends are the same."""

    earliest_s: float
    latest_s: float


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_long))


class Arrivals:
    """Waits for input on a file descriptor.

    A waiting thread wakes up late when another one is busy with Python. Linux reports exactly how
    much of the timeout was left when input arrived.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._empty_s = monotonic()
        """Time at which all input had been read."""
        is_exact = sys.platform == "linux" and 0 <= fd < _FD_SETSIZE
        self._select = ctypes.CDLL(None).select if is_exact else None

    def note_read(self) -> None:
        """Note that the input so far is being read."""
        self._empty_s = monotonic()

    def wait(self, timeout_s: float) -> Arrival | None:
        """Return the arrival of input; None if there was none in time."""
        began_s = monotonic()
        waited_s = self._wait(max(timeout_s, 0.0))
        if waited_s is None:
            return None
        if waited_s < _AT_ONCE_S:
            return Arrival(self._empty_s, began_s)
        if waited_s >= timeout_s:  # found there afterwards
            return Arrival(began_s, monotonic())
        return Arrival(began_s + waited_s, began_s + waited_s)

    def _wait(self, timeout_s: float) -> float | None:
        """Return the seconds until input arrived."""
        if self._select is None:
            began_s = monotonic()
            ready = select.select([self._fd], [], [], timeout_s)[0]
            return monotonic() - began_s if ready else None
        left = _Timeval(int(timeout_s), int(timeout_s % 1 * 1_000_000))
        watched = (ctypes.c_ulong * (_FD_SETSIZE // _FD_BITS))()
        watched[self._fd // _FD_BITS] = 1 << self._fd % _FD_BITS
        if self._select(self._fd + 1, watched, None, None, ctypes.byref(left)) <= 0:
            return None  # no input, or a signal
        return timeout_s - float(left.seconds + left.microseconds / 1_000_000)
