"""Common parts of the Developer API: permissions, rate limits, response formats.

Source: Agent Studio API; Developer API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo.context import DemoContext
from tui.demo.developer.state import DeveloperState, DeveloperToken
from tui.demo.errors import Refusal
from tui.demo.headless.callers import bearer_token
from tui.demo.middleware import Operation, routes, visit_of
from tui.demo.records import JsonObject
from tui.demo.request_parsing import json_body, query_of

PREFIX = "/api/agentic"
OPERATION = "developer"
"""Name of all operations of this API in faults and the request log; paths tell them apart."""

_UNDOCUMENTED = 100
"""Maximum page size where the documentation names none."""

_LISTS = (1000, 60.0)
_STANDARD = (60, 60.0)
_ONE_A_SECOND = (1, 1.0)
_LIMITS = {
    ("POST", "/api/connections"): _ONE_A_SECOND,
    **{
        ("GET", f"{PREFIX}/{kind}{one}"): _LISTS
        for kind in ("genies", "knowledge_bases", "skills")
        for one in ("", "/{id}")
    },
}


@dataclass(frozen=True, slots=True)
class DeveloperCall:
    """Authorized request."""

    developer: DeveloperState
    token: DeveloperToken
    parts: Mapping[str, str]
    query: QueryParams
    body: JsonObject

    def text(self, name: str) -> str:
        """Return a required string of the body.

        Raises:
            Refusal: 400 if it is missing or blank.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refusal(400, f"{name} is required.")
        return value

    def required(self, *names: str) -> JsonObject:
        """Return required fields of the body, of any type.

        Raises:
            Refusal: 400 if one is missing.
        """
        missing = [name for name in names if self.body.get(name) is None]
        if missing:
            raise Refusal(400, f"{', '.join(missing)} required.")
        return {name: self.body[name] for name in names}

    def texts(self, name: str) -> list[str]:
        """Return a non-empty array of strings of the body.

        Raises:
            Refusal: 400 for anything else.
        """
        value = self.body.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise Refusal(400, f"{name} must be a non-empty array of strings.")
        return value

    def page(self, rows: Iterable[JsonObject], largest: int | None = None) -> list[JsonObject]:
        """Return the rows of the requested ``page`` with ``per_page``.

        ``largest`` is the documented maximum; without one, pages are cut at 100 rows.

        Raises:
            Refusal: 400 unless both are whole numbers from 1 on, and for more than ``largest``.
        """
        page, size = self.page_numbers(largest or _UNDOCUMENTED, largest)
        return list(rows)[(page - 1) * size : page * size]

    def page_numbers(self, usual: int, largest: int | None = None) -> tuple[int, int]:
        """Return ``page`` and ``per_page``; ``usual`` is the default size.

        Raises:
            Refusal: as `page`.
        """
        page, size = self._number("page", 1), self._number("per_page", usual)
        if largest is not None and size > largest:
            raise Refusal(400, f"per_page must be at most {largest}.")
        return page, min(size, largest or _UNDOCUMENTED)

    def check_choices(self, choices: Mapping[str, Collection[object]]) -> None:
        """Check that fields of the body, if present, have one of some values.

        Raises:
            Refusal: 422 for any other value.
        """
        for name, known in choices.items():
            value = self.body.get(name)
            if value is not None and not any(
                type(value) is type(one) and value == one for one in known
            ):
                raise Refusal(422, f"{name} must be {_or(known)}.")

    def choice(self, name: str, *known: str) -> str | None:
        """Return a query parameter that, if present, has one of some values.

        Raises:
            Refusal: 400 for any other value.
        """
        value = self.query.get(name)
        if value is not None and value not in known:
            raise Refusal(400, f"{name} must be {_or(known)}.")
        return value

    def matching(self, rows: Iterable[JsonObject], *names: str) -> list[JsonObject]:
        """Return the rows that match the parameters of the query; ``query`` searches names."""
        words = self.query.get("query", "").lower()
        asked = {name: self.query[name] for name in names if self.query.get(name)}
        return [
            row
            for row in rows
            if all(str(row.get(name)) == value for name, value in asked.items())
            and words in str(row.get("name", "")).lower()
        ]

    def _number(self, name: str, usual: int) -> int:
        raw = self.query.get(name, str(usual))
        if not raw.isascii() or not raw.isdigit() or int(raw) < 1:
            raise Refusal(400, f"{name} must be a whole number of at least 1.")
        return int(raw)


@dataclass(frozen=True, slots=True)
class Plain:
    """Response that looks the same in both dialects."""

    body: Any


def _or(known: Collection[object]) -> str:
    *others, last = (str(one).lower() if isinstance(one, bool) else str(one) for one in known)
    return f"{', '.join(others)} or {last}"


Answer = Callable[[DeveloperCall], Any]
"""Returns the JSON of a response; None for an empty one (204)."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One endpoint. ``group`` is its permission group in the roles of tokens."""

    group: str
    method: str
    path: str
    answer: Answer


def developer_routes_of(demo: DemoContext, resources: Iterable[Resource]) -> list[Route]:
    """Return the routes of resources, each behind the common checks."""
    return routes(
        demo,
        (
            Operation(OPERATION, resource.method, resource.path, _handler(resource))
            for resource in resources
        ),
    )


def _handler(resource: Resource) -> Callable[[DemoContext, Request], Any]:
    async def handle(demo: DemoContext, request: Request) -> Response:
        developer = demo.developer
        secret = bearer_token(request)
        token = developer.tokens.get(secret)
        if token is None:
            raise Refusal(401, "Unauthorized: the API token is missing or invalid.")
        _check_role(token, resource)
        most, seconds = _LIMITS.get((resource.method, resource.path), _STANDARD)
        developer.count_call(secret, resource.method, resource.path, most, seconds)
        body = await json_body(request)
        call = DeveloperCall(developer, token, request.path_params, query_of(request), body)
        visit_of(request).summary = " ".join(request.path_params.values())
        return _response(demo, resource.answer(call))

    return handle


def _check_role(token: DeveloperToken, resource: Resource) -> None:
    known = token.groups is None or resource.group in token.groups
    if not known or (resource.method != "GET" and not token.writes):
        raise Refusal(403, "The token's client role does not include this endpoint.")


def _response(demo: DemoContext, answer: Any) -> Response:
    if answer is None:
        return Response(status_code=204)
    if isinstance(answer, Plain):
        return JSONResponse(answer.body)
    return JSONResponse({"data": answer} if demo.settings.observed else answer)
