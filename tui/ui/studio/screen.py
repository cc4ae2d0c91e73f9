"""Studio screen: genies, their details, and actions on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.worker import Worker

from tui.core.errors import BackendError
from tui.core.text import clean_line
from tui.ui.app.messages import CopyText, GenieWanted
from tui.ui.app.stylesheets import STUDIO_SHEET
from tui.ui.keys.key_bar import KeyBar
from tui.ui.studio import menus
from tui.ui.studio.assignment_actions import AssignmentActions
from tui.ui.studio.changes import ChangeRunner, StatusLine
from tui.ui.studio.client_actions import ClientActions
from tui.ui.studio.detail_list import DetailList
from tui.ui.studio.detail_rows import DetailRow, policy_name, value_of
from tui.ui.studio.details import READERS, GenieDetails, read_part
from tui.ui.studio.genie_list import GenieList
from tui.ui.studio.labels import has_client, name_of
from tui.ui.studio.selection import Selection
from tui.ui.studio.worker_errors import unexpected_error
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.menu import Menu
from tui.ui.toolkit.state_glyphs import muted
from tui.ui.toolkit.text import spread
from tui.ui.transcript.source_view import SourceView

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.studio.developer_client import DeveloperClient
    from tui.studio.models import Genie, Policy
    from tui.ui.studio.connection import StudioConnection
    from tui.ui.studio.menus import Action

_PAUSE_S = 0.2
"""Time in seconds that the cursor must rest on a genie before it is loaded: rate limits."""
_WIDTHS = [(0, "-narrow"), (100, "-roomy")]


class StudioScreen(SafeScreen[None]):
    """Studio. Enter acts on a row; changes that affect others need a confirmation."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STUDIO_SHEET]
    AUTO_FOCUS = "#genie-details"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="studio.close", tooltip="Back to the conversation"),
        Binding("f5,r", "read", "Refresh", id="studio.read", tooltip="Refresh everything"),
        Binding("slash", "filter", "Filter", id="studio.filter", tooltip="Filter the genies"),
        Binding("tab", "other_pane", "Other pane", show=False, id="studio.pane"),
        Binding("s", "switch", "Start/stop", id="studio.toggle", tooltip="Start or stop the genie"),
        Binding("u", "use", "Talk to genie", id="studio.use", tooltip="Talk to this genie"),
        Binding("n", "new_client", "New client", id="studio.client", tooltip="Create a client"),
        Binding("c", "copy", "Copy", id="studio.copy", tooltip="Copy the row's value"),
    ]

    def __init__(self, studio: StudioConnection, clock: Clock, genie: str = "") -> None:
        """``genie``: handle of the genie to show as soon as it is listed."""
        super().__init__()
        self.studio = studio
        self.clock = clock
        self.selection = Selection()
        self._host = ""
        self._genie_list = GenieList(studio, genie)
        self._detail_list = DetailList(self.selection)
        self._status = StatusLine(id="studio-state")
        self._changes = ChangeRunner(self, studio, self._status, self.read_details)
        self._clients = ClientActions(self._changes, self.selection)
        self._assignments = AssignmentActions(self._changes, self.selection)

    def compose(self) -> ComposeResult:
        yield Static(id="studio-title")
        with Horizontal(id="studio-panes"):
            yield self._genie_list
            yield self._detail_list
        yield self._status
        yield KeyBar()

    def on_mount(self) -> None:
        self.action_read()

    def on_resize(self, event: events.Resize) -> None:
        self._draw_title()

    def _draw_title(self) -> None:
        name = Content.assemble(("✦ ", "$accent"), ("Studio", "bold"))
        width = max(20, self.app.size.width - 4)
        title = spread(name, muted(clean_line(self._host, 60)), width)
        self.query_one("#studio-title", Static).update(title)

    @property
    def details(self) -> GenieDetails | None:
        return self.selection.details

    @property
    def lines(self) -> Sequence[DetailRow]:
        """Rows of the details."""
        return self._detail_list.lines

    @property
    def row(self) -> str:
        """ID of the row under the cursor, such as ``skill:123``."""
        return self._detail_list.row

    # -- reading ---------------------------------------------------------------------------

    @work(group="genies", exclusive=True, exit_on_error=False)
    async def action_read(self) -> None:
        """Load the genies, and the details of the selected one."""
        self._status.tell("Loading genies…")
        genies: list[Genie] = []
        try:
            studio = await self.studio.client()
            self._host = studio.host
            self._draw_title()
            async for genie in studio.genies.list():
                genies.append(genie)
                if len(genies) % 50 == 0:
                    self._genie_list.show(genies)
        except BackendError as error:
            self._status.fail(error)
            return
        self._genie_list.show(genies)
        none = "This token can't see any genies. Check its project scopes."
        self._status.tell("" if genies else none)
        if self.details:
            self.read_details()

    @on(GenieList.Highlighted)
    def _select(self, event: GenieList.Highlighted) -> None:
        self.selection.details = GenieDetails(genie=event.genie)
        self._detail_list.draw(at_top=True)
        self.read_details(pause_s=_PAUSE_S)

    @work(group="details", exclusive=True, exit_on_error=False)
    async def read_details(self, pause_s: float = 0.0) -> None:
        """Load the parts concurrently, and show each as soon as it arrives."""
        await asyncio.sleep(pause_s)
        if self.details is None:
            return
        genie = self.details.genie
        try:
            studio = await self.studio.client()
        except BackendError as error:
            self._status.fail(error)
            return

        async def read(name: str) -> None:
            part: Any = await read_part(name, studio, self.selection.genie or genie)
            if self.details and self.details.genie.id == genie.id:
                self.selection.details = replace(self.details, **{name: part})
                self._detail_list.draw()

        first, *others = READERS
        await read(first)
        if self.selection.genie:
            self._genie_list.replace(self.selection.genie)
        await asyncio.gather(*map(read, others))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if error := unexpected_error(event):
            self._status.fail(error)

    # -- moving ----------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Clear the filter, else go back to the conversation."""
        if self._changes.busy:
            self.app.bell()  # leaving would cut a running change off, and lose a new key
        elif self._genie_list.clear_filter():
            self._detail_list.focus()
        else:
            self.dismiss()

    def action_filter(self) -> None:
        self._genie_list.focus_filter()

    def action_other_pane(self) -> None:
        if self._genie_list.list_has_focus:
            self._detail_list.focus()
        else:
            self._genie_list.focus_list()

    @on(GenieList.Chosen)
    def _to_details(self) -> None:
        self._detail_list.focus()

    # -- the genie -------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that would do nothing."""
        if action == "use":
            return self.studio.use_genie is not None
        return super().check_action(action, parameters)

    def action_switch(self) -> None:
        """Start the genie; or stop it, after a confirmation."""
        if (genie := self.selection.genie) is None:
            return
        name = name_of(genie)
        if genie.started:
            self._changes.ask(
                menus.STOP.format(genie=name),
                "Stop",
                lambda studio: studio.genies.stop(genie.id),
                f"{name} stopped.",
            )
        else:
            self._changes.run(lambda studio: studio.genies.start(genie.id), f"{name} started.")

    def action_use(self) -> None:
        """Switch the conversation to the genie."""
        if (genie := self.selection.genie) is None:
            return
        name = name_of(genie)

        async def start_and_use(studio: DeveloperClient) -> None:
            await studio.genies.start(genie.id)
            self.app.call_later(self._talk_to, genie)

        def answered(sure: bool | None) -> None:
            if sure:
                self._talk_to(genie)

        if not has_client(genie):
            question = menus.NO_CLIENT.format(genie=name)
            self.app.push_screen(ConfirmModal(question, yes="Talk to genie", no="Back"), answered)
        elif not genie.started:
            question = menus.STOPPED.format(genie=name)
            self._changes.ask(question, "Start and talk", start_and_use, f"{name} started.")
        else:
            self._talk_to(genie)

    def _talk_to(self, genie: Genie) -> None:
        self.app.post_message(GenieWanted(genie.id, name_of(genie)))
        self.dismiss()

    # -- a row -----------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#genie-details")
    def _act_on_row(self) -> None:
        kind, _, thing = self.row.partition(":")
        match kind:
            case "view" if self.selection.genie:
                self.app.push_screen(SourceView(value_of(self.selection.genie, thing), thing))
            case "copy" | "problem":
                self.action_copy()
            case "new" if thing == "client":
                self.action_new_client()
            case "new":
                self._assignments.add_group()
            case "policy":
                self._edit_policy(thing)
            case _:
                self._offer(kind, thing)

    def action_new_client(self) -> None:
        self._clients.create()

    def action_copy(self) -> None:
        """Copy the value of the row under the cursor."""
        kind, _, thing = self.row.partition(":")
        if kind in ("copy", "view") and self.selection.genie:
            self.post_message(CopyText(value_of(self.selection.genie, thing), thing))
        elif kind not in ("", "new"):
            self.post_message(CopyText(thing, "the message" if kind == "problem" else "the ID"))

    def _offer(self, kind: str, thing: str) -> None:
        """Open the menu of a client, a skill, a knowledge base or a group."""
        choices = menus.menu_for(kind)
        if not choices:
            return

        actions: Mapping[Action, Callable[[str, str], object]] = {
            **self._clients.menu_actions,
            **self._assignments.menu_actions,
            "copy": lambda kind, thing: self.action_copy(),
        }

        def chosen(action: str | None) -> None:
            if action is not None:
                actions[cast("Action", action)](kind, thing)

        self.app.push_screen(Menu(choices, title=self.selection.label_of(kind, thing)), chosen)

    # -- guardrails ------------------------------------------------------------------------

    @work(group="policy", exclusive=True, exit_on_error=False)
    async def _edit_policy(self, kind: str) -> None:
        """Change a policy of the genie's guardrail."""
        from tui.ui.studio.policy import PolicyModal

        guardrail = details.guardrail.value if (details := self.selection.details) else None
        if (genie := self.selection.genie) is None or guardrail is None:
            return
        self._status.tell("Opening…")
        try:
            studio = await self.studio.client()
            entities = await studio.guardrails.pii_entities() if kind == "pii_detection" else ()
        except BackendError as error:
            self._status.fail(error)
            return
        self._status.tell("")

        async def put(configuration: Mapping[str, Any]) -> Policy:
            return await studio.guardrails.put(genie.id, kind, configuration)

        def done(policy: Policy | None) -> None:
            if policy is not None:
                self._status.tell(f"Replaced {policy_name(kind)} of {name_of(genie)}.")
                self.read_details()

        policy = guardrail.policy(kind)
        before = policy.configuration if policy else None
        self.app.push_screen(PolicyModal(name_of(genie), kind, before, entities, put), done)
