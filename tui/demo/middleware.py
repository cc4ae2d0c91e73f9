"""Middleware of every API: request ids, request log, Host check, refusals, faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from email.utils import format_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.demo.context import DemoContext
from tui.demo.errors import Refusal, in_words_of, is_developer_path
from tui.demo.faults import Fault
from tui.demo.headless.event_stream import Frames, HangUp, disturb
from tui.demo.headless.runs import GenieRun
from tui.demo.request_log import Visit

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Middleware:
    """Outermost application. Each response gets an id: ``x-request-id``, or the Developer API's
    ``x-correlation-id``.
    """

    def __init__(self, app: ASGIApp, demo: DemoContext) -> None:
        self._app = app
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        visit = Visit(scope["method"], scope["path"], self._demo.state.ids.request())
        scope["state"] = {"visit": visit}
        answered = False

        async def signed(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(raw=message["headers"])
                developer = is_developer_path(visit.path)
                headers["x-correlation-id" if developer else "x-request-id"] = visit.request_id
                headers["date"] = format_datetime(self._demo.state.clock.now(), usegmt=True)
                self._demo.request_log.close(visit, message["status"])
            await send(message)

        try:
            await self._checked_app(scope)(scope, receive, signed)
        except ClientDisconnect:
            self._demo.request_log.close(
                visit, 0
            )  # the client left in the middle of its own request
        except Exception as error:
            self._demo.errors.append(f"{visit.method} {visit.path}: {error!r}")
            if not answered:
                await refusal_response(visit, Refusal(500))(scope, receive, signed)

    def _checked_app(self, scope: Scope) -> ASGIApp:
        """Return the application, unless another site's name resolves to our address (DNS
        rebinding).
        """
        host = Headers(scope=scope).get("host", "").rpartition(":")
        name = host[0] if host[2].isdigit() else "".join(host)
        if name in _LOOPBACK_NAMES:
            return self._app
        return refusal_response(scope["state"]["visit"], Refusal(421, code="unknown_host"))


def visit_of(request: Request) -> Visit:
    """Return the log entry of this request."""
    visit: Visit = request.state.visit
    return visit


def refusal_response(visit: Visit, refusal: Refusal) -> Response:
    """Return a refusal in the error format of the called API."""
    refusal = in_words_of(visit.path, refusal)
    return JSONResponse(refusal.body(visit.request_id), refusal.status, headers=refusal.headers)


async def on_refusal(request: Request, error: Exception) -> Response:
    """Exception handler for our refusals, and those of the router (404, 405)."""
    if isinstance(error, HTTPException):
        error = Refusal(error.status_code, error.detail, headers=dict(error.headers or {}))
    assert isinstance(error, Refusal)
    return refusal_response(visit_of(request), error)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint of an API. ``name`` is its name in faults and the request log."""

    name: str
    method: str
    path: str
    handler: Callable[[DemoContext, Request], Awaitable[Response]]
    resumed: str = ""
    """Name when it resumes after a ``Last-Event-ID``; empty: the same."""

    def name_for(self, request: Request) -> str:
        again = self.resumed and "last-event-id" in request.headers
        return self.resumed if again else self.name


def routes(demo: DemoContext, operations: Iterable[Operation]) -> list[Route]:
    """Return routes of operations: one per path, so that 405 names every allowed method."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        Route(path, _Endpoint(demo, methods), methods=list(methods))
        for path, methods in by_path.items()
    ]


class _Endpoint:
    """Serves the operations of one path, with the active faults."""

    def __init__(self, demo: DemoContext, methods: dict[str, Operation]) -> None:
        self._demo = demo
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._methods["GET" if scope["method"] == "HEAD" else scope["method"]]
        request = Request(scope, receive)
        name = visit_of(request).operation = operation.name_for(request)
        faults = self._demo.faults.strike(name, stream=False)
        kinds = {fault.kind for fault in faults}
        if kinds & {"drop_request", "refuse"}:
            await hang_up(self._demo, request)
            return
        await _delay_or_refuse(faults)
        response = await operation.handler(self._demo, request)
        if "lose_answer" in kinds:
            await hang_up(self._demo, request)
        else:
            await response(scope, receive, send)


async def _delay_or_refuse(faults: list[Fault]) -> None:
    for fault in faults:
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay_s)
        elif fault.kind == "status":
            raise Refusal(fault.status, headers=retry_after(fault))


def retry_after(fault: Fault) -> dict[str, str]:
    """Return the ``Retry-After`` header of a fault, if it has one."""
    return {} if fault.retry_after_s is None else {"Retry-After": f"{fault.retry_after_s:g}"}


async def hang_up(demo: DemoContext, request: Request) -> None:
    """Cut the connection; a request without a response is logged before."""
    demo.request_log.close(visit_of(request), 0)
    await demo.connections.reset(request.scope, request.receive)


def event_stream(
    demo: DemoContext, request: Request, run: GenieRun | None, frames: Frames
) -> Response:
    """Return a response that streams frames through the active faults.

    ``run`` is the subject of an interruption; without one the stream just ends.
    """
    faults = demo.faults.strike(visit_of(request).operation, stream=True)

    async def body() -> AsyncIterator[bytes]:
        try:
            async for frame in disturb(frames, faults, run):
                yield frame.encode()
        except HangUp as cut:
            if cut.outage_s:
                demo.faults.add(f"refuse:s={cut.outage_s}")
            # Let the client read the data sent so far: a reset may overtake it.
            await asyncio.sleep(0.02)
            await hang_up(demo, request)

    return StreamingResponse(
        body(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
