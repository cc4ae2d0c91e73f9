"""Request log view: the requests to the service and their IDs, for support."""

from __future__ import annotations

import pytest

from tests.fakes import NOW_MS
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.diagnostics import ServerCall
from tui.engine.session import MOST_CALLS
from tui.ui.diagnostics.request_log_view import RequestsView, drawn


def call(number: int, **changed: object) -> ServerCall:
    fields: dict[str, object] = {
        "method": "GET",
        "path": f"/api/v1/genies/gin-1/chat/conversations/{number}/messages",
        "at_ms": NOW_MS + number,
        "took_ms": 120,
        "status": 200,
        "request_id": f"req-{number}",
    }
    return ServerCall(**{**fields, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [48, 60, 100, 200])
def test_a_request_row_fits_the_width_and_keeps_the_request_id(width: int) -> None:
    row = drawn(call(7, request_id="0f8fad5b-d9cd-469f"), width)
    assert row.cell_length == width
    assert "0f8fad5b-d9cd-469f" in row.plain


def test_a_request_outcome_has_a_symbol() -> None:
    assert "✓ 200" in drawn(call(1), 100).plain
    assert "✗ 503" in drawn(call(1, status=503), 100).plain
    assert "✗ -" in drawn(call(1, status=None, request_id=None), 100).plain


async def test_requests_are_listed_and_their_request_ids_copied() -> None:
    stage = Stage()
    async with stage.shown():
        for number in range(3):
            stage.backend.listener(call(number))
        await stage.press("f12")
        await stage.until(lambda: isinstance(stage.app.screen, RequestsView))
        await stage.until(lambda: "req-2" in stage.screen())
        await stage.press("down", "c")
        await stage.until(lambda: stage.app.clipboard == "req-1")
        await stage.press("a")
        await stage.until(lambda: stage.app.clipboard.count("\n") == 2)
        await stage.press("escape", "shift+f12")
        await stage.until(lambda: stage.app.clipboard == "req-2")


async def test_only_the_newest_requests_are_kept() -> None:
    stage = Stage()
    async with stage.shown():
        for number in range(MOST_CALLS + 5):
            stage.backend.listener(call(number))
        kept = stage.session().calls
        assert (len(kept), kept[0].request_id) == (MOST_CALLS, "req-5")


async def test_hostile_paths_and_request_ids_are_only_text() -> None:
    stage = Stage()
    async with stage.shown(200, 30):
        stage.backend.listener(call(0, path=HOSTILE, request_id=HOSTILE, method=HOSTILE))
        await stage.press("f12")
        await stage.until(lambda: "[/oops]" in stage.screen())
        assert not set(UNSAFE) & set(stage.screen())
        await stage.press("a")
        await stage.until(lambda: stage.app.clipboard)
        assert not set(UNSAFE) & set(stage.app.clipboard)
