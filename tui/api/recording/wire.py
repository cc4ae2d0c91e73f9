"""Layer between client and network that a run of tests can put in, to record or to replay.

It is a context variable since clients are made deep inside of a session's opening; a session that
is opened without it has no layer.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

import httpx

Layer = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]

SESSION = "session"
"""Recording of requests that belong to no case."""
WIRE_LAYER: ContextVar[Layer | None] = ContextVar("WIRE_LAYER", default=None)
CASE: ContextVar[str] = ContextVar("CASE", default=SESSION)
"""Name of the recording to which requests belong; tasks inherit it from their starter."""


def with_layer(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Return a transport below the layer of this context, if there is one."""
    layer = WIRE_LAYER.get()
    return layer(transport) if layer else transport
