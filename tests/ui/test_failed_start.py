"""Session that fails to open: the app still takes text, and says why."""

from __future__ import annotations

from pathlib import Path

from textual import events

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.core.errors import BackendError, ErrorKind
from tui.system.draft_file import DraftFile
from tui.ui.app.early_input import EarlyKeys

REASON = "SSL_CERT_FILE names /nope"
PROBLEM = "SSL_CERT_FILE names /nope, which doesn't exist."


def unusable() -> BackendError:
    return BackendError(ErrorKind.SETTINGS, PROBLEM, hint="Correct SSL_CERT_FILE, or remove it.")


async def test_after_a_failed_start_the_draft_is_kept_and_ctrl_r_retries_and_sends_it(
    tmp_path: Path,
) -> None:
    early_draft_store = DraftFile(tmp_path / "unsent")
    backend = ScriptedBackend(reply("Hello Jo"))
    stage = Stage(backend, refusals=[unusable(), unusable()], early_draft_store=early_draft_store)
    async with stage.shown():
        await stage.until(lambda: REASON in stage.banner_text())
        assert "Ctrl+R tries" in stage.banner_text()
        assert "offline" in stage.topbar_text()
        await stage.press(*"hello", "enter")
        await stage.until(lambda: "Not sent:" in stage.banner_text())
        assert "hello" in stage.composer_view()
        assert early_draft_store.read().startswith("hello")
        await stage.press("ctrl+r")
        await stage.until(lambda: not stage.refusals)
        await stage.until(lambda: REASON in stage.banner_text())
        assert "hello" in stage.composer_view()
        await stage.press("ctrl+r")
        await stage.until(lambda: "Hello Jo" in stage.screen())
        assert [text for _, text, _ in backend.sent] == ["hello"]
        assert not stage.is_banner_shown()


async def test_a_click_on_the_banner_retries_the_start() -> None:
    stage = Stage(refusals=[unusable()])
    async with stage.shown():
        await stage.until(lambda: REASON in stage.banner_text())
        await stage.click_banner()
        await stage.until(lambda: "online" in stage.topbar_text())


async def test_a_setting_that_fails_every_request_is_not_shown_as_online() -> None:
    """The session opens, since its conversations are here; the first call finds out."""
    stage = Stage()
    stage.backend.failures["conversations"] += [unusable()]
    async with stage.shown():
        await stage.until(lambda: REASON in stage.banner_text())
        assert "Ctrl+R tries" in stage.banner_text()
        assert "offline" in stage.topbar_text()
        await stage.press("ctrl+r")
        await stage.until(lambda: "online" in stage.topbar_text())
        assert not stage.is_banner_shown()


async def test_keys_typed_before_the_start_are_handled_in_order() -> None:
    handled: list[str] = []

    async def handle(event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Key):
            handled.append(event.key)
            if event.key == "a":
                assert early.hold(events.Key("c", "c"))  # pressed meanwhile
        else:
            handled.append(event.text)

    early = EarlyKeys(handle)
    assert early.hold(events.Key("a", "a"))
    assert early.hold(events.Paste("b"))
    await early.release()
    assert handled == ["a", "b", "c"]
    assert not early.hold(events.Key("d", "d"))
    await early.release()
    assert handled == ["a", "b", "c"]
