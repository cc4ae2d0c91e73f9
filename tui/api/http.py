"""HTTP client of one service: JSON calls, event streams, and failures as ``BackendError``."""

from __future__ import annotations

import json as jsonlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx

from tui import __version__
from tui.api.error_hints import ANSWERS, FailureCase, Hints
from tui.api.failures import bad_answer, error_from, failure, transport_error
from tui.api.network.client import client
from tui.api.network.settings import Network
from tui.api.network.transport import NetworkTransport
from tui.api.recording.wire import with_layer
from tui.api.request_log import RequestLog
from tui.api.response_limits import ACCEPTED_ENCODINGS
from tui.api.retry import DELAYS
from tui.api.sse import Frame, read_frames
from tui.core.diagnostics import CallListener
from tui.core.errors import BackendError
from tui.core.json_values import read_json
from tui.core.ports import Clock
from tui.system.clock import SystemClock

JSON_TIMEOUT = httpx.Timeout(30, connect=10)
STREAM_TIMEOUT = httpx.Timeout(30, connect=10, read=75)
"""Any byte restarts the 75 s; services send a keep-alive about every 30 s."""

BeforeSend = Callable[[], Awaitable[None]]
"""Waits until a request may be sent."""

Params = Mapping[str, str | int | Sequence[str]]
"""Query; a sequence is a repeated parameter."""


@dataclass(frozen=True, slots=True)
class JsonResponse:
    """JSON of a response, None without a body, and its headers."""

    body: Any
    headers: Mapping[str, str]


class Http:
    """Service at one base URL. Close it with :meth:`aclose`.

    Nothing is repeated here. A request during a delay that the service asked for is not sent: it
    fails with the original error and the remaining delay. Streams have a connection pool of their
    own, so that running turns never keep a call waiting. Redirects are not followed.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None = None,
        *,
        hints: Hints = ANSWERS,
        timeout: httpx.Timeout = JSON_TIMEOUT,
        clock: Clock | None = None,
        network: Network | None = None,
    ) -> None:
        """Raises BackendError(INVALID) for an unusable base URL."""
        network = network or Network()
        url = checked_base_url(base_url)
        self.host = url.netloc.decode("ascii")
        """Host and port, as errors name them."""
        self._hints = hints
        self._clock = clock or SystemClock()
        self._notes = RequestLog()
        agent = {"User-Agent": f"genie-tui/{__version__}"}
        self._calls = client(
            network,
            transport=with_layer(NetworkTransport(network)),
            auth=auth,
            base_url=url,
            timeout=timeout,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED_ENCODINGS,
                **agent,
            },
            event_hooks=self._notes.hooks,
        )
        self._streams = client(
            network,
            transport=with_layer(NetworkTransport(network)),
            auth=auth,
            base_url=url,
            timeout=STREAM_TIMEOUT,
            headers={
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",
                "Cache-Control": "no-store",
                **agent,
            },
            event_hooks=self._notes.hooks,
        )

    def watch_calls(self, listener: CallListener) -> None:
        """Report every request, with its result."""
        self._notes.listener = listener

    def lift_delays(self) -> None:
        """Send the next requests although a service asked to wait, on the user's request."""
        DELAYS.clear()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        before_send: BeforeSend | None = None,
    ) -> Any:
        """Return the JSON of a response, None if its body is empty.

        ``before_send`` is awaited before the request. Raises BackendError.
        """
        return (
            await self.answer(method, path, params=params, json=json, before_send=before_send)
        ).body

    async def answer(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        before_send: BeforeSend | None = None,
    ) -> JsonResponse:
        """Return a response with its headers; otherwise as :meth:`call`."""
        if before_send is not None:
            await before_send()
        self._check_delays(method, path)
        with self._translated(method):
            request = _request(self._calls, method, path, params=params, json=json)
            response = await self._calls.send(request)
        return JsonResponse(self._json_of(response, path), response.headers)

    async def upload(
        self, path: str, content: AsyncGenerator[bytes], headers: Mapping[str, str]
    ) -> Any:
        """POST a body in pieces, once; return the JSON as in :meth:`call`. Closes ``content``."""
        async with aclosing(content):
            self._check_delays("POST", path)
            with self._translated("POST"):
                response = await self._calls.post(
                    path, content=content, headers=headers, timeout=STREAM_TIMEOUT
                )
        return self._json_of(response, path)

    def _json_of(self, response: httpx.Response, path: str) -> Any:
        if not response.is_success:
            raise self._refusal(response, path)
        if not response.content.strip():
            return None
        try:
            return read_json(response.content)
        except ValueError:
            raise bad_answer(response, FailureCase.NOT_JSON) from None

    async def stream(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[bytes, bytes] | None = None,
    ) -> AsyncGenerator[Frame]:
        """Yield the frames of an event stream until the server ends it. Never repeated.

        Raises BackendError, ``TIMED_OUT`` after 75 s without a byte.
        """
        self._check_delays(method, path)
        with self._translated(method):
            request = _request(self._streams, method, path, json=json, headers=headers)
            response = await self._streams.send(request, stream=True)
        try:
            await self._check_stream(response, path)
            frames = read_frames(response.aiter_bytes(), host=self.host)
            async with aclosing(frames):
                with self._translated(method, streaming=True):
                    async for frame in frames:
                        yield frame
        finally:
            await response.aclose()

    async def _check_stream(self, response: httpx.Response, path: str) -> None:
        if not response.is_success:
            with self._translated(response.request.method):
                await response.aread()
            raise self._refusal(response, path)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != 200 or kind != "text/event-stream":
            raise bad_answer(response, FailureCase.NOT_A_STREAM)

    def _refusal(self, response: httpx.Response, path: str) -> BackendError:
        error = error_from(response, self._hints)
        now_s = self._clock.monotonic_s()
        DELAYS.note(self.host, (response.request.method, path), error, now_s)
        return error

    def _check_delays(self, method: str, path: str) -> None:
        DELAYS.check(self.host, (method, path), self._clock.monotonic_s())

    @contextmanager
    def _translated(self, method: str, *, streaming: bool = False) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            if not streaming:
                self._notes.unanswered(error)
            # The chain ends here: tracebacks with local variables would show request headers.
            raise transport_error(error, method, self.host, streaming=streaming) from None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._calls.aclose()
        await self._streams.aclose()


def checked_base_url(base_url: str) -> httpx.URL:
    """Return a base URL that is safe for credentials: https, or http to this machine.

    Raises BackendError(INVALID) for any other.
    """
    try:
        url = httpx.URL(base_url.strip().rstrip("/"))
    except httpx.InvalidURL:
        raise failure(FailureCase.BAD_BASE_URL) from None
    encrypted = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))
    if not url.host or not encrypted or url.userinfo or url.query or url.fragment:
        raise failure(FailureCase.BAD_BASE_URL)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _request(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    params: Params | None = None,
    json: object = None,
    headers: Mapping[bytes, bytes] | None = None,
) -> httpx.Request:
    fields = httpx.Headers(headers)
    content = None
    if json is not None:
        fields["Content-Type"] = "application/json"
        # A lone surrogate has no UTF-8; it is sent as a question mark.
        content = jsonlib.dumps(json, ensure_ascii=False).encode("utf-8", "replace")
    return client.build_request(method, path, params=params, content=content, headers=fields)
