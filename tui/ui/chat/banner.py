"""Banner above the composer: the notice that needs attention, hidden while there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.ui.keys.labels import key_for
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.ui.chat.banner_text import BannerText, Tone

_GLYPHS: dict[Tone, str] = {"recovery": "↯", "problem": "✗", "refusal": "✗"}
_SECOND_S = 1.0
_BAR_CELLS = 8
_GAP = 3


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
        self._counts_from_ms = 0
        """Start of the countdown, for its bar."""
        self.notice: BannerText | None = None

    def show(self, notice: BannerText | None) -> None:
        """Show a notice; None hides the banner."""
        if notice == self.notice:
            return
        before, self.notice = self.notice, notice
        if notice and notice.due_ms != (before.due_ms if before else None):
            self._counts_from_ms = self._clock.now_ms()
        self.display = notice is not None
        for tone in _GLYPHS:
            self.set_class(notice is not None and notice.tone == tone, f"-{tone}")
        self._tick_while_counting()
        self.refresh(layout=True)

    def _tick_while_counting(self) -> None:
        due_ms = self.notice.due_ms if self.notice else None
        counts = due_ms is not None and due_ms > self._clock.now_ms()
        self.auto_refresh = _SECOND_S if counts else None

    def automatic_refresh(self) -> None:
        if self.screen.is_active:
            super().automatic_refresh()
        self._tick_while_counting()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        """Return problem, reason and keys. Failures are shown in full; countdowns are cut."""
        if self.notice is None:
            return []
        glyph = Content.styled(f"{_GLYPHS[self.notice.tone]} ", "bold $error")
        room = max(1, width - glyph.cell_length)
        recovers = self.notice.tone == "recovery"
        rows = self._recovery(self.notice, room) if recovers else self._failure(self.notice, room)
        return [Content.assemble("  " if n else glyph, row.rstrip()) for n, row in enumerate(rows)]

    def _recovery(self, notice: BannerText, width: int) -> list[Content]:
        """Return two rows: state and countdown, what happens meanwhile; keys at the right."""
        now_ms = self._clock.now_ms()
        title = Content.assemble(
            line(notice.text, 80).stylize("bold $error"),
            "   ",
            line(notice.countdown(now_ms)),
            "  ",
            self._bar(notice, now_ms),
        )
        retry, leave = self._key(notice.command, notice.effect), self._key(*notice.other)
        room = width - leave.cell_length - _GAP
        hints = (line(f"{notice.hint} {notice.reason}".strip(), 400), line(notice.hint, 400))
        hint = next((hint for hint in hints if hint.cell_length <= room), hints[-1])
        rows = [(title, retry), (hint.stylize("$muted"), leave)]
        return [spread(left.rstrip(), key, width, gap=_GAP) for left, key in rows]

    def _bar(self, notice: BannerText, now_ms: int) -> Content:
        """Return the rest of the wait as a bar, half a cell fine; with reduced motion, none."""
        if notice.due_ms is None or self.app.animation_level == "none":
            return Content("")
        left_ms = max(0, notice.due_ms - now_ms)
        share = left_ms / max(1, notice.due_ms - self._counts_from_ms)
        halves = round(min(1.0, share) * _BAR_CELLS * 2)
        return Content.styled("━" * (halves // 2) + "╸" * (halves % 2), "$warning")

    def _failure(self, notice: BannerText, width: int) -> list[Content]:
        """Return the problem, then advice and keys, wrapped."""
        away = f"{key_for(self.app, 'app.back')} to dismiss."
        now = f"{key_for(self.app, notice.command)} {notice.effect}." if notice.effect else ""
        advice = " ".join(part for part in (now, notice.hint, away) if part)
        text = line(notice.text, 400).stylize("bold $error")
        return [*text.wrap(width), *line(advice, 400).stylize("$muted").wrap(width)]

    def _key(self, command: str, effect: str) -> Content:
        """Return the hint of a key that acts on the notice."""
        key = key_for(self.app, command) if command else ""
        return Content.assemble((key, "bold"), (f" {effect}", "$muted")) if key else Content("")

    def on_click(self) -> None:
        if self.notice:
            self.post_message(self.Pressed(self.notice))
