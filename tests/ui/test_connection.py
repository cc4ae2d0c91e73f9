"""Connections: three ways to the sign-in link, and a way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, T0_MS, UNSAFE, FakeClock, Solo, asked, at, settle, turn_of
from tui.config import Preferences
from tui.core.events import ConnectionRequested
from tui.core.ids import AttemptId
from tui.core.steps import ConnectionStep
from tui.ui.app.messages import CopyText, OpenLink
from tui.ui.questions.connection_modal import ConnectionAnswer, ConnectionModal
from tui.ui.questions.reason_modal import ReasonModal
from tui.ui.toolkit.qr import qr_code

LINK = "https://id.example.com/connect/abc"


def request(url: str | None = LINK, connector: str = "Jira") -> ConnectionStep:
    event = at(
        ConnectionRequested,
        1,
        0,
        attempt_id=AttemptId("a1"),
        connector=connector,
        url=url,
        expires_ms=T0_MS + 252_000,
    )
    (step,) = turn_of("t", events=[event]).steps
    assert isinstance(step, ConnectionStep)
    return step


def modal(step: ConnectionStep | None = None) -> tuple[ConnectionModal, FakeClock]:
    clock = FakeClock()
    shown = ConnectionModal(
        step or request(), agent="IT Helper", now_ms=lambda: T0_MS, clock_s=clock
    )
    return shown, clock


async def test_a_connection_shows_the_host_and_expiry_of_its_link() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, _):
        text = app.screen_text()
    for words in ("Jira", "id.example.com", LINK, "expires in 4 m 10 s"):
        assert words in text


async def test_the_connection_link_is_opened_and_copied_by_the_app() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("o", "c")
        await settle(pilot, lambda: len(app.heard) == 2)
        assert app.screen is shown
    assert app.heard[0] == OpenLink(LINK)
    assert app.heard[1] == CopyText(LINK, "the link")


@pytest.mark.parametrize(
    ("no_browser", "told"), [(False, "Opened in your browser"), (True, "Link copied instead")]
)
async def test_a_browser_is_opened_unless_the_profile_forbids_it(
    monkeypatch: pytest.MonkeyPatch, no_browser: bool, told: str
) -> None:
    for name in ("SSH_CONNECTION", "SSH_TTY", "GENIE_TUI_NO_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", "true")
    stage = Stage(preferences=Preferences(no_browser=no_browser))
    async with stage.shown():
        stage.app.action_open_link(LINK)
        await stage.until(lambda: told in stage.screen())
        assert (stage.app.clipboard == LINK) is no_browser


async def test_keys_of_the_first_moment_do_nothing_in_a_connection() -> None:
    shown, _ = modal()
    app = Solo()
    async with app.run_test() as pilot:
        app.ask(shown)
        await settle(pilot, lambda: shown.is_drawn)
        await pilot.press("o", "c", "q", "r")
        assert app.screen is shown
    assert app.heard == []


@pytest.mark.parametrize(
    "url",
    [
        None,
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://evil.example\\@login.test/",
        "https://login.test@evil.example/",
        "https://evil.example\\.login.test/",
    ],
)
async def test_an_unsafe_link_is_shown_and_cannot_be_opened(url: str | None) -> None:
    shown, clock = modal(request(url))
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("o", "c", "q")
        text = app.screen_text()
        assert ("can't be opened safely" if url else "No link yet") in text
        assert "Opens" not in text
        assert url is None or url in text
    assert app.heard == []


async def test_the_qr_code_replaces_the_text_and_closes_again() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("q")
        await settle(pilot, lambda: "▀" in app.screen_text())
        assert LINK not in app.screen_text()
        await pilot.press("q")
        await settle(pilot, lambda: LINK in app.screen_text())


async def test_escape_closes_the_qr_code_before_the_question() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("q")
        await settle(pilot, lambda: "▀" in app.screen_text())
        await pilot.press("escape")
        await settle(pilot, lambda: LINK in app.screen_text())
        assert app.screen is shown
        await pilot.press("escape")
        await settle(pilot, lambda: app.screen is not shown)


async def test_a_qr_code_that_does_not_fit_is_explained() -> None:
    shown, clock = modal(request(LINK + "x" * 300))
    async with asked(shown, clock, (80, 24)) as (app, pilot):
        await pilot.press("q")
        await settle(pilot, lambda: "The QR code needs at least" in app.screen_text())


def test_the_rows_of_a_qr_code_are_as_wide_as_its_modules() -> None:
    code = qr_code(LINK)
    assert code is not None
    lines = code.plain.split("\n")
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) == (len(lines[0]) + 1) // 2


def test_a_link_that_is_too_long_has_no_qr_code() -> None:
    assert qr_code(LINK + "x" * 5000) is None


async def test_a_connection_rejection_returns_its_reason() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        clock.now_s += 1
        await pilot.press(*"no", "enter")
        await settle(pilot, lambda: bool(app.answers))
    assert app.answers == [ConnectionAnswer(rejected=True, reason="no")]


async def test_a_renewed_link_replaces_the_old_one() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        shown.update_step(replace(shown.step, url="https://new.example.com/2"))
        await settle(pilot, lambda: "new.example.com" in app.screen_text())
        await pilot.press("o")
        await settle(pilot, lambda: bool(app.heard))
    assert app.heard == [OpenLink("https://new.example.com/2")]


async def test_the_dialog_closes_when_the_connection_is_authorized() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        shown.update_step(replace(shown.step, outcome="authorized"))
        await settle(pilot, lambda: app.screen is not shown)
    assert app.answers == [None]


async def test_hostile_text_in_a_connection_is_shown_sanitized() -> None:
    shown, clock = modal(request(f"https://x.example/{HOSTILE}", HOSTILE))
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("q", "o", "c")
        assert app.heard == []
        assert not set(app.screen_text()) & set(UNSAFE)
