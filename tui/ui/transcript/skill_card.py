"""Card of a skill call: running, finished, failed, or without a known end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style

from tui.core.text import clean, clean_line, drawn, duration, percent
from tui.ui.app.messages import JobsWanted
from tui.ui.studio.connection import has_recipe
from tui.ui.toolkit.rows import Row
from tui.ui.toolkit.state_glyphs import (
    BAD,
    BUSY,
    DONE,
    FAILED,
    MUTED,
    OPEN_END,
    muted,
    progress_bar,
)
from tui.ui.toolkit.text import line
from tui.ui.transcript.card import Card
from tui.ui.transcript.entries import SkillEntry

if TYPE_CHECKING:
    from tui.core.steps import SkillStep

_ERROR_LINES = 3
_DETAIL_CHARS = 20_000


_JOBS = Content.styled("Recipe and jobs", "$accent underline").stylize(
    Style.from_meta({"@click": "show_jobs"})
)


class SkillCard(Card[SkillEntry]):
    """Name, state and duration on one line; the error, or all details when expanded, below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "unfold",
            "Details",
            tooltip="Show the skill's input and result",
            id="skill.unfold",
        )
    ]

    offers_jobs = False
    """True if the skill's recipe and jobs can be shown."""

    @property
    def has_jobs(self) -> bool:
        return self.offers_jobs and has_recipe(self.entry.step.skill_id)

    def action_show_jobs(self) -> None:
        """Show the recipe and its jobs."""
        step = self.entry.step
        if self.has_jobs:
            self.post_message(JobsWanted(step.skill_id or "", step.skill))

    def sync(self) -> None:
        step = self.entry.step
        self.tick_s = self.busy_tick_s if step.status == "running" else None
        self.can_focus = bool(step.result or step.error)
        self.set_class(self.can_focus, "-unfolds")

    def action_unfold(self) -> None:
        """Expand or collapse the details."""
        if self.can_focus:
            self.toggle_unfolded()

    def on_click(self, event: events.Click) -> None:
        if not self.screen.selections and "@click" not in event.style.meta:
            self.action_unfold()

    def rows(self) -> Sequence[Row]:
        step = self.entry.step
        return [Row(self._title(step), self._glyph(step), self._duration(step)), *self._below(step)]

    def _title(self, step: SkillStep) -> Content:
        name = line(step.skill) or Content("A skill")
        status = {"failed": "  failed", "unreported": "  no result reported"}.get(step.status, "")
        fold = ("  ▾" if self.unfolded else "  ▸") if step.result or step.error else ""
        return Content.assemble(name, muted(status + fold))

    def _glyph(self, step: SkillStep) -> Content:
        match step.status:
            case "running":
                return self.busy_glyph()
            case "completed":
                return DONE
            case "failed":
                return FAILED
            case "unreported":
                return OPEN_END

    def _duration(self, step: SkillStep) -> Content:
        end_ms = self.now_ms() if step.status == "running" else step.ended_ms
        if step.started_ms is None or end_ms is None or (self.is_paused and not step.ended_ms):
            return Content("")
        return muted(f"{duration((end_ms - step.started_ms) / 1000):>6}")

    def _below(self, step: SkillStep) -> Iterator[Row]:
        if step.status != "completed" and (step.share is not None or step.stage):
            yield Row(_progress(step), lines=1)
        if step.error:
            limit = None if self.unfolded else _ERROR_LINES
            yield Row(Content.styled(_detail(step.error), BAD), lines=limit)
        if self.unfolded and step.result:
            yield Row(muted(_detail(step.result)))
        if self.has_jobs and (self.unfolded or step.error):
            yield Row(_JOBS)


def _progress(step: SkillStep) -> Content:
    """Return percent, bar and stage; a narrow column cuts off the last first."""
    parts = [muted(clean_line(step.stage, 200))] if step.stage else []
    if step.share is not None:
        style = BUSY if step.status == "running" else MUTED
        parts = [muted(f"{percent(step.share):>5}"), progress_bar(step.share, style), *parts]
    return Content("  ").join(parts)


def _detail(text: str) -> str:
    shown = drawn(clean(text[:_DETAIL_CHARS])).strip()
    return shown if len(text) <= _DETAIL_CHARS else f"{shown}\n…"
