"""Message of the agent, drawn as Markdown in a single widget, also while it streams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from tui.core.text import clean
from tui.ui.app.base import BaseApp
from tui.ui.markdown import Document
from tui.ui.markdown.folded import folded, folds
from tui.ui.markdown.paint import paint, select, selected_text
from tui.ui.markdown.spans import plain
from tui.ui.textual_fixes.component_styles import component_style
from tui.ui.textual_fixes.layout import set_border_title
from tui.ui.transcript.message_text import MessageAction, MessageWithHeader, UnfoldedKeys

if TYPE_CHECKING:
    from tui.ui.markdown.layout import Well

_SHORTEST_PAUSE_S = 1 / 12
_SHORTEST_PAUSE_AFAR_S = 1 / 4
"""Over SSH: each time that a line is added, all lines in view are sent."""
_LONGEST_PAUSE_S = 1.0


class Reply(MessageWithHeader):
    """A message in Markdown. ``show`` may be called as often as text arrives.

    A message that is one JSON document is collapsed to a line; a click or ``unfold`` expands it.
    Only lines on the screen are drawn, and settled lines once. Links run the app's action
    ``open_link(href)``, with http and https addresses only. Its colors are those of the classes
    ``reply--ROLE`` below it.
    """

    @dataclass
    class CopyRequested(Message):
        """The user clicked on the copy mark of a code block."""

        reply: Reply
        text: str

    def __init__(
        self,
        text: str = "",
        *,
        final: bool = True,
        key: str = "",
        unfolded_keys: UnfoldedKeys | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``key`` and ``unfolded_keys`` decide if the message is expanded."""
        super().__init__(id=id, classes=classes)
        self._key = key
        self._unfolded_keys = unfolded_keys or UnfoldedKeys()
        self._newest = text
        self._is_final = final
        self._drawn = text
        self._resting = False
        self._strips: dict[int, Strip] = {}
        self._strips_key: object = None
        self._roles: dict[str, Style] = {}
        self._head: Content | None = None

    def show(self, text: str, *, final: bool) -> None:
        """Show the newest snapshot of the message.

        The first text after a pause and the final one are drawn immediately; others wait, so that
        drawing takes at most a third of the time and happens at most 12 times a second.
        """
        self._newest, self._is_final = text, final
        if final or not self._resting:
            self._flush()

    def copy_text(self) -> str:
        """Return the message's Markdown source, without control characters."""
        return clean(self._newest)

    @property
    def folds(self) -> bool:
        """True if the message can be expanded or collapsed."""
        return folds(self._newest, final=self._is_final)

    @property
    def unfolded(self) -> bool:
        """True if the message is expanded."""
        return self._key in self._unfolded_keys

    def action_unfold(self) -> None:
        """Expand or collapse the message."""
        if self.folds:
            self._unfolded_keys.toggle(self._key)
            self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """Redraw the message after it was expanded or collapsed."""
        if self.folds:
            self._flush()

    def on_click(self, event: Click) -> None:
        """Expand or collapse on a click on the first line; other lines are there to be selected."""
        place = event.get_content_offset(self)
        on_it = place is not None and place.y == 0 and event.button == 1
        if on_it and "@click" not in event.style.meta and not self.screen.selections:
            self.action_unfold()

    def code_blocks(self) -> list[tuple[str, str]]:
        """Return language (or empty) and code of each code block shown."""
        return self._document.code_blocks()

    def unfold_for(self, words: Iterable[str]) -> bool:
        """Expand a collapsed message that hides one of these words; return True if it did."""
        shown = "\n".join(self._lines())
        hidden = self.folds and not self.unfolded and any(w.casefold() not in shown for w in words)
        if hidden:
            self.action_unfold()
        return hidden

    def _lines(self) -> list[str]:
        """Return the case-folded text of each line."""
        return [plain(line.spans).casefold() for line in self._document.lines(self.size.width)]

    def line_of(self, words: Iterable[str]) -> int:
        """Return the line with most of these words, the first one if none has any."""
        wanted = {word.casefold() for word in words}
        lines = self._lines()
        found = [sum(word in line for word in wanted) for line in lines]
        return found.index(max(found)) if found else 0

    def action_copy_code(self, number: int) -> None:
        """Request to copy a code block."""
        self.post_message(self.CopyRequested(self, self.code_blocks()[number][1]))

    # Pace

    def _flush(self) -> None:
        began = perf_counter()
        self._drawn = self._newest
        if not self.is_attached:
            self.__dict__.pop("_document", None)
            return
        self._update()
        if not self._is_final:
            self._resting = True
            self.call_after_refresh(self._rest, began)

    def _rest(self, began: float) -> None:
        """Pause in proportion to the time of the last drawing, with layout and painting."""
        pause_s = min(_LONGEST_PAUSE_S, max(self._shortest_pause_s, 2 * (perf_counter() - began)))
        self.set_timer(pause_s, self._wake)

    @property
    def _shortest_pause_s(self) -> float:
        afar = isinstance(self.app, BaseApp) and self.app.terminal.remote
        return _SHORTEST_PAUSE_AFAR_S if afar else _SHORTEST_PAUSE_S

    def _wake(self) -> None:
        self._resting = False
        if self._newest != self._drawn:
            self._flush()

    def _update(self) -> None:
        width = self.size.width
        if not width:
            self._document.update(self._shown, final=self._is_final)
            self.refresh(layout=True)
            return
        height, steady = len(self._document.lines(width)), self._document.steady(width)
        grown = self._document.update(self._shown, final=self._is_final)
        if not grown:
            steady = 0
        self._strips = {y: strip for y, strip in self._strips.items() if y < steady}
        if height == len(self._document.lines(width)):
            self.refresh(Region(0, steady, self.outer_size.width, self.outer_size.height))
        else:
            self.refresh(layout=True)

    # Drawing

    @cached_property
    def _document(self) -> Document:
        marks, well = self.app.no_color, self._well
        return Document(self._shown, final=self._is_final, marks=marks, well=well)

    @property
    def _well(self) -> Well:
        """Shape of code blocks: grounds are all the same in the terminal's own colors."""
        if self.app.no_color:
            return "plain"
        return "bar" if self.app.native_ansi_color else "edge"

    @property
    def _shown(self) -> str:
        """Markdown source to draw."""
        if not folds(self._drawn, final=self._is_final):
            return self._drawn
        return folded(self._drawn, final=self._is_final, unfolded=self.unfolded)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._document.lines(width)) if width else 0

    def show_head(self, at_ms: int | None = None, actions: tuple[MessageAction, ...] = ()) -> None:
        """Show time and actions over the end of the first line, where they move nothing.

        All times at once have a row of their own instead, since they would cover text.
        """
        timed = self.has_class("-timed")
        time = self.head_of(at_ms, ()) if timed else None
        set_border_title(self, time and time.pad_right(1))
        head = self.head_of(None if timed else at_ms, actions)
        if head != self._head:
            self._head = head
            self.refresh(Region(0, 0, self.outer_size.width, 2))

    def render_line(self, y: int) -> Strip:
        strip = self._render_text(y)
        return strip if y or self._head is None else self._with_head(strip, self._head)

    def _with_head(self, strip: Strip, head: Content) -> Strip:
        """Lay time and actions over the end of a line."""
        width = self.size.width
        style = self.visual_style + component_style(self, "reply--actions")
        (over,) = Visual.to_strips(self, head.pad_left(1), head.cell_length + 1, 1, style)
        room = max(0, width - over.cell_length)
        under = strip.extend_cell_length(room, self.visual_style.rich_style).crop(0, room)
        return Strip.join([under, over.crop(0, width)])

    def _render_text(self, y: int) -> Strip:
        width = self.size.width
        lines = self._document.lines(width)
        if y >= len(lines):
            return Strip.blank(width, self.visual_style.rich_style)
        self._forget_outdated(width)
        if (selection := self.text_selection) and (reach := selection.get_span(y)):
            return paint(select(lines[y], *reach), y, width, self._style_of)
        if (strip := self._strips.get(y)) is None:
            strip = self._strips[y] = paint(lines[y], y, width, self._style_of)
        return strip

    def _forget_outdated(self, width: int) -> None:
        key = (width, self.visual_style, self.app.theme)
        if key != self._strips_key:
            if self._document.well != self._well:
                self.__dict__.pop("_document", None)
                self.refresh(layout=True)
            self._strips_key = key
            self._strips.clear()
            self._roles.clear()

    def forget_strips(self) -> None:
        """Drop the drawn lines; they are drawn again when they come into view."""
        self._strips.clear()

    def notify_style_update(self) -> None:
        self._strips_key = None
        super().notify_style_update()

    def _style_of(self, roles: str) -> Style:
        """Return the style of some roles on top of the widget's own."""
        if (style := self._roles.get(roles)) is None:
            style = self.visual_style
            for role in roles.split():
                style += self._role_style(role)
            self._roles[roles] = style
        return style

    def _role_style(self, role: str) -> Style:
        if role == "selected":
            return Style.from_styles(self.screen.get_component_styles("screen--selection"))
        return component_style(self, f"reply--{role}")

    # Selection

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selected_text(self._document.lines(self.size.width), selection), "\n"
