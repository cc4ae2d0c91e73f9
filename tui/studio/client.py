"""HTTP client for described endpoints of the Developer API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx

from tui.api.coerce import path_segment
from tui.api.error_hints import FailureCase
from tui.api.failures import READS, failure
from tui.api.http import Http, JsonResponse, Params
from tui.api.network.settings import Network
from tui.core.errors import BackendError, ErrorKind
from tui.core.ports import Clock
from tui.core.retry import repeat
from tui.studio.decode import R, decode, find_rows
from tui.studio.endpoint import Endpoint, Paging, Values, nested, unwrapped
from tui.studio.error_hints import BY_GROUP, DEVELOPER
from tui.studio.paging import PageEnd
from tui.studio.rate_limit import RateLimiter, RateLimitStore

TIMEOUT = httpx.Timeout(40, connect=10)
"""The service gives up after 40 s. Source: Developer API reference."""

_TRIES = 3
_LONGEST_WAIT_S = 20.0
"""Longest requested delay for a read; beyond it the read fails and says when to retry."""

_NOTHING: Values = {}
_LARGEST_LIST = 1_000_000


class EndpointClient:
    """Developer API at one host, for one token. Every call raises ``BackendError``.

    Reads are retried after transient failures, everything else is sent once. A request waits for
    the rate limit of its endpoint.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        clock: Clock,
        limits: RateLimitStore | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        self._http = Http(
            base_url, auth, hints=DEVELOPER, timeout=TIMEOUT, clock=clock, network=network
        )
        self._clock = clock
        self.rate_limiter = RateLimiter(clock, limits)

    @property
    def host(self) -> str:
        return self._http.host

    async def request(
        self, endpoint: Endpoint, parts: Sequence[str] = (), values: Values = _NOTHING
    ) -> Any:
        """Return the JSON of a response, None for an empty one.

        ``parts`` fill the path, ``values`` are by the names of the endpoint's fields. Raises
        BackendError(INVALID) with the violated rules, before sending.
        """
        _check(endpoint, parts, values)
        query = _query(nested(endpoint.query, values))
        return (await self._send(endpoint, parts, query, nested(endpoint.body, values))).body

    async def rows(
        self,
        endpoint: Endpoint,
        parts: Sequence[str] = (),
        values: Values = _NOTHING,
        *,
        limit: int = _LARGEST_LIST,
    ) -> AsyncGenerator[Any]:
        """Yield at most ``limit`` rows of a list, page by page.

        Ends when the responses say so, or with a page that brings nothing new: some lists have only
        one.
        """
        _check(endpoint, parts, values)
        paging = endpoint.paging or Paging(_LARGEST_LIST)
        size = min(paging.largest, limit)
        page: dict[str, str | int] = {} if paging.after else {"page": 1}
        count, seen, end = 0, set[str](), PageEnd(size)
        while True:
            answer, rows = await self._page(endpoint, parts, values, {**page, paging.size: size})
            new = [row for row in rows if _identity(row) not in seen]
            seen.update(map(_identity, new))
            for row in new[: limit - count]:
                yield row
            count += len(new)
            more = end.has_more(answer.body, answer.headers, len(rows), len(new))
            if count >= limit or not more:
                return
            page = _next(paging, page, rows[-1])

    async def request_one(
        self, kind: type[R], endpoint: Endpoint, *parts: str, **values: object
    ) -> R:
        """Return the record in a response; an empty one if the response has no content."""
        return decode(kind, unwrapped(await self.request(endpoint, parts, values)))

    async def request_all(
        self, kind: type[R], endpoint: Endpoint, *parts: str, **values: object
    ) -> AsyncGenerator[R]:
        """Yield the records of a list."""
        async with aclosing(self.rows(endpoint, parts, values)) as rows:
            async for row in rows:
                yield decode(kind, row)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _page(
        self,
        endpoint: Endpoint,
        parts: Sequence[str],
        values: Values,
        page: Mapping[str, str | int],
    ) -> tuple[JsonResponse, list[Any]]:
        query = {**_query(nested(endpoint.query, values)), **page}
        answer = await self._send(endpoint, parts, query, {})
        rows = find_rows(answer.body)
        if rows is None:
            raise failure(FailureCase.NOT_AN_OBJECT, host=self.host)
        return answer, rows

    async def _send(
        self, endpoint: Endpoint, parts: Sequence[str], query: Params, body: dict[str, Any]
    ) -> JsonResponse:
        call = partial(
            self._http.answer,
            endpoint.method,
            endpoint.fill_path(parts, path_segment),
            params=query,
            json=body or None,
            before_send=partial(self.rate_limiter.wait, endpoint),
        )
        try:
            if endpoint.method not in READS:
                return await call()
            return await repeat(
                call, self._clock, tries=_TRIES, longest_wait_s=_LONGEST_WAIT_S, on_wait=self._tell
            )
        except BackendError as error:
            if not error.asks_to_wait:
                error.hint = BY_GROUP.get((endpoint.group, error.status or 0), error.hint)
            raise

    def _tell(self, seconds: float) -> None:
        if self.rate_limiter.on_wait:
            self.rate_limiter.on_wait(seconds)


def _check(endpoint: Endpoint, parts: Sequence[str], values: Values) -> None:
    problems = endpoint.validate(parts, values)
    if problems:
        raise BackendError(ErrorKind.INVALID, " ".join(problems))


def _query(values: Mapping[str, Any]) -> dict[str, str | int | Sequence[str]]:
    """Return the parameters of a query; a flag is written as in JSON."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in values.items()
    }


def _identity(row: Any) -> str:
    """Return the id that identifies a row within its list."""
    if isinstance(row, dict):
        key = next((name for name in ("id", "client_id") if row.get(name) is not None), None)
        return str(row[key]) if key else repr(row)
    return repr(row)


def _next(paging: Paging, page: Mapping[str, str | int], last: Any) -> dict[str, str | int]:
    if paging.after:
        return {paging.after: _identity(last)}
    return {"page": int(page["page"]) + 1}
