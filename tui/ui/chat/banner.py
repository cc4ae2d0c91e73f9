"""Banner above the composer: the notice that needs attention, hidden while there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.ui.keys.labels import key_for
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.ui.chat.banner_text import BannerText, Tone

_GLYPHS: dict[Tone, str] = {"question": "◆", "recovery": "↻", "problem": "✕", "refusal": "✕"}


class Banner(Widget):
    """Banner with one notice. A countdown updates itself without changing the height."""

    class Pressed(Message):
        """The user clicked on the banner."""

        def __init__(self, notice: BannerText) -> None:
            super().__init__()
            self.notice = notice

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._ticks: Timer | None = None
        self.notice: BannerText | None = None

    def show(self, notice: BannerText | None) -> None:
        """Show a notice; None hides the banner."""
        if notice == self.notice:
            return
        self.notice = notice
        self.display = notice is not None
        for tone in _GLYPHS:
            self.set_class(notice is not None and notice.tone == tone, f"-{tone}")
        self._tick_while_counting()
        self.refresh(layout=True)

    def _tick_while_counting(self) -> None:
        if self._ticks:
            self._ticks.stop()
            self._ticks = None
        if self.notice and self.notice.due_ms is not None:
            self._ticks = self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        if self.screen.is_active:
            self.refresh()
        due_ms = self.notice.due_ms if self.notice else None
        if self._ticks and (due_ms is None or due_ms <= self._clock.now_ms()):
            self._ticks.stop()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        """Return problem, reason and keys. Failures are shown in full; countdowns are cut."""
        notice = self.notice
        if notice is None:
            return []
        text = line(notice.sentence(self._clock.now_ms()), 400).stylize("bold")
        room = max(1, width - 2)
        if notice.tone in ("question", "recovery"):
            texts = [text.truncate(room, ellipsis=True)]
            parts = [part for part in (notice.hint, self._keys(notice)) if part]
            hints = [line(part, 400).truncate(room, ellipsis=True) for part in parts]
        else:
            texts = text.wrap(room)
            away = f"{key_for(self.app, 'app.back')} to dismiss."
            now = f"{key_for(self.app, notice.command)} {notice.effect}." if notice.effect else ""
            advice = " ".join(part for part in (now, notice.hint, away) if part)
            hints = line(advice, 400).wrap(room)
        glyph = Content.styled(f"{_GLYPHS[notice.tone]} ", "bold")
        rows = [*texts, *(hint.stylize("$muted") for hint in hints)]
        return [Content.assemble("  " if n else glyph, row.rstrip()) for n, row in enumerate(rows)]

    def _keys(self, notice: BannerText) -> str:
        """Return the hint of the keys that act on the notice."""
        offers = ((notice.command, notice.effect), notice.other)
        return " · ".join(f"{key_for(self.app, name)} {effect}" for name, effect in offers if name)

    def on_click(self) -> None:
        if self.notice:
            self.post_message(self.Pressed(self.notice))
