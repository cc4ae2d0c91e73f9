"""Base class of modals that may open while the user is typing: keys answer only once armed."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, MouseDown, Paste
from textual.reactive import var
from textual.widget import Widget

from tui.ui.keys.labels import key_at
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.terminal.terminal_events import is_typed
from tui.ui.textual_fixes.events import forward_event
from tui.ui.toolkit.guarded_modal import DEAF_S, GuardedModal
from tui.ui.toolkit.state_glyphs import muted

_BOX_CELLS = 92
"""Width of a question, as in its style sheet."""
_AROUND_CELLS = 6
"""Columns of it beside a line."""

ResultT = TypeVar("ResultT")


class ArmedModal(GuardedModal[ResultT]):
    """Modal that, until it is armed, closes and passes typed text on to the composer.

    Ctrl+G, Tab, an arrow key or a click arm it. One that the user opened is armed immediately.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            DEFAULT_KEYS["question.answer"],
            "answer",
            "Answer here",
            show=False,
            id="question.answer",
        ),
        Binding("tab,left,right", "arm", "Answer here", show=False, id="modal.arm"),
    ]
    answering: ClassVar[frozenset[str]] = frozenset()
    """Actions that require it to be armed."""

    armed = var(True, init=False)
    message: Widget | None = None
    """Widget that receives typed text while the modal is not armed."""
    _is_giving_back = False
    _is_clicked = False
    """True if the mouse was used last, not a key."""
    _press_armed = False
    """True if the current mouse press has armed it, and so does nothing else."""

    def ready_parts(self) -> None:
        super().ready_parts()
        self.watch_armed()

    def watch_armed(self) -> None:
        """Update the armed state on screen."""
        self.set_class(not self.armed, "-unarmed")
        self.show_state()

    @property
    def listens(self) -> bool:
        """True while keys answer."""
        return self.armed and not self.has_class("-deaf")

    def _fit(self) -> None:
        super()._fit()
        self.show_state()

    def unarmed_line(self, effect: str) -> Content:
        """Return the line that tells where typed text goes while unarmed, and how to arm."""
        key = Content.styled(key_at(self, "modal.arm"), "bold")
        texts = (
            "○ What you type still goes to your message.  ",
            "○ What you type goes to your message.  ",
            "○ ",
        )
        lines = [Content.assemble(muted(t), key, muted(f" {effect}")) for t in texts]
        return self.fitting(*lines)

    def fitting(self, *lines: Content) -> Content:
        """Return the first line that fits, else the last."""
        room = max((line.size.width for line in self.query(".modal--state")), default=0)
        room = room or min(_BOX_CELLS, self.app.size.width) - _AROUND_CELLS  # not laid out yet
        return next((line for line in lines if line.cell_length <= room), lines[-1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in self.answering and (not self.armed or self._press_armed):
            return False
        return super().check_action(action, parameters)

    def action_arm(self) -> None:
        """Let keys answer from now on."""
        self.armed = True

    def action_answer(self) -> None:
        """Arm with the key that opens a question."""
        self.action_arm()

    def action_scroll_body(self, lines: int) -> None:
        self.action_arm()
        super().action_scroll_body(lines)

    def before_press(self, press: MouseDown) -> None:
        self._is_clicked = True
        self._press_armed = not self.armed and not self.is_deaf and self._is_inside(press)
        if self._press_armed:
            self.action_arm()
            self._be_deaf(DEAF_S)  # ignore the second press of a double click

    def _is_inside(self, press: MouseDown) -> bool:
        widget, _ = self.get_widget_and_offset_at(press.x, press.y)
        return widget is not None and widget is not self

    # -- text typed for the composer -------------------------------------------------------

    def gives_back(self, event: Key | Paste) -> bool:
        """Pass on a key or paste meant for the composer; return True if it was."""
        if isinstance(event, Key):
            self._is_clicked = self._press_armed = False
        if self.message is None:
            return False
        if not self._is_giving_back:
            if self.armed or not is_typed(event):
                return False
            self.give_back()
        forward_event(self.message, event)
        return True

    def give_back(self) -> None:
        """Close; from now on all keys go to the composer, even before the modal has closed."""
        self._is_giving_back = True
        if self.message is not None:
            self.message.screen.set_focus(self.message)
        self.dismiss(None)
