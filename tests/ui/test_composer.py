"""Writing: what keys do in the composer, what may not be lost, what cannot be sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult

from tui.ui.theme import GENIE_DARK
from tui.ui.widgets.composer import LIMIT_BYTES, Composer


class Desk(App[None]):
    """A composer and nothing else."""

    CSS = "Composer { height: auto; min-height: 3; max-height: 12; border: round $primary; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(GENIE_DARK)
        self.theme = "genie-dark"
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield Composer("Ifrit [/x]")

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.posted.append(event.text)

    def on_composer_file_dropped(self, event: Composer.FileDropped) -> None:
        self.posted.append(event.path)

    def on_composer_file_removed(self) -> None:
        self.posted.append("removed")

    def on_composer_too_much(self, event: Composer.TooMuch) -> None:
        self.posted.append(event)


@pytest.fixture
def app() -> Desk:
    return Desk()


async def test_enter_sends_and_leaves_the_text_until_it_is_safe(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press(*"hi", "enter")
        assert app.posted == ["hi"]
        assert app.composer.text == "hi"
        await pilot.press(*" you")
        app.composer.take_away("hi")
        assert app.composer.text == " you"


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"])
async def test_other_enters_begin_a_line(app: Desk, key: str) -> None:
    async with app.run_test() as pilot:
        await pilot.press("a", key, "b")
        assert app.composer.text == "a\nb"
        assert app.posted == []


async def test_it_grows_to_twelve_rows_and_shrinks_again(app: Desk) -> None:
    async with app.run_test() as pilot:
        assert app.composer.outer_size.height == 3
        app.composer.put("\n".join("abcdefghijklmnop"))
        await pilot.pause()
        assert app.composer.outer_size.height == 12
        app.composer.put("")
        await pilot.pause()
        assert app.composer.outer_size.height == 3


async def test_up_on_the_first_line_recalls_and_down_returns(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.remember(["newest\nof two lines", "older"])
        await pilot.press(*"mine", "up")
        assert app.composer.text == "newest\nof two lines"
        await pilot.press("up", "up")
        assert app.composer.text == "older"
        await pilot.press("up")
        assert app.composer.text == "older"
        await pilot.press("down", "down")
        assert app.composer.text == "mine"


async def test_up_moves_within_a_text_before_it_recalls(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.remember(["older"])
        await pilot.press("a", "ctrl+j", "b", "up")
        assert app.composer.text == "a\nb"
        await pilot.press("up")
        assert app.composer.text == "older"


async def test_a_paste_is_cleaned_and_inserted_once(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("one\r\ntwo\x1b]52;c;x\x07\u202e"))
        await pilot.pause()
        assert app.composer.text == "one\ntwo\ufffd]52;c;x\ufffd\ufffd"


async def test_an_enormous_paste_is_refused_with_a_sentence(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("x" * 600_000))
        await pilot.pause()
        assert app.composer.text == ""
        assert isinstance(app.posted[0], Composer.TooMuch)


@pytest.mark.parametrize("form", ["{}", "'{}'", "file://{}"])
async def test_a_dropped_file_is_offered_as_attachment(
    app: Desk, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "report.txt"
    file.write_text("figures")
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste(form.format(file)))
        await pilot.pause()
        assert app.posted == [file]
        assert app.composer.text == ""


async def test_a_path_that_does_not_exist_is_text(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("/no/such/file"))
        await pilot.pause()
        assert app.composer.text == "/no/such/file"


async def test_the_size_is_shown_near_the_limit_and_refused_over_it(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.put("é" * (LIMIT_BYTES // 2))
        await pilot.pause()
        assert "12.0 of 12 KB" in str(app.composer.border_subtitle)
        await pilot.press("end", "x")
        await pilot.pause()
        assert app.composer.has_class("-over")
        await pilot.press("enter")
        assert isinstance(app.posted[-1], Composer.TooMuch)
        assert app.composer.text.endswith("x")


async def test_backspace_in_an_empty_composer_takes_the_file_off(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press("a", "backspace")
        assert app.posted == []
        await pilot.press("backspace")
        assert app.posted == ["removed"]
