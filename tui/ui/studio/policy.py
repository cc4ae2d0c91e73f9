"""Dialog to edit a guardrail policy: checked while typing, replaced in full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from tui.core.errors import BackendError
from tui.core.text import clean_line
from tui.studio.diff import Change, diff, has_changes
from tui.studio.guardrails.policies import parse_policy
from tui.studio.guardrails.validation import Violation, validate
from tui.studio.models import Policy
from tui.ui.studio.confirm_discard import confirm_discard
from tui.ui.studio.detail_rows import policy_name
from tui.ui.studio.policy_forms import Form, configuration_of, form_for
from tui.ui.studio.validation_list import ValidationList
from tui.ui.studio.worker_errors import unexpected_error
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import ASKS, BAD, GOOD, muted
from tui.ui.toolkit.text import line

Put = Callable[[Mapping[str, Any]], Awaitable[Policy]]
"""Replaces the policy. Raises ``BackendError``."""

_STYLES = {"added": GOOD, "removed": BAD, "changed": ASKS, "kept": "$muted"}


class PolicyModal(SafeModal[Policy]):
    """Returns the policy as the service has stored it; None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="policy.close", tooltip="Back without saving"),
        Binding(
            "ctrl+s",
            "review",
            "Review",
            id="policy.review",
            tooltip="Review the changes and send them",
            priority=True,
        ),
    ]
    AUTO_FOCUS = "Form RowChoice, Form TextArea, Form OptionList"

    def __init__(
        self,
        genie: str,
        policy_type: str,
        before: Mapping[str, Any] | None,
        entities: Sequence[str],
        put: Put,
    ) -> None:
        """``before`` is the current configuration; None if there is no such policy yet."""
        super().__init__()
        settings = parse_policy(policy_type, before or {})
        assert settings is not None  # the table offers only types that have a form
        self._genie = genie
        self._type = policy_type
        self._before = before
        self._entities = entities
        self._put = put
        self._form: Form = form_for(settings, entities)
        self._untouched: Mapping[str, Any] | None = None
        self._problems: tuple[Violation, ...] = ()
        self._sending = False

    def compose(self) -> ComposeResult:
        title = f"{policy_name(self._type)} of {clean_line(self._genie, 60)}"
        with Dialog(title, leave="back", classes="-large"):
            with VerticalScroll(can_focus=False, classes="modal--body"):
                yield self._form
            yield ValidationList()
            yield Static(id="policy-state")
            yield AnswerRow(("Ctrl+S", "Review", "review"))

    def on_mount(self) -> None:
        self._untouched = configuration_of(self._form)
        self._check()

    @on(Form.Changed)
    def _check(self) -> None:
        configuration = configuration_of(self._form)
        self._problems = validate(self._type, configuration, entities=self._entities)
        self.query_one(ValidationList).show(self._problems)
        self._tell("")

    def _tell(self, sentence: str, style: str = "$muted") -> None:
        state = self.query_one("#policy-state", Static)
        state.update(line(sentence, 800).stylize(style))
        state.display = bool(sentence)

    def action_review(self) -> None:
        """Show the changes; they are sent after a confirmation."""
        self._check()
        found = diff(self._before, configuration_of(self._form))
        if self._problems:
            self._tell("Fix the problems first, then send.", ASKS)
        elif not has_changes(found):
            self._tell("No changes to send.")
        else:
            configuration = configuration_of(self._form)

            def answered(sure: bool | None) -> None:
                if sure and not self._sending:
                    self._sending = True
                    self._send(configuration)

            name = f"{policy_name(self._type)} of {clean_line(self._genie, 60)}"
            self.app.push_screen(ReplaceModal(name, found), answered)

    @work(group="put", exit_on_error=False)
    async def _send(self, configuration: Mapping[str, Any]) -> None:
        self._tell("Sending…")
        try:
            policy = await self._put(configuration)
        except BackendError as error:
            self._tell(f"✗ {error.sentence()}", BAD)
        else:
            self.dismiss(policy)
        finally:
            self._sending = False

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if error := unexpected_error(event):
            self._tell(f"✗ {error.sentence()}", BAD)

    def action_leave(self) -> None:
        if self._sending:
            self.app.bell()
            return
        changed = configuration_of(self._form) != self._untouched
        confirm_discard(self, changed=changed, then=lambda: self.dismiss(None))


class Differences(RowsView):
    """Rows of additions, removals and changes, then of unchanged settings."""

    def __init__(self, found: Sequence[Change]) -> None:
        super().__init__()
        self._found = sorted(found, key=lambda change: change.kind == "kept")

    def rows(self) -> list[Row]:
        return [Row(self._row(change), indent=0) for change in self._found]

    def _row(self, change: Change) -> Content:
        sign, words = str(change)[:2], str(change)[2:]
        style = _STYLES[change.kind]
        return Content.assemble((sign, f"bold {style}"), line(words, 400).stylize(style))


class ReplaceModal(GuardedModal[bool]):
    """Shows a full replacement before it is sent. Returns True to send it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Replace", id="replace.yes", tooltip="Replace the policy"),
        Binding("n,escape", "answer(False)", "Back", id="replace.no", tooltip="Keep editing"),
    ]

    def __init__(self, name: str, found: Sequence[Change]) -> None:
        super().__init__()
        self._policy = name
        self._found = found

    def compose(self) -> ComposeResult:
        with Dialog(f"Replace {self._policy}?", leave="back"):
            yield Static(muted("This replaces the whole policy. Changes:"), classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Differences(self._found)
            yield AnswerRow(("y", "Replace", "answer(True)"), ("n", "Back", "answer(False)"))

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
