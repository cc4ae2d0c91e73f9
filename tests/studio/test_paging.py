"""Paging: every row of a list arrives, however the service pages it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.studio.paging import PageEnd

Body = Callable[[int, int, int], dict[str, Any]]
"""What an answer says, from the rows in all, the page's number and the rows of a full page."""

STYLES: list[Body] = [
    lambda total, page, size: {},
    lambda total, page, size: {"total": total},
    lambda total, page, size: {"meta": {"total_count": total, "page": page}},
    lambda total, page, size: {"page": page, "per_page": size},
    lambda total, page, size: {"page": page, "per_page": 50},
    lambda total, page, size: {"page": page, "total_pages": -(-total // size)},
    lambda total, page, size: {"links": {"next": f"?page={page + 1}" * (page * size < total)}},
    lambda total, page, size: {"has_more": page * size < total, "per_page": 50},
]


@given(
    total=st.integers(0, 130),
    cap=st.integers(1, 60),
    requested=st.just(50),
    style=st.sampled_from(STYLES),
)
def test_paging_returns_all_rows(total: int, cap: int, requested: int, style: Body) -> None:
    size = min(cap, requested)
    end, received, page = PageEnd(requested), 0, 0
    while True:
        page += 1
        rows = max(0, min(size, total - received))
        received += rows
        if not end.has_more(style(total, page, size), {}, rows, rows):
            break
    assert received == total
    assert page <= -(-total // size) + 1


@given(st.sampled_from(STYLES))
def test_paging_ends_at_a_page_without_new_rows(style: Body) -> None:
    """Whatever is said: some services answer every page with the first one."""
    assert not PageEnd(50).has_more(style(1_000_000, 1, 10), {}, 10, 0)
