"""Transport that sends requests directly or through a proxy, and names a proxy's failures.

Every request is logged here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Literal

import httpx

from tui.api.network.certificates import context_of, no_trust, trust_of
from tui.api.network.proxies import Proxy, proxy_for
from tui.api.network.settings import Network
from tui.api.request_log import note_request

if TYPE_CHECKING:
    import httpcore


PROXY = "genie_tui.proxy"
"""Extension of a request that names its proxy."""

Stage = Literal["connecting", "securing", "asking", "through"]
"""``connecting`` to the proxy, ``securing`` that connection, ``asking`` it for one to the service,
and ``through`` it from then on.
"""


class ProxyFailure(httpx.ProxyError):
    """A proxy was unreachable or did not connect; the service has not seen the request."""

    def __init__(self, stage: Stage, cause: Exception, request: httpx.Request) -> None:
        super().__init__(str(cause), request=request)
        self.stage = stage
        self.cause = cause


def proxy_of(error: Exception) -> Proxy | None:
    """Return the proxy of a failed request."""
    try:
        request = error.request if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # it never became a request
        return None
    return request.extensions.get(PROXY) if request else None


_ANSWER_S = 30.0
"""Longest time for the response of a proxy, which connects to the service meanwhile."""


class NetworkTransport(httpx.AsyncBaseTransport):
    """Chooses the route to each host on its first request.

    An unusable setting is a ``BackendError(SETTINGS)`` of the request, and is checked again by the
    next one: after correcting a file the program need not be restarted.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._ways: dict[tuple[Proxy | None, bool], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        began_s = time.monotonic()
        try:
            response = await self._send(request)
        except BaseException as error:
            note_request(request, began_s, None, type(error).__name__)
            raise
        note_request(request, began_s, response)
        return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        proxy = proxy_for(self._network, url.scheme, url.host, port)
        found = self._way(proxy, encrypted=url.scheme == "https")
        if proxy is None:
            return await found.handle_async_request(request)
        request.extensions[PROXY] = proxy
        return await _through(found, request)

    async def aclose(self) -> None:
        for known in self._ways.values():
            await known.aclose()

    def _way(self, proxy: Proxy | None, *, encrypted: bool) -> httpx.AsyncHTTPTransport:
        known = self._ways.get((proxy, encrypted))
        if known is None:
            trusted = encrypted or (proxy is not None and proxy.scheme == "https")
            context = context_of(trust_of(self._network)) if trusted else no_trust()
            known = self._ways[proxy, encrypted] = way(proxy, context)
        return known


def way(proxy: Proxy | None, context: SSLContext) -> httpx.AsyncHTTPTransport:
    """Return a transport through a proxy or direct; ``context`` checks its certificates."""
    if proxy is None:
        return httpx.AsyncHTTPTransport(verify=context)
    own = context if proxy.scheme == "https" else None
    through = httpx.Proxy(proxy.url, auth=proxy.credential, ssl_context=own)
    return httpx.AsyncHTTPTransport(verify=context, proxy=through)


async def _through(found: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    watch = _Watch()
    request.extensions["trace"] = watch.note
    try:
        async with asyncio.timeout(None) as watch.limit:
            return await found.handle_async_request(request)
    except TimeoutError as error:
        await watch.close()
        raise ProxyFailure(watch.stage, error, request) from None
    except Exception as error:
        if watch.stage == "through":
            raise
        # SOCKS libraries have their own exceptions for a proxy that sends invalid data.
        await watch.close()
        raise ProxyFailure(watch.stage, error, request) from error


class _Watch:
    """Progress of a request through a proxy, from httpcore's traces."""

    def __init__(self) -> None:
        self.stage: Stage = "through"
        self.limit = asyncio.timeout(None)
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def close(self) -> None:
        """Close the connection to the proxy; httpcore leaves it open if SOCKS fails."""
        if self._stream is not None:
            await self._stream.aclose()

    async def note(self, event: str, info: Mapping[str, Any]) -> None:
        before = self.stage
        match event.rpartition(".")[0]:
            case "connection.connect_tcp" | "socks.connect_tcp":
                self.stage = "connecting"
                self._stream = info.get("return_value", self._stream)
            case "connection.start_tls":
                self.stage = "securing"
            case "socks.setup_socks5_connection":
                self.stage = "asking"
            case "http11.send_request_headers" if event.endswith(".started"):
                asks = info["request"].method == b"CONNECT"
                self.stage = "asking" if asks else "through"
            case "proxy.start_tls" | "socks.start_tls":
                self.stage = "through"
            case _:
                pass
        if self.stage != before:
            loop = asyncio.get_running_loop()
            due = loop.time() + _ANSWER_S if self.stage == "asking" else None
            self.limit.reschedule(due)
