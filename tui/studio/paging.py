"""Detect the last page of a list, from the responses alone.

Services return less than the requested page size, and echo the requested size instead of the actual
one, so it proves nothing. Source: Developer API reference, Pagination.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_INSIDE = ("result", "meta", "pagination", "links", "page")
"""Objects of a response that may describe its pages."""
_NEXT = ("next", "next_page", "next_page_url", "has_more", "has_next")
_TOTALS = ("total", "total_count", "total_items", "total_entries")
_TOTAL_HEADERS = ("x-total-count", "x-total")
_PAGE = ("page", "current_page")
_REL = re.compile(r'\brel="?([a-z ]+)"?', re.IGNORECASE)


class PageEnd:
    """Tracks the pages of one list."""

    def __init__(self, requested: int) -> None:
        """``requested``: rows per request."""
        self._requested = requested
        self._received = 0

    def has_more(self, body: object, headers: Mapping[str, str], rows: int, new: int) -> bool:
        """Return True if another page may follow one of ``rows``, of which ``new`` are new.

        A response that says nothing about pages has another one until a page brings nothing new.
        """
        self._received += rows
        if not new:
            return False
        said = list(_objects(body))
        for told in (
            _linked(said, headers),
            self._counted(said, headers),
            _numbered(said),
            self._sized(said, rows),
        ):
            if told is not None:
                return told
        return True

    def _counted(self, said: list[Mapping[str, Any]], headers: Mapping[str, str]) -> bool | None:
        total = _number(said, _TOTALS)
        if total is None:
            told = next((headers[name] for name in _TOTAL_HEADERS if name in headers), "")
            total = int(told) if told.isascii() and told.isdigit() else None
        return None if total is None else self._received < total

    def _sized(self, said: list[Mapping[str, Any]], rows: int) -> bool | None:
        """Return True for a full page, by the size in the response unless it echoes the request."""
        size = _number(said, ("per_page", "page_size"))
        if size is None or (rows < size and size == self._requested):
            return None
        return rows >= size


def _objects(body: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(body, Mapping):
        yield body
        yield from (inner for name in _INSIDE if isinstance(inner := body.get(name), Mapping))


def _linked(said: list[Mapping[str, Any]], headers: Mapping[str, str]) -> bool | None:
    """Return True if a link leads to the next page; None if there are no links."""
    if links := headers.get("link", ""):
        relations = " ".join(_REL.findall(links)).lower().split()
        if relations:
            return "next" in relations
    found = [place[name] for place in said for name in _NEXT if name in place]
    return any(found) if found else None


def _numbered(said: list[Mapping[str, Any]]) -> bool | None:
    pages, page = _number(said, ("total_pages", "page_count")), _number(said, _PAGE)
    return None if pages is None or page is None else page < pages


def _number(said: list[Mapping[str, Any]], names: tuple[str, ...]) -> int | None:
    found = (place[name] for place in said for name in names if name in place)
    return next((n for n in found if isinstance(n, int) and not isinstance(n, bool)), None)
