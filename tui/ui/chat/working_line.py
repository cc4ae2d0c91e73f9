"""Working line: the row above the composer with what the agent does, and the key that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.core.text import elapsed
from tui.ui.keys.labels import key_for
from tui.ui.toolkit.state_glyphs import SPINNER
from tui.ui.toolkit.text import line
from tui.ui.toolkit.ticker import FRAME_S, ticker_of

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.core.ports import Clock
    from tui.ui.chat.working_state import Kind, WorkingState

_GLYPHS: dict[Kind, tuple[str, str]] = {
    "sending": ("↑", "$accent"),
    "not_waiting": ("○", "$muted"),
    "asking": ("◆", "$warning"),
    "signing_in": ("◇", "$warning"),
    "unsure": ("?", "$warning"),
    "reconnecting": ("↻", "$warning"),
    "notice": (" ", ""),
}
_SPINS: dict[Kind, str] = {"working": "$accent", "stopping": "$warning"}
_STILL = "◐"
_ACTIONS = {
    "turn.stop": "halt",
    "turn.halt": "halt",
    "turn.leave": "stop_waiting",
    "turn.stop_waiting": "stop_waiting",
    "app.retry": "retry",
    "question.answer": "answer",
}
"""Actions of the screen, by the command whose key is shown: they can be clicked, too."""
_GAP = 3
_AGES_S = 10.0


class WorkingLine(Widget):
    """One row that is always there, blank while nothing happens, so that nothing moves.

    A notice takes its place for a few seconds.
    """

    offered: reactive[frozenset[str]] = reactive(frozenset())
    """Id of the command whose key it shows."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._state: WorkingState | None = None
        self._notice: tuple[Content, Timer] | None = None

    def on_mount(self) -> None:
        self.app.screen_change_signal.subscribe(self, lambda _: self.refresh())

    def show(self, state: WorkingState | None) -> None:
        """Show a state; None: blank."""
        if state != self._state:
            self._state = state
            self.offered = frozenset({state.command} if state and state.command else ())
            self._follow()
            self.refresh()

    def show_notice(self, text: Content, seconds: float) -> None:
        """Show a notice in place of the state for some time."""
        self.clear_notice()
        self._notice = (text, self.set_timer(seconds, self.clear_notice))
        self.refresh()

    def clear_notice(self) -> None:
        """End the notice, if there is one."""
        if self._notice:
            self._notice[1].stop()
            self._notice = None
            self.refresh()

    def _follow(self) -> None:
        """Let the spinner turn, or the age of a question grow."""
        state = self._state
        spins = state is not None and state.kind in _SPINS
        ticker_of(self.app).follow(self, on=spins)
        ages = state is not None and state.since_ms is not None and not spins
        self.auto_refresh = _AGES_S if ages else None

    def tick(self) -> None:
        """Draw the next frame of the spinner."""
        self.refresh()

    def automatic_refresh(self) -> None:
        if self.screen.is_active:
            super().automatic_refresh()

    def render(self) -> Content:
        width = self.size.width
        state = self._state
        if self._notice:
            return Content.assemble("  ", self._notice[0]).truncate(width, ellipsis=True)
        if state is None:
            return Content("")
        offer = self._offer(state)
        left = self._left(state, width - offer.cell_length - _GAP)
        gap = width - left.cell_length - offer.cell_length
        return Content.assemble(left, " " * gap, offer) if gap > 0 else left

    def _left(self, state: WorkingState, room: int) -> Content:
        """Return glyph, verb, subject and time; the subject is cut first."""
        verb = Content.styled(state.verb, "bold")
        since = self._since(state)
        start = Content.assemble(self._glyph(state.kind), " ", verb)
        about_room = room - start.cell_length - since.cell_length - 2
        about = line(state.about, 120).truncate(max(0, about_room), ellipsis=True)
        shown = Content.assemble("  ", about.stylize("$muted")) if len(about) > 1 else Content("")
        return Content.assemble(start, shown, since).truncate(max(1, room), ellipsis=True)

    def _since(self, state: WorkingState) -> Content:
        # Under a dialog nothing is drawn again, and a time would be wrong soon.
        if state.since_ms is None or not self.screen.is_active:
            return Content("")
        seconds = max(0, self._clock.now_ms() - state.since_ms) // 1000
        return Content.styled(f"  {elapsed(seconds)}", "$muted")

    def _glyph(self, kind: Kind) -> Content:
        if kind in _SPINS:
            moves = self.app.animation_level != "none"
            frame = self._clock.now_ms() // round(FRAME_S * 1000) % len(SPINNER)
            return Content.styled(SPINNER[frame] if moves else _STILL, _SPINS[kind])
        return Content.styled(*_GLYPHS[kind])

    def _offer(self, state: WorkingState) -> Content:
        key = key_for(self.app, state.command) if state.command else ""
        if not key:
            return Content("")
        offer = Content.assemble((key, "bold"), (f" {state.effect}", "$muted"))
        action = _ACTIONS.get(state.command)
        return offer.stylize(Style.from_meta({"@click": f"screen.{action}"})) if action else offer
