"""Looking around in Studio: the genies, and what belongs to each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from tui.core.errors import BackendError
from tui.core.text import clean_line
from tui.ui.studio.detail_rows import Line, lines_of
from tui.ui.studio.details import READERS, GenieDetails, read_part
from tui.ui.studio.errors import unexpected_error
from tui.ui.studio.labels import genie_row
from tui.ui.styles import STUDIO_SHEET
from tui.ui.text import line, spread
from tui.ui.textual_fixes.lists import FittedList
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.widgets.keybar import KeyBar
from tui.ui.widgets.looks import BAD, muted
from tui.ui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.studio.models import Genie, GenieId
    from tui.ui.studio.connection import StudioConnection

_PAUSE_S = 0.2
"""How long the cursor must rest on a genie before it is read: endpoints count their calls."""
_WIDTHS = [(0, "-narrow"), (100, "-roomy")]


class GenieListScreen(SafeScreen[None]):
    """The genies on the left, the details of one on the right."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STUDIO_SHEET]
    AUTO_FOCUS = "#genie-details"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="studio.close", tooltip="Back to the conversation"),
        Binding("f5,r", "read", "Read again", id="studio.read", tooltip="Read everything again"),
        Binding("slash", "filter", "Filter", id="studio.filter", tooltip="Filter the genies"),
        Binding("tab", "other_pane", "Other side", show=False, id="studio.pane"),
    ]

    def __init__(self, studio: StudioConnection, clock: Clock, genie: str = "") -> None:
        super().__init__()
        self.studio = studio
        self.clock = clock
        self._wanted = genie
        """The handle of the genie to show as soon as it is listed."""
        self._host = ""
        self._genies: Sequence[Genie] = ()
        self._shown: Sequence[Genie] = ()
        self.lines: Sequence[Line] = ()
        self.details: GenieDetails | None = None
        self.busy = False
        """Whether something is being changed."""
        self.attached: dict[GenieId, str] = {}
        """Clients that were seen to be attached: no endpoint lists them."""

    def compose(self) -> ComposeResult:
        yield Static(id="studio-title")
        with Horizontal(id="studio-panes"):
            with Vertical(id="studio-genies"):
                yield TextInput(placeholder="Filter  /", id="studio-words")
                yield FittedList(id="studio-list", compact=True)
            yield FittedList(id="genie-details", compact=True)
        yield Static(id="studio-state")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.action_read()

    def on_resize(self, event: events.Resize) -> None:
        self._draw_title()

    def _draw_title(self) -> None:
        name = Content.assemble(("✦ ", "$primary"), ("Studio", "bold"))
        width = max(20, self.app.size.width - 4)
        title = spread(name, muted(clean_line(self._host, 60)), width)
        self.query_one("#studio-title", Static).update(title)

    @property
    def genie(self) -> Genie | None:
        """The genie whose details are shown, as far as it is known."""
        if self.details is None:
            return None
        return self.details.loaded.value or self.details.genie

    # -- reading ---------------------------------------------------------------------------

    @work(group="genies", exclusive=True, exit_on_error=False)
    async def action_read(self) -> None:
        """Read the genies, and what is known about the one that is shown."""
        self.tell("Reading the genies…")
        genies: list[Genie] = []
        try:
            studio = await self.studio.client()
            self._host = studio.host
            self._draw_title()
            async for genie in studio.genies.list():
                genies.append(genie)
                if len(genies) % 50 == 0:
                    self._take(genies)
        except BackendError as error:
            self.fail(error)
            return
        self._take(genies)
        self.tell("" if genies else "The token sees no genies; its project scopes say which.")
        if self.details:
            self.read_details()

    def _take(self, genies: Sequence[Genie]) -> None:
        self._genies = tuple(genies)
        self._draw_genies()
        if self.details is None and genies:
            rows = self.query_one("#studio-list", OptionList)
            named = [place for place, one in enumerate(self._shown) if one.id == self._wanted]
            rows.highlighted = (named or [0])[0]

    @on(OptionList.OptionHighlighted, "#studio-list")
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        genie = self._shown[event.option_index] if event.option_index < len(self._shown) else None
        if genie and (self.details is None or self.details.genie.id != genie.id):
            self.details = GenieDetails(genie=genie)
            self._draw_details(at_top=True)
            self.read_details(pause_s=_PAUSE_S)

    @work(group="details", exclusive=True, exit_on_error=False)
    async def read_details(self, pause_s: float = 0.0) -> None:
        """Read the parts side by side, and show each as soon as it is there."""
        await asyncio.sleep(pause_s)
        if self.details is None:
            return
        genie = self.details.genie
        try:
            studio = await self.studio.client()
        except BackendError as error:
            self.fail(error)
            return

        async def read(name: str) -> None:
            part: Any = await read_part(name, studio, self.genie or genie)
            if self.details and self.details.genie.id == genie.id:
                self.details = replace(self.details, **{name: part})
                self._draw_details()

        first, *others = READERS
        await read(first)
        if self.genie:
            self._note(self.genie)
        await asyncio.gather(*map(read, others))

    def _note(self, genie: Genie) -> None:
        """Show the newest state of a genie in the list, too."""
        self._genies = [genie if one.id == genie.id else one for one in self._genies]
        self._draw_genies()

    # -- drawing ---------------------------------------------------------------------------

    @on(FittedList.WidthChanged)
    def _draw_all(self) -> None:
        self._draw_title()
        self._draw_genies()
        self._draw_details()

    @on(Input.Changed, "#studio-words")
    def _draw_genies(self) -> None:
        rows = self.query_one("#studio-list", OptionList)
        words = self.query_one(Input).value.casefold().split()
        before = self.details.genie.id if self.details else None
        self._shown = [
            genie
            for genie in self._genies
            if all(word in f"{genie.name} {genie.id}".casefold() for word in words)
        ]
        width = max(10, rows.scrollable_content_region.width - 2)
        with self.prevent(OptionList.OptionHighlighted):
            rows.set_options(
                Option(genie_row(genie, width, here=genie.id == self.studio.genie))
                for genie in self._shown
            )
            places = {genie.id: place for place, genie in enumerate(self._shown)}
            rows.highlighted = places.get(before) if before else None

    def _draw_details(self, *, at_top: bool = False) -> None:
        rows = self.query_one("#genie-details", OptionList)
        if self.details is None:
            return
        before = "" if at_top else self.row
        attached = self.attached.get(self.details.genie.id, "")
        self.lines = list(lines_of(self.details, attached))
        width = max(20, rows.scrollable_content_region.width - 2)
        scroll_y = 0 if at_top else rows.scroll_offset.y
        rows.set_options(Option(one.drawn(width), disabled=not one.id) for one in self.lines)
        rows.highlighted = self._place_of(before)
        rows.scroll_to(y=scroll_y, animate=False, immediate=True)

    @property
    def row(self) -> str:
        """What the row under the cursor is about, such as ``skill:123``."""
        place = self.query_one("#genie-details", OptionList).highlighted
        return self.lines[place].id if place is not None and place < len(self.lines) else ""

    def _place_of(self, line_id: str) -> int | None:
        places = [place for place, one in enumerate(self.lines) if one.id]
        same = [place for place in places if self.lines[place].id == line_id]
        return next(iter(same or places), None)

    def tell(self, sentence: str) -> None:
        """Say what is going on in the line above the keys."""
        state = self.query_one("#studio-state", Static)
        state.update(muted(clean_line(sentence, 400)))
        state.display = bool(sentence)

    def fail(self, error: BackendError) -> None:
        """Say what went wrong; it stays until something else is to be said."""
        state = self.query_one("#studio-state", Static)
        state.update(Content.assemble("✗ ", line(error.sentence(), 800)).stylize(BAD))
        state.display = True

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if error := unexpected_error(event):
            self.fail(error)

    # -- keys ------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Forget the filter, else go back to the conversation."""
        words = self.query_one(Input)
        if self.busy:
            self.app.bell()  # what is under way would be cut off, and a key with it
        elif words.value or words.has_focus:
            words.value = ""
            self.query_one("#genie-details").focus()
        else:
            self.dismiss()

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted, "#studio-words")
    def _to_genies(self) -> None:
        self.query_one("#studio-list").focus()

    def action_other_pane(self) -> None:
        rows = self.query_one("#studio-list")
        (self.query_one("#genie-details") if rows.has_focus else rows).focus()

    @on(OptionList.OptionSelected, "#studio-list")
    def _to_details(self) -> None:
        self.query_one("#genie-details").focus()
