"""Rows of the transcript for dates, outcome and usage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.content import Content
from textual.message import Message
from textual.style import Style

from tui.core.event_labels import resumed_parts
from tui.core.text import clean_line, duration
from tui.ui.keys.labels import key_for
from tui.ui.toolkit.rows import Row
from tui.ui.toolkit.state_glyphs import (
    AGENT,
    ASKS,
    BAD,
    FAILED,
    GOOD,
    OPEN_END,
    RESUMED,
    STOPPED,
    UNSURE,
    USED,
    clock_time,
    day_of,
    muted,
)
from tui.ui.toolkit.text import line
from tui.ui.transcript.card import Card
from tui.ui.transcript.entries import (
    BreakEntry,
    DayEntry,
    NameEntry,
    OutcomeEntry,
    SilenceEntry,
    UsageEntry,
)

_WEEK_DAYS = 7


class DayRule(Card[DayEntry]):
    """Separator with the name of a day."""

    def rows(self) -> Sequence[Row]:
        return [Row(muted(day_name(self.entry.day, day_of(self.now_ms()))), indent=0)]


class NameRow(Card[NameEntry]):
    """Name of the agent above what it did, with the duration of the turn and its time."""

    agent_name = ""
    """Empty if it is not known."""

    def rows(self) -> Sequence[Row]:
        entry = self.entry
        took = duration(entry.seconds) if entry.seconds is not None else ""
        at = clock_time(entry.at_ms) if entry.at_ms else ""
        name = (line(self.agent_name, 40) or Content("Agent")).stylize("bold")
        aside = muted("   ".join(part for part in (took, at) if part))
        return [Row(name, AGENT, aside, lines=1)]


class BreakRow(Card[BreakEntry]):
    """How a break of the connection ended; it stays where the break was."""

    def rows(self) -> Sequence[Row]:
        step = self.entry.step
        resumed, *more = resumed_parts(step)
        harmed = step.missing or step.complete is False
        parts = [Content.styled(resumed, GOOD), *map(muted, more)]
        if harmed:
            parts[-1] = Content.styled(more[-1], ASKS)
        at = muted(clock_time(step.resumed_ms)) if step.resumed_ms is not None else Content("")
        return [Row(muted("  ·  ").join(parts), RESUMED, at)]


class SilenceRow(Card[SilenceEntry]):
    """The agent ended without a reply. Source: Headless API, Troubleshooting, Empty stream."""

    may_be_stopped = False
    """True if the genie may be stopped, which would explain it."""
    offers_start = False
    """True if the genie can be started from here."""

    class StartWanted(Message):
        """The user wants to start the genie."""

    def rows(self) -> Sequence[Row]:
        words = "No reply. Check that the genie is started." if self.may_be_stopped else "No reply."
        row = Row(muted(words), UNSURE)
        return [row, Row(self._offer())] if self.offers_start else [row]

    def _offer(self) -> Content:
        key = key_for(self.app, "studio.start")
        press = Style.from_meta({"@click": "start"})
        words = Content.styled("Start genie", "$accent underline").stylize(press)
        return Content.assemble((f"{key} " if key else "", "bold"), words)

    def action_start(self) -> None:
        self.post_message(self.StartWanted())


class OutcomeRow(Card[OutcomeEntry]):
    """Outcome of a turn that failed or ended with an error."""

    def rows(self) -> Sequence[Row]:
        reason = clean_line(self.entry.reason, 600)
        match self.entry.outcome:
            case "failed":
                text = f"The agent failed. {reason}".rstrip()
                return [Row(Content.styled(text, BAD), FAILED)]
            case "finished":
                text = f"The agent reported an error. {reason}".rstrip()
                return [Row(muted(text), UNSURE)]
            case "halted":
                by_whom = "Stopped by you." if self.entry.asked_for else "Stopped."
                return [Row(muted(f"{by_whom} {reason}".rstrip()), STOPPED)]
            case "limit":
                text = f"The agent reached its turn limit. {reason}".rstrip()
                return [Row(muted(text), OPEN_END)]


class UsageRow(Card[UsageEntry]):
    """Usage of a turn."""

    def rows(self) -> Sequence[Row]:
        return [Row(Content.styled(self.entry.usage.sentence(), "$muted"), USED)]


def day_name(day: date, today: date) -> str:
    """Return ``Today``, ``Yesterday``, ``Tuesday``, ``3 March``, ``3 March 2024``."""
    past = (today - day).days
    if past in (0, 1):
        return "Yesterday" if past else "Today"
    if 1 < past < _WEEK_DAYS:
        return f"{day:%A}"
    return f"{day:%B} {day.day}" if day.year == today.year else f"{day:%B} {day.day}, {day.year}"
