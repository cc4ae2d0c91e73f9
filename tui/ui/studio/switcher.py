"""Dialog to choose the genie to talk to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from tui.core.errors import BackendError
from tui.core.text import plural
from tui.studio.models import Genie, GenieId
from tui.ui.app.messages import GenieWanted
from tui.ui.app.stylesheets import STUDIO_SHEET
from tui.ui.studio.labels import genie_row, has_client, name_of
from tui.ui.studio.menus import NO_CLIENT, STOPPED
from tui.ui.studio.worker_errors import unexpected_error
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.state_glyphs import BAD
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.ui.studio.connection import StudioConnection


class GenieSwitcher(SafeModal[GenieWanted]):
    """Returns the wanted genie; None if it was closed."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STUDIO_SHEET]
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="genies.close"),
        Binding("down", "move('cursor_down')", "Next genie", priority=True, id="genies.next"),
        Binding("up", "move('cursor_up')", "Previous genie", priority=True, id="genies.previous"),
        Binding("pagedown", "move('page_down')", "Next page", priority=True, id="genies.page_down"),
        Binding("pageup", "move('page_up')", "Previous page", priority=True, id="genies.page_up"),
        Binding(
            "ctrl+s",
            "start",
            "Start",
            tooltip="Start the selected genie",
            priority=True,
            id="genies.start",
        ),
        Binding("f5", "read", "Refresh", tooltip="Refresh the genies", id="genies.read"),
    ]

    def __init__(self, studio: StudioConnection) -> None:
        super().__init__()
        self._studio = studio
        self._genies: Sequence[Genie] = ()
        self._shown: Sequence[Genie] = ()

    def compose(self) -> ComposeResult:
        with Dialog("Switch genie", leave="back", most_lines=16, id="genies"):
            yield TextInput(placeholder="Filter by name", id="genies-words")
            yield Static(id="genies-state", classes="modal--note")
            yield SafeOptionList(id="genies-found", compact=True, classes="modal--body")
            yield KeyHints(("Enter", "talk to genie"), ("Ctrl+S", "start"), ("F5", "refresh"))

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).cursor_blink = False
        self.action_read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    @work(group="genies", exclusive=True, exit_on_error=False)
    async def action_read(self) -> None:
        """Load the list, and show it as it arrives."""
        self._tell("Loading genies…")
        genies: list[Genie] = []
        try:
            studio = await self._studio.client()
            async for genie in studio.genies.list():
                genies.append(genie)
                if len(genies) % 50 == 0:
                    self._take(genies)
        except BackendError as error:
            self._fail(error)
        else:
            self._take(genies)
            self._tell(_count(len(self._shown), len(genies)))

    def _take(self, genies: Sequence[Genie]) -> None:
        first = not self._genies
        self._genies = tuple(genies)
        self._draw()
        if first:
            self._point_at(self._studio.genie)

    @on(Input.Changed)
    def _filter(self) -> None:
        self._draw()
        if self._genies:
            self._tell(_count(len(self._shown), len(self._genies)))

    def _draw(self) -> None:
        """Draw the genies that match all the words; the cursor stays with its genie."""
        before, rows = self.chosen, self.query_one(OptionList)
        words = self.query_one(Input).value.casefold().split()
        self._shown = [genie for genie in self._genies if _has(genie, words)]
        width = max(20, self.query_one("#genies").content_size.width - 3)
        rows.set_options(
            Option(genie_row(genie, width, here=genie.id == self._studio.genie))
            for genie in self._shown
        )
        self._point_at(before.id if before else "")

    def _point_at(self, genie_id: str) -> None:
        places = {genie.id: place for place, genie in enumerate(self._shown)}
        found = places.get(GenieId(genie_id), 0) if self._shown else None
        self.query_one(OptionList).highlighted = found

    def _tell(self, sentence: str) -> None:
        self.query_one("#genies-state", Static).update(Content(sentence))

    def _fail(self, error: BackendError) -> None:
        told = Content.assemble("✗ ", line(error.sentence(), 600)).stylize(BAD)
        self.query_one("#genies-state", Static).update(told)

    @property
    def chosen(self) -> Genie | None:
        """The genie under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if error := unexpected_error(event):
            self._fail(error)

    # -- what can be done ------------------------------------------------------------------

    async def action_move(self, action: str) -> None:
        await self.query_one(OptionList).run_action(action)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_start(self) -> None:
        if (genie := self.chosen) and not genie.started:
            self._start(genie)
        elif genie:
            self._tell(f"{name_of(genie)} is already started.")

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def action_use(self) -> None:
        """Switch to the genie under the cursor; one that cannot reply needs a confirmation."""
        genie = self.chosen
        if genie is None or not self.is_current:
            return
        name = name_of(genie)
        if not has_client(genie):
            self._ask(NO_CLIENT.format(genie=name), genie, start=False)
        elif not genie.started:
            self._ask(STOPPED.format(genie=name), genie, start=True)
        else:
            self._use(genie)

    def _ask(self, question: str, genie: Genie, *, start: bool) -> None:
        def answered(yes: bool | None) -> None:
            if yes and start:
                self._start(genie, then_use=True)
            elif yes:
                self._use(genie)

        yes = "Start and talk" if start else "Talk to genie"
        self.app.push_screen(ConfirmModal(question, yes=yes, no="Back"), answered)

    @work(group="start", exclusive=True, exit_on_error=False)
    async def _start(self, genie: Genie, *, then_use: bool = False) -> None:
        name = name_of(genie)
        self._tell(f"Starting {name}…")
        try:
            studio = await self._studio.client()
            await studio.genies.start(genie.id)
            fresh = await studio.genies.get(genie.id)
        except BackendError as error:
            self._fail(error)
            return
        self._genies = [fresh if one.id == genie.id else one for one in self._genies]
        self._draw()
        self._tell(f"{name} started.")
        if then_use:
            self._use(fresh)

    def _use(self, genie: Genie) -> None:
        self.dismiss(GenieWanted(genie.id, name_of(genie)))


def _has(genie: Genie, words: Sequence[str]) -> bool:
    state = "started" if genie.started else "stopped"
    client = "" if has_client(genie) else "no client"
    text = f"{genie.name} {genie.id} {state} {client}".casefold()
    return all(word in text for word in words)


def _count(shown: int, all_: int) -> str:
    if not all_:
        return "This token can't see any genies. Check its project scopes."
    genies = plural(all_, "genie")
    return genies if shown == all_ else f"{shown} of {genies}"
