"""Surface that all dialogs share: title on the left, Esc on the right, body, keys below."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import muted
from tui.ui.toolkit.text import line

_GAP = 3
_LEAST_BODY_LINES = 3
_LONGEST_TITLE = 200
_TITLE_LINES = 3
_PRESSED = {"esc": "escape", "del": "delete"}
"""Names of keys at Textual, where they differ from those on the screen."""


def press(widget: Widget, shown: str) -> None:
    """Press a key by the name that is shown for it."""
    key = shown.lower()
    widget.app.simulate_key(_PRESSED.get(key, key))


class DialogHead(RowsView):
    """Title of a dialog, what belongs to it, and what Esc does."""

    def __init__(self, title: Content | str, leave: str) -> None:
        super().__init__()
        self._title = titled(title)
        self._aside = Content("")
        self._leave = leave

    def show(
        self,
        *,
        title: Content | str | None = None,
        aside: Content | None = None,
        leave: str | None = None,
    ) -> None:
        """Change parts of it. ``aside`` stands before Esc, such as the time left."""
        self._title = self._title if title is None else titled(title)
        self._aside = self._aside if aside is None else aside
        self._leave = self._leave if leave is None else leave
        self.redraw()

    def rows(self) -> list[Row]:
        right = Content("   ").join(part for part in (self._aside, self._esc) if part)
        return [Row(self._title, aside=right, indent=0, lines=_TITLE_LINES)]

    @property
    def _esc(self) -> Content:
        if not self._leave:
            return Content("")
        return Content.assemble(("Esc", "bold"), muted(f" {self._leave}"))

    def on_click(self, event: events.Click) -> None:
        if event.y == 0 and event.x >= self.size.width - self._esc.cell_length:
            event.stop()
            press(self, "Esc")


def titled(title: Content | str) -> Content:
    """Return a title in bold, unless it has styles of its own."""
    return title if isinstance(title, Content) else line(title, _LONGEST_TITLE).stylize("bold")


class KeyHints(Widget):
    """Keys and their meanings; those for which there is no room are left out."""

    ALLOW_SELECT: ClassVar[bool] = False
    hints: reactive[tuple[tuple[str, str], ...]] = reactive(())

    def __init__(self, *hints: tuple[str, str]) -> None:
        """``hints``: each a key as it is called on the screen, and what it does."""
        super().__init__()
        self.set_reactive(KeyHints.hints, hints)

    def render(self) -> Content:
        return Content(" " * _GAP).join(label for _, label, _ in self._placed())

    def _placed(self) -> list[tuple[int, Content, str]]:
        """Return the labels that fit, each with its column and its key."""
        placed: list[tuple[int, Content, str]] = []
        column = 0
        for key, meaning in self.hints:
            label = Content.assemble((key, "bold"), muted(f" {meaning}"))
            if column + label.cell_length > self.size.width:
                break
            placed.append((column, label, key))
            column += label.cell_length + _GAP
        return placed

    def on_click(self, event: events.Click) -> None:
        for column, label, key in self._placed():
            if column <= event.x < column + label.cell_length:
                event.stop()
                press(self, key)


class Dialog(Vertical):
    """Box with a head. Its part with the class ``modal--body`` gets the lines left over."""

    def __init__(
        self,
        title: Content | str = "",
        *,
        leave: str = "close",
        most_lines: int = 0,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``leave`` is what Esc does, as a verb: close, cancel, later or back.

        ``most_lines`` limits the body; 0: only the window does.
        """
        self.head = DialogHead(title, leave)
        self._most_lines = most_lines
        super().__init__(self.head, id=id, classes=classes)

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, self._fit)

    def _fit(self, screen: Screen[object]) -> None:
        """Leave room for the head and the keys, however many lines they have."""
        room = self.screen.size.height - self.styles.margin.height
        for body in self.query_children(".modal--body").results(Widget):
            lines = max(_LEAST_BODY_LINES, room - lines_around(body))
            body.styles.max_height = min(lines, self._most_lines or lines)


def lines_around(body: Widget) -> int:
    """Return the lines that the other parts of a box take, by the last layout."""
    box = body.parent
    if not isinstance(box, Widget):
        return 0
    parts = [part for part in box.displayed_children if part is not body]
    lines = sum(part.outer_size.height + part.styles.margin.height for part in parts)
    return lines + body.styles.margin.height + box.gutter.height
