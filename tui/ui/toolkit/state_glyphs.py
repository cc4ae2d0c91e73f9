"""Glyphs and styles of states, and dates in the user's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from textual.content import Content

from tui.core.text import drawn


def day_of(at_ms: int) -> date:
    """Return the local date of a time in milliseconds since the epoch."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone().date()


MUTED = "$muted"
GOOD = "$success"
BAD = "$error"
ASKS = "$warning"
BUSY = "$accent"

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPINNER_FRAME_MS = 125

AGENT = Content.styled("✦", BUSY)
DONE = Content.styled("✓", GOOD)
RESUMED = Content.styled("↻", GOOD)
FAILED = Content.styled("✗", BAD)
STOPPED = Content.styled("■", ASKS)
NOT_FOLLOWED = Content.styled("○", MUTED)
OPEN_END = Content.styled("◌", MUTED)
QUESTION = Content.styled("◆", ASKS)
CONNECTION = Content.styled("◇", ASKS)
LATER = Content.styled("◷", MUTED)
SENDING = Content.styled("↑", BUSY)
UNSURE = Content.styled("?", ASKS)
USED = Content.styled("Σ", "$muted")
BUSY_STILL = Content.styled("◐", BUSY)


def spinner(now_ms: int) -> Content:
    """Return the frame of the busy glyph at a time; one cell."""
    return Content.styled(SPINNER[now_ms // SPINNER_FRAME_MS % len(SPINNER)], BUSY)


_BAR_CELLS = 12


def progress_bar(share: float, style: str = BUSY) -> Content:
    """Return a bar of a fixed width, filled up to ``share`` (0 to 1) by shape and by colour."""
    filled = int(_BAR_CELLS * share)
    return Content.assemble(
        Content.styled("━" * filled, style),
        Content.styled("╌" * (_BAR_CELLS - filled), MUTED),
    )


def clock_time(at_ms: int, *, seconds: bool = False) -> str:
    """Return the local time of day: ``14:05``, or ``14:05:09``."""
    local = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone()
    return local.strftime("%H:%M:%S" if seconds else "%H:%M")


def muted(text: str) -> Content:
    """Return text in the secondary style. The text must be clean."""
    return Content.styled(drawn(text), MUTED)
