"""Composer: keys, drafts that must not be lost, and messages that cannot be sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult

from tui.ui.composer.composer import LARGEST_PASTE, LIMIT_BYTES, Composer
from tui.ui.theme.themes import GENIE_DARK


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

    def on_composer_files_dropped(self, event: Composer.FilesDropped) -> None:
        self.posted.extend(event.paths)

    def on_composer_drop_undone(self, event: Composer.DropUndone) -> None:
        self.posted.append(event)

    def on_composer_paste_opened(self, event: Composer.PasteOpened) -> None:
        self.posted.append(event)

    def on_composer_file_removed(self) -> None:
        self.posted.append("removed")

    def on_composer_too_much(self, event: Composer.TooMuch) -> None:
        self.posted.append(event)


@pytest.fixture
def app() -> Desk:
    return Desk()


async def test_enter_sends_and_keeps_the_text_until_it_is_stored(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press(*"hi", "enter")
        assert app.posted == ["hi"]
        assert app.composer.text == "hi"
        await pilot.press(*" you")
        app.composer.take_away("hi")
        assert app.composer.text == " you"


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"])
async def test_shift_enter_and_others_insert_a_new_line(app: Desk, key: str) -> None:
    async with app.run_test() as pilot:
        await pilot.press("a", key, "b")
        assert app.composer.text == "a\nb"
        assert app.posted == []


async def test_the_composer_grows_to_twelve_rows_and_shrinks_again(app: Desk) -> None:
    async with app.run_test() as pilot:
        assert app.composer.outer_size.height == 3
        app.composer.put("\n".join("abcdefghijklmnop"))
        await pilot.pause()
        assert app.composer.outer_size.height == 12
        app.composer.put("")
        await pilot.pause()
        assert app.composer.outer_size.height == 3


async def test_up_on_the_first_line_recalls_history_and_down_returns(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.set_recallable(["newest\nof two lines", "older"])
        await pilot.press(*"mine", "up")
        assert app.composer.text == "newest\nof two lines"
        await pilot.press("up", "up")
        assert app.composer.text == "older"
        await pilot.press("up")
        assert app.composer.text == "older"
        await pilot.press("down", "down")
        assert app.composer.text == "mine"


async def test_up_moves_within_a_text_before_it_recalls_history(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.set_recallable(["older"])
        await pilot.press("a", "ctrl+j", "b", "up")
        assert app.composer.text == "a\nb"
        await pilot.press("up")
        assert app.composer.text == "older"


async def test_a_paste_is_sanitized_and_inserted_once(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("one\r\ntwo\x1b]52;c;x\x07\x00!\u200d\u202e"))
        await pilot.pause()
        assert app.composer.text == "one\ntwo!\u200d\u202e"


async def test_an_oversized_paste_is_rejected_with_a_message(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("x" * (LARGEST_PASTE + 1)))
        await pilot.pause()
        assert app.composer.text == ""
        assert isinstance(app.posted[0], Composer.TooMuch)


@pytest.mark.parametrize("form", ["{}", "'{}'", "file://{}"])
async def test_a_dropped_file_becomes_an_attachment(app: Desk, tmp_path: Path, form: str) -> None:
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


async def test_the_message_size_is_shown_near_the_limit_and_rejected_over_it(app: Desk) -> None:
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


async def test_backspace_in_an_empty_composer_removes_the_attachment(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press("a", "backspace")
        assert app.posted == []
        await pilot.press("backspace")
        assert app.posted == ["removed"]


LINES = "\n".join(f"line {n}" for n in range(36))


async def test_a_large_paste_is_collapsed_and_sent_in_full(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press(*"see ")
        app.composer.post_message(events.Paste(LINES))
        await pilot.pause()
        await pilot.press("!")
        assert app.composer.text == "see [Pasted text #1 · 36 lines]!"
        assert app.composer.size_bytes == len(f"see {LINES}!")
        await pilot.press("enter")
        assert app.posted == [f"see {LINES}!"]


async def test_a_collapsed_paste_is_deleted_and_restored_as_one(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.insert_paste(LINES)
        app.composer.insert_paste(LINES)
        await pilot.press("left", "left", "backspace")
        assert app.composer.text == "[Pasted text #1 · 36 lines]"
        await pilot.press("ctrl+z")
        assert app.composer.message == LINES + LINES
        app.composer.move_cursor((0, 3))
        await pilot.press("x")
        assert app.composer.message == f"{LINES}x{LINES}"


async def test_a_collapsed_paste_survives_in_a_draft_and_opens_by_key_and_mouse(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.insert_paste(LINES)
        kept = app.composer.kept
        app.composer.start_with("")
        app.composer.start_with(f"a {kept}")
        await pilot.pause()
        assert app.composer.text == "a [Pasted text #1 · 36 lines]"
        await pilot.press("f3")
        await pilot.click(app.composer, offset=(8, 1))
        await pilot.pause()
        assert [event.text for event in app.posted] == [LINES, LINES]
        app.composer.swap_chip(app.posted[0].label, LINES)
        assert app.composer.text == f"a {LINES}"


async def test_recalled_or_restored_text_can_be_undone(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.composer.set_recallable(["older"])
        await pilot.press(*"mine", "up", "ctrl+z")
        assert app.composer.text == "mine"
        await pilot.press("alt+z")
        assert app.composer.text == "older"


async def test_undo_and_redo_work_with_a_scrollbar(app: Desk) -> None:
    async with app.run_test() as pilot:
        text = "\n".join("abcdefghijkl")
        await pilot.press("x")
        app.composer.insert_paste(text)
        await pilot.pause()
        await pilot.press("ctrl+z")
        assert app.composer.text == "x"
        await pilot.press("alt+z")
        assert app.composer.text == f"x{text}"


async def test_a_dropped_path_can_be_inserted_as_text_instead(app: Desk, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("figures")
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste(f"{file}"))
        await pilot.pause()
        await pilot.press("ctrl+z")
        assert app.composer.text == str(file)
        assert isinstance(app.posted[-1], Composer.DropUndone)


async def test_several_files_can_be_dropped_at_once(app: Desk, tmp_path: Path) -> None:
    files = [tmp_path / "a b.txt", tmp_path / "c.txt"]
    for file in files:
        file.write_text("x")
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste(f"'{files[0]}' {files[1]}\n"))
        await pilot.pause()
        assert app.posted == files


async def test_ctrl_c_keeps_the_draft(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press(*"mine", "ctrl+c")
        assert app.composer.text == "mine"


async def test_keys_that_arrive_at_once_are_handled_in_order(app: Desk) -> None:
    async with app.run_test() as pilot:
        for key, character in [
            *((c, c) for c in "teh"),
            *[("backspace", None)] * 2,
            *((c, c) for c in "he"),
        ]:
            app.post_message(events.Key(key, character))
        app.post_message(events.Key("enter", None))
        app.post_message(events.Key("x", "x"))
        await pilot.pause()
        assert app.posted == ["the"]
        assert app.composer.text == "thex"


async def test_an_alt_key_is_not_typed_as_a_letter(app: Desk) -> None:
    async with app.run_test() as pilot:
        await pilot.press(*"ab", "ctrl+z")
        for key, character in (("alt+q", "q"), ("alt+z", "z")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        assert app.composer.text == "ab"


async def test_a_custom_key_binding_sends(app: Desk) -> None:
    async with app.run_test() as pilot:
        app.set_keymap({"composer.send": "ctrl+f9"})
        await pilot.press("a", "enter", "b", "ctrl+f9")
        assert app.posted == ["a\nb"]


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("Ifrit", 40, "Message Ifrit"),
        ("gin-Ifrit001-DemoAA-CD", 24, "Message gin-Ifrit00…"),
        ("", 40, "Write a message"),
    ],
)
async def test_the_placeholder_is_on_one_line(app: Desk, name: str, width: int, shown: str) -> None:
    async with app.run_test(size=(width, 10)) as pilot:
        app.composer.set_agent_name(name)
        await pilot.pause()
        assert app.composer.render_line(0).text.strip() == shown
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert name in app.composer.render_line(0).text
