"""Bar at the top: agent, conversation title, user, and connection state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.ui.keys.labels import key_for
from tui.ui.toolkit.state_glyphs import muted
from tui.ui.toolkit.text import line, spread

Link = Literal["connecting", "live", "reconnecting", "offline", "stored"]
"""``stored``: nothing is asked of a service."""

_LINKS: dict[Link, tuple[str, str]] = {
    "connecting": ("◐ connecting", "$warning"),
    "live": ("● online", "$success"),
    "reconnecting": ("↻ reconnecting", "$warning"),
    "offline": ("○ offline", "$error"),
    "stored": ("○ read-only", "$muted"),
}


_GAP = 3
_LEFT = 2
"""Cells of the window before the bar's first."""
_MENU_CELLS = 2
_ROOMY = 90
"""Cells from which there is room for where the user is signed in."""
_RIGHT = 3
_MENU_META = "menu"
_MENU = Content.styled("⋯", Style.from_meta({_MENU_META: True}) + Style(bold=True))


class TopBar(Widget):
    """One line of constant height."""

    @dataclass
    class MenuWanted(Message):
        """The user opened the menu of the conversation."""

        at: Offset

    title = reactive("")
    """Title of the conversation on screen."""
    has_menu = True
    """True if the conversation has a menu."""
    user = reactive("")
    """Signed-in user; empty while unknown."""
    agent = reactive("")
    link: reactive[Link] = reactive("connecting")
    approved_skills: reactive[tuple[str, ...]] = reactive(())
    """Skills that run in the conversation without asking."""

    def __init__(self, agent_name: str, user_name: str, place: str) -> None:
        super().__init__()
        self.set_reactive(TopBar.agent, agent_name)
        self._place = place
        self._title_column = 0
        self.set_reactive(TopBar.user, user_name)

    def set_title_column(self, column: int) -> None:
        """Set the column of the window at which the title begins, that of the text below it."""
        self._title_column = column
        self.refresh()

    def render(self) -> Content:
        left = Content.assemble(("✦ ", "$accent"), line(self.agent, 40).stylize("bold"))
        word, colour = _LINKS[self.link]
        state = Content.styled(word, colour)
        width = self.size.width
        place = self._place if width >= _ROOMY else ""
        who = line(" · ".join(part for part in (self.user, place) if part), 60)
        right = Content.assemble(who.stylize("$muted"), "    ", state)
        if right.cell_length > width // 2 or not who:
            right = state
        if unasked := self._unasked(width * 2 // 5):
            right = Content.assemble(unasked, "   ", state)
        if self.title:
            left = left.pad_right(max(_GAP, self._title_column - _LEFT - left.cell_length))
            room = width - left.cell_length - right.cell_length - _MENU_CELLS - _GAP
            title = line(self.title, 120).truncate(max(0, room), ellipsis=True)
            menu = Content.assemble(" ", _MENU) if self.has_menu else Content("")
            left = Content.assemble(left, title.stylize("$muted"), menu)
        return spread(left, right, width, gap=2)

    def _unasked(self, room: int) -> Content:
        """Return what runs without asking, and the key that revokes it."""
        if not self.approved_skills:
            return Content("")
        first = line(self.approved_skills[0], 40)
        skills = first if len(self.approved_skills) == 1 else f"{len(self.approved_skills)} skills"
        key = key_for(self.app, "question.revoke")
        revoke = Content.assemble("  ", (key, "bold"), muted(" revoke")) if key else Content("")
        told = Content.assemble(("✓ ", "$warning"), skills, muted(" without asking"))
        short = Content.assemble(("✓ ", "$warning"), muted("without asking"))
        texts = (Content.assemble(told, revoke), told, short)
        return next((text for text in texts if text.cell_length <= room), short)

    def on_click(self, event: events.Click) -> None:
        """Open the conversation's menu on a click on the dots, or a right click."""
        if (
            self.title
            and self.has_menu
            and (event.button == _RIGHT or event.style.meta.get(_MENU_META))
        ):
            self.post_message(self.MenuWanted(event.screen_offset))
