"""Reply on the screen: streaming, selecting, clicking."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.pilot import Pilot

from tests.textual_internals import screen_lines
from tui.ui.app.stylesheets import STYLES
from tui.ui.theme.themes import tokens
from tui.ui.transcript.reply import Reply


class Stage(App[None]):
    CSS_PATH = STYLES / "reply.tcss"
    CSS = "Reply { padding: 0; margin: 0; }"

    def __init__(self, text: str = "", *, final: bool = True) -> None:
        super().__init__()
        self.reply = Reply(text, final=final)
        self.opened: list[str] = []
        self.copied: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield self.reply

    def action_open_link(self, href: str) -> None:
        self.opened.append(href)

    def on_reply_copy_requested(self, event: Reply.CopyRequested) -> None:
        self.copied.append(event.text)

    def shown(self) -> list[str]:
        return [self.reply.render_line(y).text.rstrip() for y in range(self.reply.size.height)]


@dataclass
class Place:
    """Position of a text in the reply."""

    x: int
    y: int

    @classmethod
    def of(cls, app: Stage, text: str) -> Place:
        return next(cls(line.index(text), y) for y, line in enumerate(app.shown()) if text in line)


async def settle(pilot: Pilot[None], done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await pilot.pause()


async def select(pilot: Pilot[None], app: Stage, first: str, last: str) -> str | None:
    start, end = Place.of(app, first), Place.of(app, last)
    await pilot.mouse_down(app.reply, offset=(start.x, start.y))
    await pilot.hover(app.reply, offset=(end.x, end.y))
    await pilot.hover(app.reply, offset=(end.x + len(last) - 1, end.y))
    await pilot.mouse_up(app.reply, offset=(end.x + len(last) - 1, end.y))
    await pilot.pause()
    return app.screen.get_selected_text()


async def test_the_first_and_the_last_streamed_text_are_drawn_immediately() -> None:
    app = Stage(final=False)
    async with app.run_test(size=(40, 20)) as pilot:
        app.reply.show("Hel", final=False)
        assert app.reply._document.source == "Hel"
        app.reply.show("Hello", final=False)
        assert app.reply._document.source == "Hel"
        app.reply.show("Hello **you**", final=True)
        await pilot.pause()
        assert app.shown() == ["Hello you"]


async def test_text_streamed_during_a_pause_is_drawn_after_it() -> None:
    app = Stage(final=False)
    async with app.run_test(size=(40, 20)) as pilot:
        app.reply.show("one", final=False)
        app.reply.show("one two", final=False)
        app.reply.show("one two three", final=False)
        await settle(pilot, lambda: app.shown() == ["one two three"])


async def test_a_snapshot_that_does_not_extend_the_text_replaces_it() -> None:
    app = Stage("- a\n- b\n- c\n\nend")
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        app.reply.show("other", final=True)
        await pilot.pause()
        assert app.shown() == ["other"]
        assert app.reply.copy_text() == "other"


async def test_a_message_shown_before_it_is_mounted_appears() -> None:
    app = Stage()
    app.reply.show("early", final=True)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        assert app.shown() == ["early"]


async def test_a_resize_during_streaming_lays_the_reply_out_again() -> None:
    app = Stage("some words that need room\n\nand", final=False)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(14, 20)
        await pilot.pause()
        app.reply.show("some words that need room\n\nand more words", final=True)
        await pilot.pause()
        assert app.shown() == ["some words", "that need room", "", "and more words"]


async def test_selected_text_has_no_soft_wraps() -> None:
    app = Stage("Some words that need room.\n\n> quoted text\n\n```py\nx = 1\n```")
    async with app.run_test(size=(18, 20)) as pilot:
        await pilot.pause()
        assert await select(pilot, app, "words", "room.") == "words that need room."
        assert await select(pilot, app, "need", "text") == "need room.\n\nquoted text"
        assert await select(pilot, app, "text", "x = 1") == "text\n\nx = 1"


async def test_select_all_is_the_text_without_decoration() -> None:
    app = Stage("# T\n\n- a\n  - b\n\n> c")
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        app.reply.text_select_all()
        await pilot.pause()
        assert app.screen.get_selected_text() == "T\n\n• a\n  ◦ b\n\nc"


async def test_a_click_on_a_link_opens_the_exact_url() -> None:
    address = "https://a.example/x'y?q=1"
    app = Stage(f"see [the page]({address}) now")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.click(app.reply, offset=(6, 0))
        assert app.opened == [address]
        await pilot.click(app.reply, offset=(1, 0))
        assert app.opened == [address]


async def test_a_click_on_the_copy_mark_copies_that_code_block() -> None:
    app = Stage("```py\nfirst\n```\n\n```py\nsecond\n```")
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await pilot.click(app.reply, offset=(35, 5))
        assert app.copied == ["second\n"]
        assert app.reply.code_blocks() == [("py", "first\n"), ("py", "second\n")]


async def test_finished_lines_are_drawn_once_while_streaming() -> None:
    text = "First paragraph.\n\nSecond paragraph.\n\nThird"
    app = Stage(text, final=False)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        before = app.reply.render_line(0)
        app.reply.show(text + " grows.", final=True)
        await pilot.pause()
        assert app.reply.render_line(0) is before
        assert app.shown()[-1] == "Third grows."


async def test_a_theme_change_redraws_everything() -> None:
    app = Stage("plain and `code`")
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        before = [segment.style for segment in app.reply.render_line(0)]
        app.theme = "textual-light"
        await pilot.pause()
        assert [segment.style for segment in app.reply.render_line(0)] != before


async def test_markup_and_escape_sequences_are_text() -> None:
    app = Stage("[/oops] [@click=app.quit]x[/] \x1b[2J")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert app.shown() == ["[/oops] [@click=app.quit]x[/] \ufffd[2J"]


async def test_a_message_on_screen_changes_with_the_theme() -> None:
    text = "# Head\n\nA `piece` of **code**:\n\n```python\nif True: pass  # really\n```\n"
    seen = {}
    for first, then in (("textual-dark", "textual-light"), ("textual-light", "textual-light")):
        app = Stage(text)
        app.theme = first
        async with app.run_test() as pilot:
            await pilot.pause()
            app.theme = then
            await pilot.pause()
            seen[first] = screen_lines(app)
    assert seen["textual-dark"] == seen["textual-light"]


@pytest.mark.slow
async def test_many_messages_share_their_styles() -> None:
    app = Stage("some `code`")
    async with app.run_test() as pilot:
        await pilot.pause()
        gc.collect()
        before = sum(isinstance(one, DOMNode) for one in gc.get_objects())
        await app.query_one(VerticalScroll).mount_all([Reply("more `code`") for _ in range(5)])
        await pilot.pause()
        gc.collect()
        assert sum(isinstance(one, DOMNode) for one in gc.get_objects()) - before <= 5


async def test_links_are_for_the_terminal_too_if_it_reads_them_as_they_are_shown() -> None:
    text = (
        "[docs](https://acme.example/a) [js](javascript:alert(1)) [b](https://b\u00fccher.example/)"
        " [bank](https://bank.example@evil.example/) ![cat](https://acme.example/cat.png)"
    )
    app = Stage(text)
    async with app.run_test(size=(200, 20)):
        strips = [app.reply.render_line(y) for y in range(app.reply.size.height)]
        links = {s.style.link: "" for strip in strips for s in strip if s.style and s.style.link}
        linked = {
            link: "".join(
                s.text for strip in strips for s in strip if s.style and s.style.link == link
            )
            for link in links
        }
    assert linked == {
        "https://acme.example/a": "docs (acme.example)",
        "https://xn--bcher-kva.example/": "b (xn--bcher-kva.example)",
        "https://acme.example/cat.png": "🖼 cat (acme.example)",
    }
