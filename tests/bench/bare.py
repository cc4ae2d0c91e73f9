"""Baseline of a start: a Textual app with the shape of a chat client and nothing else.

python -m tests.bench.bare
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Label, ListItem, ListView, Markdown, TextArea

READY = "Conversation 19"
"""Drawn by the first paint."""

_REPLY = "# Hello\n\nA **chat** with `code`:\n\n```python\nprint('hi')\n```\n\n- one\n- two\n"


class Bare(App[None]):
    """Three panes of Textual's own widgets."""

    CSS = "#list { width: 28; } #log { height: 1fr; } #composer { height: 6; }"
    BINDINGS = [("ctrl+n", "nothing", "New"), ("ctrl+q", "quit", "Quit")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        rows = (ListItem(Label(f"Conversation {number}")) for number in range(20))
        with Horizontal():
            yield ListView(*rows, id="list")
            with Vertical():
                yield VerticalScroll(Markdown(_REPLY), id="log")
                yield TextArea(id="composer")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#composer").focus()


if __name__ == "__main__":
    Bare().run()
