"""Card of skill calls that ran together: state, bar and duration of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style

from tui.core.text import clean, clean_line, drawn, duration, elapsed, percent
from tui.ui.app.messages import JobsWanted
from tui.ui.studio.connection import has_recipe
from tui.ui.toolkit.rows import Row
from tui.ui.toolkit.state_glyphs import (
    BAD,
    BUSY,
    DONE,
    FAILED,
    GOOD,
    MUTED,
    OPEN_END,
    muted,
    progress_bar,
)
from tui.ui.toolkit.text import line
from tui.ui.toolkit.ticker import stepped
from tui.ui.toolkit.time_axis import AxisSpan, TimeAxis, axis_ms
from tui.ui.transcript.card import Card
from tui.ui.transcript.entries import SkillEntry

if TYPE_CHECKING:
    from tui.core.steps import SkillStep

_ERROR_LINES = 3
_DETAIL_CHARS = 20_000
_LEAST_BAR_CELLS = 8
_LEAST_NAME_CELLS = 18
_ASIDE_CELLS = 12
"""Gap, duration, and the cells before the name."""
_STYLES = {"completed": GOOD, "failed": BAD, "unreported": MUTED, "stopped": MUTED}
_STOPPED = Content.styled("■", MUTED)
_NOTES = {"stopped": "stopped before it ended", "unreported": "no result reported"}


def _jobs_link(place: int) -> Content:
    press = Style.from_meta({"@click": f"show_jobs({place})"})
    return Content.styled("Recipe and jobs", "$accent underline").stylize(press)


class _Columns(NamedTuple):
    """Room for names and bars; no axis: there are no bars."""

    name_cells: int
    axis: TimeAxis | None = None


class SkillCard(Card[SkillEntry]):
    """A line for each skill; the error, or all details of an expanded one, below it.

    Several have bars on an axis of their own, which begins with the first of them.
    """

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
        return any(self._has_jobs(step) for step in self.entry.steps)

    def _has_jobs(self, step: SkillStep) -> bool:
        return self.offers_jobs and has_recipe(step.skill_id)

    def action_show_jobs(self, place: int | None = None) -> None:
        """Show the recipe and jobs of a skill, else of the first one that has them."""
        steps = self.entry.steps if place is None else self.entry.steps[place : place + 1]
        if step := next((step for step in steps if self._has_jobs(step)), None):
            self.post_message(JobsWanted(step.skill_id or "", step.skill))

    def sync(self) -> None:
        self.moves = any(step.status == "running" for step in self.entry.steps)
        self.can_focus = any(_has_details(step) for step in self.entry.steps)
        self.set_class(self.can_focus, "-unfolds")
        self.set_class(len(self.entry.steps) > 1, "-several")

    # -- details ---------------------------------------------------------------------------

    @property
    def unfolded(self) -> bool:
        """True if any skill is expanded."""
        return any(self._is_unfolded(step) for step in self.entry.steps)

    def _is_unfolded(self, step: SkillStep) -> bool:
        return self._key(step) in self.unfolded_keys

    def _key(self, step: SkillStep) -> str:
        return self.entry.key.removesuffix(self.entry.steps[0].key) + step.key

    def toggle_unfolded(self) -> None:
        """Expand or collapse the details of all skills."""
        expand = not self.unfolded
        for step in self.entry.steps:
            if _has_details(step) and self._is_unfolded(step) != expand:
                self.unfolded_keys.toggle(self._key(step))
        self.bring_up_to_date()

    def action_unfold(self) -> None:
        """Expand or collapse the details."""
        if self.can_focus:
            self.toggle_unfolded()

    def on_click(self, event: events.Click) -> None:
        if self.screen.selections or "@click" in event.style.meta:
            return
        step = self._step_at(event.get_content_offset_capture(self).y)
        if step and _has_details(step):
            self.unfolded_keys.toggle(self._key(step))
            self.bring_up_to_date()

    def _step_at(self, y: int) -> SkillStep | None:
        """Return the skill drawn at a line of the card."""
        columns = self._columns()
        for place, step in enumerate(self.entry.steps):
            y -= self.height_of(list(self._of(place, step, columns)))
            if y < 0:
                return step
        return None

    # -- drawing ---------------------------------------------------------------------------

    def rows(self) -> Sequence[Row]:
        columns = self._columns()
        return [
            row
            for place, step in enumerate(self.entry.steps)
            for row in self._of(place, step, columns)
        ]

    def _of(self, place: int, step: SkillStep, columns: _Columns) -> Iterator[Row]:
        title = self._title(place, step, columns)
        yield Row(title, self._glyph(step), self._duration(step), lines=1)
        if step.status in ("running", "failed") and (step.share is not None or step.stage):
            yield Row(_progress(step), lines=1)
        unfolded = self._is_unfolded(step)
        if step.error:
            limit = None if unfolded else _ERROR_LINES
            yield Row(Content.styled(_detail(step.error), BAD), lines=limit)
        elif note := _NOTES.get(step.status):
            yield Row(muted(note))
        if unfolded and step.result:
            yield Row(muted(_detail(step.result)))
        if self._has_jobs(step) and (unfolded or step.error):
            yield Row(_jobs_link(place))

    def _title(self, place: int, step: SkillStep, columns: _Columns) -> Content:
        name = line(step.skill) or Content("A skill")
        approval = self.entry.approvals[place] if self.entry.approvals else None
        if step.status == "failed":
            name = name.stylize(BAD)
        if _has_details(step) and (self.has_pseudo_class("hover") or self.has_class("-cursor")):
            name = Content.assemble(name, muted(" ▾" if self._is_unfolded(step) else " ▸"))
        if approval is not None:
            told = "  approved for this conversation" if approval.automatic else "  approved"
            name = Content.assemble(name, muted(told))
        if columns.axis is None:
            return name
        name = name.truncate(columns.name_cells, ellipsis=True, pad=True)
        return Content.assemble(name, " ", columns.axis.bar(self._spans(step, columns.axis)))

    def _columns(self) -> _Columns:
        """Divide the width among names and bars."""
        steps = self.entry.steps
        longest = max((line(step.skill).cell_length for step in steps), default=0)
        begin_ms, end_ms = self._times()
        room = self.content_size.width - _ASIDE_CELLS
        if len(steps) < 2 or begin_ms is None:
            return _Columns(longest)
        names = min(longest + 2, max(_LEAST_NAME_CELLS, room * 2 // 5))
        if (cells := room - names - 1) < _LEAST_BAR_CELLS:
            return _Columns(longest)
        return _Columns(names, TimeAxis(begin_ms, axis_ms(end_ms - begin_ms), cells))

    def _times(self) -> tuple[int | None, int]:
        """Return the start of the first skill, if any is known, and the last time so far."""
        steps = self.entry.steps
        begin_ms = min((s.started_ms for s in steps if s.started_ms is not None), default=None)
        last_ms = max(
            (t for s in steps for t in (s.started_ms, s.ended_ms) if t is not None), default=0
        )
        running = not self.is_paused and any(step.status == "running" for step in steps)
        return begin_ms, max(last_ms, stepped(self.now_ms())) if running else last_ms

    def _spans(self, step: SkillStep, axis: TimeAxis) -> Iterator[AxisSpan]:
        """Yield the parts of a bar; dotted where nothing is known."""
        _, last_ms = self._times()
        style = _STYLES.get(step.status, BUSY)
        begin_ms, end_ms = step.started_ms, step.ended_ms
        if begin_ms is None and end_ms is None:
            return
        unknown = begin_ms is None or (end_ms is None and (self.is_paused or not self.moves))
        yield AxisSpan(
            axis.begin_ms if begin_ms is None else begin_ms,
            last_ms if end_ms is None else end_ms,
            MUTED if unknown and end_ms is None else style,
            dotted=unknown,
        )

    def _glyph(self, step: SkillStep) -> Content:
        match step.status:
            case "running":
                return self.busy_glyph()
            case "completed":
                return DONE
            case "failed":
                return FAILED
            case "stopped":
                return _STOPPED
            case "unreported":
                return OPEN_END

    def _duration(self, step: SkillStep) -> Content:
        begin_ms, end_ms = step.started_ms, step.ended_ms
        if begin_ms is None and len(self.entry.steps) > 1:
            begin_ms, _ = self._times()
        if begin_ms is None:
            return Content("")
        if end_ms is not None:
            text = duration((end_ms - begin_ms) / 1000)
            return Content.styled(text, BAD if step.status == "failed" else MUTED)
        if step.status != "running" or self.is_paused:
            return Content("")
        return Content.styled(elapsed((stepped(self.now_ms()) - begin_ms) / 1000), BUSY)


def _has_details(step: SkillStep) -> bool:
    return bool(step.result or step.error)


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
