"""Failures of a proxy, told from those of the service behind it."""

from __future__ import annotations

from typing import Literal

import httpx

from tui.api.network.proxies import Proxy

PROXY = "genie_tui.proxy"
"""The extension of a request that says through which proxy it goes."""

Stage = Literal["connecting", "securing", "asking", "through"]
"""``connecting`` to the proxy, ``securing`` that connection, ``asking`` it for one to the service,
and ``through`` it from then on."""


class ProxyFailure(httpx.ProxyError):
    """A proxy could not be reached or did not connect us; the service has not seen the request."""

    def __init__(self, stage: Stage, cause: Exception, request: httpx.Request) -> None:
        super().__init__(str(cause), request=request)
        self.stage = stage
        self.cause = cause


def proxy_of(error: Exception) -> Proxy | None:
    """The proxy that a failed request was to go through."""
    try:
        request = error.request if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # it never became a request
        return None
    return request.extensions.get(PROXY) if request else None
