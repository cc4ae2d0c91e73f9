"""The line at the top: who one talks to, about what, as whom, and whether the line is up."""

from __future__ import annotations

from typing import Literal

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.ui.text import line, spread

Link = Literal["connecting", "live", "reconnecting", "offline"]

_LINKS: dict[Link, tuple[str, str]] = {
    "connecting": ("◐ connecting", "$warning"),
    "live": ("● live", "$success"),
    "reconnecting": ("↻ reconnecting", "$warning"),
    "offline": ("○ offline", "$error"),
}


class TopBar(Widget):
    """One line that never changes its height."""

    title = reactive("")
    """What the conversation on screen is called."""
    user = reactive("")
    """Who is signed in; empty as long as that is not known."""
    link: reactive[Link] = reactive("connecting")

    def __init__(self, agent_name: str, user_name: str, place: str) -> None:
        super().__init__()
        self._agent = line(agent_name, 40)
        self._place = place
        self.set_reactive(TopBar.user, user_name)

    def render(self) -> Content:
        left = Content.assemble(("✦ ", "$primary"), self._agent.stylize("bold"))
        if self.title:
            left = Content.assemble(left, ("  ·  ", "$faint"), line(self.title, 120))
        word, colour = _LINKS[self.link]
        state = Content.styled(word, colour)
        width = self.size.width
        who = line(" · ".join(part for part in (self.user, self._place) if part), 60)
        right = Content.assemble(who.stylize("$soft"), "   ", state)
        if right.cell_length > width // 2 or not who:
            right = state
        return spread(left, right, width, gap=2)
