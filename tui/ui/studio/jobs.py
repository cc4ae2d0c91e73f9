"""Dialog with the recipe behind a skill and its latest jobs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean, clean_line, duration, plural
from tui.ui.app.messages import CopyText
from tui.ui.app.stylesheets import STUDIO_SHEET
from tui.ui.studio.worker_errors import unexpected_error
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, DialogHead, KeyHints
from tui.ui.toolkit.state_glyphs import ASKS, BAD, BUSY_STILL, DONE, FAILED, GOOD, UNSURE, muted
from tui.ui.toolkit.text import line, plain, spread

if TYPE_CHECKING:
    from tui.studio.models import Job, Recipe, RecipeId
    from tui.ui.studio.connection import StudioConnection

_MOST = 25
"""Number of jobs to read, newest first."""
_LONGEST_ERROR = 20_000


class JobsModal(SafeModal[None]):
    """The recipe, its newest jobs, and the error of the job under the cursor."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STUDIO_SHEET]
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="jobs.copy", tooltip="Copy the job and its error"),
        Binding("f", "only_failed", "Failed", id="jobs.failed", tooltip="Show failed jobs only"),
        Binding("f5,r", "read", "Refresh", id="jobs.read", tooltip="Refresh the jobs"),
        Binding("escape,q", "leave", "Close", id="jobs.close", tooltip="Close"),
    ]

    def __init__(self, studio: StudioConnection, recipe_id: RecipeId, skill: str) -> None:
        super().__init__()
        self._studio = studio
        self._recipe_id = recipe_id
        self._skill = skill
        self._recipe: Recipe | None = None
        self._jobs: Sequence[Job] = ()
        self._failed_only = False

    def compose(self) -> ComposeResult:
        with Dialog(classes="-large"):
            yield Static(id="jobs-state", classes="modal--lead")
            yield SafeOptionList(compact=True, classes="modal--body")
            with VerticalScroll(can_focus=False, classes="jobs--error well"):
                yield Static(id="jobs-error")
            yield KeyHints(("c", "copy"), ("f", "failed only"), ("r", "refresh"))

    def on_mount(self) -> None:
        self._draw_name()
        self.action_read()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(".jobs--error").styles.max_height = max(3, event.size.height // 4)
        self.call_after_refresh(self._draw)

    # -- reading ---------------------------------------------------------------------------

    @work(group="jobs", exclusive=True, exit_on_error=False)
    async def action_read(self) -> None:
        """Read the recipe and its newest jobs."""
        self._tell("Loading…")
        status = "failed" if self._failed_only else None
        try:
            studio = await self._studio.client()
            self._recipe = await studio.recipes.get(self._recipe_id)
            self._draw_name()
            jobs: list[Job] = []
            async with aclosing(studio.jobs.list(self._recipe_id, status=status)) as listed:
                async for job in listed:
                    jobs.append(job)
                    if len(jobs) == _MOST:
                        break
        except BackendError as error:
            gone = (
                " It may belong to another workspace." if error.kind is ErrorKind.NOT_FOUND else ""
            )
            self._tell(f"✗ {error.sentence()}{gone}", BAD)
            return
        self._jobs = jobs
        self._tell(self._counted())
        self._draw(first_failed=True)

    def _draw_name(self) -> None:
        recipe = self._recipe
        name = line((recipe.name if recipe else "") or self._skill or "A recipe", 100)
        about = f"recipe {clean_line(self._recipe_id, 30)}"
        running = Content("")
        if recipe:
            running = Content.styled("running" if recipe.running else "stopped", _of(recipe))
        parts = Content.assemble(name.stylize("bold"), "  ", muted(about), "  ", running)
        self.query_one(DialogHead).show(title=parts)

    def _counted(self) -> str:
        """Return the counts of all jobs and of those shown, in words."""
        recipe = self._recipe
        told = ""
        if recipe and recipe.job_succeeded_count is not None:
            told = f"{recipe.job_succeeded_count} succeeded, {recipe.job_failed_count or 0} failed"
        kind = "failed job" if self._failed_only else "job"
        shown = f"newest {len(self._jobs)} {kind}s"
        if len(self._jobs) < _MOST:
            shown = plural(len(self._jobs), kind)
        if not self._jobs:
            shown = f"no {kind} yet"
        return f"{told}; {shown}" if told else shown.capitalize()

    def _tell(self, sentence: str, style: str = "$muted") -> None:
        self.query_one("#jobs-state", Static).update(line(sentence, 800).stylize(style))

    # -- drawing ---------------------------------------------------------------------------

    @property
    def chosen(self) -> Job | None:
        """The job under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._jobs[place] if place is not None and place < len(self._jobs) else None

    def _draw(self, *, first_failed: bool = False) -> None:
        rows = self.query_one(OptionList)
        before = rows.highlighted or 0
        width = max(20, rows.scrollable_content_region.width - 2)
        rows.set_options(Option(job_row(job, width)) for job in self._jobs)
        failed = (place for place, job in enumerate(self._jobs) if job.failed)
        place = next(failed, 0) if first_failed else before
        rows.highlighted = place if self._jobs else None
        self._show_error()

    @on(OptionList.OptionHighlighted)
    def _show_error(self) -> None:
        job = self.chosen
        error = job.error.strip() if job else ""
        if job and job.failed and not error:
            error = "The job failed without an error message."
        told = plain(error[:_LONGEST_ERROR]).stylize(BAD)
        self.query_one("#jobs-error", Static).update(told)
        self.query_one(".jobs--error").display = bool(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if error := unexpected_error(event):
            self._tell(f"✗ {error.sentence()}", BAD)

    # -- keys ------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def action_copy(self) -> None:
        """Copy what is known of the job under the cursor."""
        if job := self.chosen:
            name = self._recipe.name if self._recipe else self._skill
            head = f"{clean_line(name)} (recipe {self._recipe_id}), job {job.id}: {job.status}"
            self.post_message(CopyText(clean(f"{head}\n{job.error}".strip()), "The job"))

    def action_only_failed(self) -> None:
        self._failed_only = not self._failed_only
        self.action_read()

    def action_leave(self) -> None:
        self.dismiss(None)


def job_row(job: Job, width: int) -> Content:
    """Return a job on one line: result, start, title, duration."""
    began = _time(job.started_at)
    took = ""
    if job.started_at is not None and job.completed_at is not None:
        took = duration(max(0, job.completed_at - job.started_at) / 1000)
    state = "failed" if job.failed else clean_line(job.status, 20) or "unknown"
    left = Content.assemble(
        _glyph(job), " ", muted(f"{began:<17}"), f"{state:<10} ", line(job.title or job.id, 120)
    )
    return spread(left, muted(took), width, gap=2)


def _glyph(job: Job) -> Content:
    if job.failed:
        return FAILED
    return {"succeeded": DONE, "pending": BUSY_STILL}.get(job.status, UNSURE)


def _of(recipe: Recipe) -> str:
    return GOOD if recipe.running else ASKS


def _time(at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M}"
