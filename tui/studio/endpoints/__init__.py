"""Endpoints of the Developer API, by command, assembled from tables.

To add one, add a line to ``routes`` and to ``help_texts.SUMMARIES``; then, if it has any, to
``request_fields.FIELDS``, ``responses`` and ``help_texts.CONFIRMATIONS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from tui.studio.endpoint import STANDARD, Endpoint
from tui.studio.endpoints.help_texts import CONFIRMATIONS, GROUPS, SUMMARIES
from tui.studio.endpoints.request_fields import CHECKS, FIELDS
from tui.studio.endpoints.responses import COLUMNS, PAGING, RATE_LIMITS, SECRET_FIELDS
from tui.studio.endpoints.routes import PATH_ARGUMENTS, ROUTES

__all__ = ["ENDPOINTS", "GROUPS"]


def _endpoint(command: str) -> Endpoint:
    method, path = ROUTES[command]
    fields = FIELDS.get(command, ())
    query = tuple(field for field in fields if field.in_query or method == "GET")
    return Endpoint(
        command=command,
        method=method,
        path=path,
        summary=SUMMARIES[command],
        arguments=tuple(_path_arguments(path)),
        query=query,
        body=tuple(field for field in fields if field not in query),
        columns=tuple(COLUMNS.get(command, "").split()),
        paging=PAGING.get(command),
        rate_limit=RATE_LIMITS.get(command, STANDARD),
        confirm=CONFIRMATIONS.get(command, ""),
        secret_field=SECRET_FIELDS.get(command, ""),
        check=CHECKS.get(command),
    )


def _path_arguments(path: str) -> Iterator[str]:
    for before, part in pairwise(path.split("/")):
        if part.startswith(":"):
            yield PATH_ARGUMENTS[f"{before}/{part}"]


ENDPOINTS: Mapping[str, Endpoint] = {command: _endpoint(command) for command in ROUTES}
