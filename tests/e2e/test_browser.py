"""The whole sign-in in a real browser, against the demo identity server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.signing_in import free_redirect, login_command, settings_of
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium must be installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Browser that is not signed in; it must load nothing from other hosts."""
    asked: list[str] = []
    context = chromium.new_context()
    context.on("request", lambda request: asked.append(urlsplit(request.url).hostname or ""))
    yield context
    context.close()
    assert set(asked) <= {"127.0.0.1", ""}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, redirect_url=free_redirect())) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def environ(environ: dict[str, str], server: DemoServer) -> dict[str, str]:
    return environ | settings_of(server)


def sign_in(page: Page, url: str, user: str = "Ada", decision: str = "Allow") -> None:
    """Click through the pages of the identity server, up to our own."""
    page.goto(url)
    page.get_by_role("button", name=user).click()
    page.get_by_role("button", name=decision).click()
    page.wait_for_url("**/callback?**")


def test_a_user_signs_in_with_the_browser(context: BrowserContext, environ: dict[str, str]) -> None:
    with login_command(environ, "--no-browser") as attempt:
        page = context.new_page()
        sign_in(page, attempt.url)
        expect(page.get_by_role("heading")).to_have_text("You're signed in")
        expect(page.get_by_text("close this tab")).to_be_visible()
        assert attempt.finish() == (0, "Signed in as Ada (ada@example.com).\n")


def test_a_user_denies_the_sign_in(context: BrowserContext, environ: dict[str, str]) -> None:
    with login_command(environ, "--no-browser") as attempt:
        page = context.new_page()
        sign_in(page, attempt.url, decision="Deny")
        expect(page.get_by_role("heading")).to_have_text("Sign-in failed")
        assert attempt.finish()[0] == 3
    assert "denied in the browser" in attempt.told


def test_an_injected_state_is_ignored_and_the_login_continues(
    context: BrowserContext, environ: dict[str, str], server: DemoServer
) -> None:
    with login_command(environ, "--no-browser") as attempt:
        other = context.new_page()
        other.goto(f"{server.redirect_url}?code=injected&state=injected")
        expect(other.get_by_role("heading")).to_have_text(
            "This isn't the sign-in page genie-tui is waiting for"
        )
        assert attempt.waits
        page = context.new_page()
        sign_in(page, attempt.url)
        expect(page.get_by_role("heading")).to_have_text("You're signed in")
        assert attempt.finish()[0] == 0


def test_a_changed_state_is_ignored(context: BrowserContext, environ: dict[str, str]) -> None:
    with login_command(environ, "--no-browser") as attempt:
        page = context.new_page()
        page.goto(_with(attempt.url, state="changed"))
        page.get_by_role("button", name="Ada").click()
        page.get_by_role("button", name="Allow").click()
        expect(page.get_by_role("heading")).to_have_text(
            "This isn't the sign-in page genie-tui is waiting for"
        )
        assert attempt.waits


def test_of_two_browser_tabs_only_the_first_signs_in(
    context: BrowserContext, environ: dict[str, str]
) -> None:
    with login_command(environ, "--no-browser") as attempt:
        first, second = context.new_page(), context.new_page()
        first.goto(attempt.url)
        first.get_by_role("button", name="Ada").click()
        expect(first.get_by_role("button", name="Allow")).to_be_visible()
        second.goto(attempt.url)  # the same browser: it knows Ada already
        first.get_by_role("button", name="Allow").click()
        expect(first.get_by_role("heading")).to_have_text("You're signed in")
        code, said = attempt.finish()
        with second.expect_event("requestfailed", lambda request: "/callback?" in request.url):
            second.get_by_role("button", name="Allow").click(no_wait_after=True)
    assert code == 0
    assert "Signed in as Ada" in said


def test_the_landing_page_is_self_contained_light_and_dark(
    context: BrowserContext, environ: dict[str, str], tmp_path: Path
) -> None:
    asked: list[str] = []
    problems: list[str] = []
    with login_command(environ, "--no-browser") as attempt:
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        sign_in(page, attempt.url)
        expect(page.get_by_role("heading")).to_have_text("You're signed in")
        assert attempt.finish()[0] == 0
    light, dark = (_brightness(page, scheme, tmp_path) for scheme in ("light", "dark"))
    assert dark < 100 < 155 < light
    assert set(asked[asked.index("/callback") + 1 :]) <= {"/favicon.ico"}
    assert problems == []


def _brightness(page: Page, scheme: Literal["light", "dark"], folder: Path) -> float:
    """Return the brightness of the page, 0 to 255, and save a picture of it in the folder."""
    page.emulate_media(color_scheme=scheme)
    page.screenshot(path=folder / f"{scheme}.png")
    colour = str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


def _with(url: str, **fields: str) -> str:
    """An address with some of its fields changed."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | fields
    return urlunsplit(parts._replace(query=urlencode(query)))
