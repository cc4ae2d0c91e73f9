"""Two lines above the composer that say what needs attention; gone when nothing does."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.core.ports import Clock
from tui.ui.notices import Notice, Tone
from tui.ui.text import line

_GLYPHS: dict[Tone, str] = {"question": "◆", "recovery": "↻", "problem": "✕", "refusal": "✕"}


class Banner(Widget):
    """Shows one notice; its height stays the same whatever it says. A countdown ticks by itself."""

    class Pressed(Message):
        """The user clicked on it."""

        def __init__(self, notice: Notice) -> None:
            super().__init__()
            self.notice = notice

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._ticks: Timer | None = None
        self.notice: Notice | None = None

    def show(self, notice: Notice | None) -> None:
        """Show a notice, or nothing."""
        if notice == self.notice:
            return
        self.notice = notice
        self.display = notice is not None
        for tone in _GLYPHS:
            self.set_class(notice is not None and notice.tone == tone, f"-{tone}")
        self._tick_while_counting()
        self.refresh()

    def _tick_while_counting(self) -> None:
        if self._ticks:
            self._ticks.stop()
            self._ticks = None
        if self.notice and self.notice.due_ms is not None:
            self._ticks = self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        self.refresh()
        due_ms = self.notice.due_ms if self.notice else None
        if self._ticks and (due_ms is None or due_ms <= self._clock.now_ms()):
            self._ticks.stop()

    def render(self) -> Content:
        notice, width = self.notice, self.size.width
        if notice is None:
            return Content("")
        first = line(notice.sentence(self._clock.now_ms()), 400).stylize("bold")
        hint = notice.hint
        if notice.tone in ("problem", "refusal"):
            hint = f"{hint} · Esc to dismiss" if hint else "Esc to dismiss"
        second = line(hint, 400).stylize("$soft")
        return Content("\n").join(
            [
                Content.assemble((f"{_GLYPHS[notice.tone]} ", "bold"), first).truncate(
                    width, ellipsis=True
                ),
                Content.assemble("  ", second).truncate(width, ellipsis=True),
            ]
        )

    def on_click(self) -> None:
        if self.notice:
            self.post_message(self.Pressed(self.notice))
