"""Forms for the options of a new or an existing conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.core.errors import BackendError
from tui.core.options import Option, OptionValues, changed, problems_with
from tui.ui.chat.last_options import still_fitting
from tui.ui.chat.option_field import InlineOptionChoice, OptionField, PickedOption
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.text import line, plain

_STOPS = "Input, InlineOptionChoice, PickedOption, MoreOptions"


class MoreOptions(Static, can_focus=True):
    """Line that expands and collapses the rarely used options."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right,left", "screen.unfold", "More", show=False, id="begin.unfold"),
    ]

    def on_click(self) -> None:
        self.call_later(self.run_action, "screen.unfold")


class NewConversationModal(SafeModal[OptionValues | None]):
    """Form with the options of a new conversation. Enter accepts it from any field.

    ``read`` asks the service; Enter before its response accepts the form once it has arrived.
    Returns the values that differ from the defaults, by option name; None: canceled.
    """

    DONE: ClassVar[str] = "Start"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Close without changes", id="begin.cancel"),
        Binding("enter", "start", "Apply", tooltip="Use these choices", id="begin.start"),
        Binding("down", "step(1)", "Next", show=False, id="begin.next"),
        Binding("up", "step(-1)", "Previous", show=False, id="begin.previous"),
        Binding("tab", "step(1)", "Next", show=False, priority=True, id="begin.tab"),
        Binding("shift+tab", "step(-1)", "Previous", show=False, priority=True, id="begin.back"),
    ]

    def __init__(
        self,
        read: Callable[[], Awaitable[Sequence[Option]]],
        remembered: OptionValues,
    ) -> None:
        super().__init__()
        self._read = read
        self._remembered = remembered
        self._options: Sequence[Option] | None = None
        self._start_when_read = False

    def compose(self) -> ComposeResult:
        with Dialog(self.heading(), leave="cancel", id="begin"):
            yield VerticalScroll(id="begin-fields", classes="modal--body", can_focus=False)
            yield Static(Content("Loading options…"), id="begin-note")
            yield AnswerRow(("Enter", self.DONE, "start"))

    def heading(self) -> Content:
        return Content.styled("New conversation", "bold")

    def on_mount(self) -> None:
        for button in self.query(Button):
            button.can_focus = False  # Tab moves among the fields; Enter accepts from any of them
        self._read_options()

    @work(group="options", exclusive=True, exit_on_error=False)
    async def _read_options(self) -> None:
        try:
            self._show(await self._read())
        except BackendError as error:
            self.not_read(error)
        if self._start_when_read:
            self.action_start()

    def not_read(self, error: BackendError) -> None:
        """Offer to start without the form."""
        self.note(f"{error} Press Enter to start with the defaults.", problem=True)
        self._options = ()

    def _show(self, options: Sequence[Option]) -> None:
        """Build the form, the common options first."""
        self._options = options
        values = still_fitting(options, self._remembered)
        fields = [OptionField(o, values.get(o.name, o.default)) for o in options]
        rare = [field for field in fields if field.option.advanced]
        box = self.query_one("#begin-fields")
        box.mount_all([field for field in fields if field not in rare])
        if rare:
            box.mount_all([MoreOptions(self._more_label(len(rare))), *rare])
        self.note("")
        if fields:
            fields[0].call_after_refresh(fields[0].take_focus)

    def _more_label(self, count: int) -> Content:
        mark = "▾" if self.has_class("-unfolded") else "▸"
        return Content.assemble((f"{mark} ", "$accent"), f"More ({count})")

    # -- keys ------------------------------------------------------------------------------

    def action_unfold(self) -> None:
        self.toggle_class("-unfolded")
        self.query_one(MoreOptions).update(
            self._more_label(len(self.query("OptionField.-advanced")))
        )

    def action_step(self, direction: int) -> None:
        self.focus_next(_STOPS) if direction > 0 else self.focus_previous(_STOPS)

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Accept the form, unless a value is invalid."""
        if self._options is None:
            self._start_when_read = True
            return
        fields = list(self.query(OptionField))
        values = {field.option.name: field.value for field in fields}
        problems = problems_with(self._options, values)
        if problems:
            self._complain(fields, problems)
        else:
            self.dismiss(changed(self._options, values))

    def _complain(self, fields: Iterable[OptionField], problems: dict[str, str]) -> None:
        wrong = [field for field in fields if field.option.name in problems]
        for field in wrong:
            field.show_problem(problems[field.option.name])
        if wrong[0].option.advanced and not self.has_class("-unfolded"):
            self.action_unfold()
        wrong[0].take_focus()

    # -- the note below the fields ---------------------------------------------------------

    @on(events.DescendantFocus)
    @on(InlineOptionChoice.Changed)
    @on(PickedOption.Changed)
    def _explain(self) -> None:
        """Show the help of the focused field below the form."""
        fields = (node for node in (self.focused.ancestors if self.focused else ()))
        field = next((node for node in fields if isinstance(node, OptionField)), None)
        if field:
            self.note(" · ".join(part for part in (field.about, field.how) if part))
        elif isinstance(self.focused, MoreOptions):
            self.note("Space show or hide")

    def note(self, sentence: str, *, problem: bool = False) -> None:
        note = self.query_one("#begin-note", Static)
        note.update(plain(f"✗ {sentence}" if problem else sentence))
        note.set_class(problem, "-problem")


class OptionsModal(NewConversationModal):
    """Form with the options of an existing conversation. Returns those that were changed."""

    DONE: ClassVar[str] = "Apply"

    def __init__(self, title: str, read: Callable[[], Awaitable[Sequence[Option]]]) -> None:
        super().__init__(read, {})
        self._conversation = title

    def heading(self) -> Content:
        return Content.assemble("Options of “", line(self._conversation, 40), "”").stylize("bold")

    def not_read(self, error: BackendError) -> None:
        """Show why there is no form; there is nothing to apply."""
        self.note(str(error), problem=True)
        self._start_when_read = False
