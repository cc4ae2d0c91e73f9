"""Labels and glyphs of genies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.core.text import clean_line
from tui.ui.toolkit.state_glyphs import ASKS, CONNECTION, GOOD, STOPPED, muted
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.studio.models import Genie

STARTED = Content.styled("▶", GOOD)


def name_of(genie: Genie) -> str:
    """Return a genie's name for use in a sentence."""
    return clean_line(genie.name or genie.id, 60)


def has_client(genie: Genie) -> bool:
    return bool(genie.chat_interface)


def glyph_of(genie: Genie) -> Content:
    """Return a shape for whether it can reply: it must be started and have a client."""
    if not genie.started:
        return STOPPED
    return STARTED if has_client(genie) else CONNECTION


def state_of(genie: Genie) -> Content:
    """Return ``started``, ``stopped``, or ``started, no client``."""
    state = "started" if genie.started else "stopped"
    style = GOOD if genie.started and has_client(genie) else ASKS
    return Content.styled(state if has_client(genie) else f"{state}, no client", style)


def genie_row(genie: Genie, width: int, *, here: bool = False) -> Content:
    """Return a genie on one line: shape, name, and its state in words at the end.

    ``here``: it is the current genie. In narrow windows the shape alone shows the state.
    """
    name = line(genie.name or genie.id, 80).stylize("bold" if here else "")
    mark = muted("  in use") if here else Content("")
    left = Content.assemble(glyph_of(genie), " ", name, mark)
    state = state_of(genie)
    fits = left.cell_length + state.cell_length + 2 <= width
    return spread(left, state if fits else Content(""), width, gap=2)
