"""List of the open questions of all conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.core.approval_document import approval_document
from tui.core.links import link_host
from tui.core.parameters import in_brief
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import ago
from tui.ui.keys.labels import key_at
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.state_glyphs import ASKS, day_of, muted
from tui.ui.toolkit.text import line, spread
from tui.ui.transcript.question_cards import countdown_s, time_left

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested
    from tui.ui.chat.active_turns import PendingQuestion

_BRIEF_ROWS = 4


@dataclass(frozen=True, slots=True)
class QuestionChoice:
    """Question that the user chose, and what to do with it."""

    question: PendingQuestion
    act: Literal["open", "show"]


class QuestionListModal(SafeModal[QuestionChoice | None]):
    """Shows each question in two lines. Returns the one to open or to show; None: neither."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", tooltip="Close", id="questions.close"),
        Binding("v", "show", "Show", tooltip="Show the conversation", id="questions.show"),
        Binding(
            DEFAULT_KEYS["question.answer"], "answer", "Next", show=False, id="question.answer"
        ),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(
        self,
        questions: Callable[[], Sequence[PendingQuestion]],
        title_of: Callable[[PendingQuestion], str],
        now_ms: Callable[[], int],
        *,
        first: PendingQuestion | None = None,
    ) -> None:
        """``questions`` returns the open questions; ``first`` is selected."""
        super().__init__()
        self._read = questions
        self._title_of = title_of
        self._now_ms = now_ms
        self._questions = list(questions())
        self._first = first
        self._timer: Timer | None = None
        self._briefs: dict[str, str] = {}
        """Content of each version of a question in a few words."""

    def compose(self) -> ComposeResult:
        with Dialog(self._heading):
            yield SafeOptionList(compact=True, classes="modal--body")
            yield KeyHints(
                ("Enter", "open"),
                ("↑ ↓", "choose"),
                (key_at(self, "questions.show"), "show the conversation"),
            )

    def on_mount(self) -> None:
        self._fill()
        self._select(self._first.key if self._first else None)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    def update(self) -> None:
        """Show the questions that are open now; closes when there is none."""
        self._questions = list(self._read())
        if not self._questions and self.is_active:
            self.dismiss(None)
        elif self.is_mounted:
            self._fill()

    # -- the list --------------------------------------------------------------------------

    @property
    def _heading(self) -> str:
        count = len(self._questions)
        return "1 question waits for you" if count == 1 else f"{count} questions wait for you"

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def _selected(self) -> PendingQuestion | None:
        option = self._list.highlighted_option
        return next((q for q in self._questions if option and q.key == option.id), None)

    def _fill(self) -> None:
        selected = self._selected
        self.query_one(Dialog).head.show(title=self._heading)
        with self.prevent(OptionList.OptionHighlighted):
            self._list.set_options(self._options())
        self._select(selected.key if selected else None)
        self._schedule()

    def _options(self) -> Iterator[Option]:
        for number, question in enumerate(self._questions):
            if number:
                yield Option("", disabled=True)
            yield Option(self._prompt(question, is_selected=False), id=question.key)

    def _select(self, key: str | None) -> None:
        if not self._questions:
            return
        keys = [question.key for question in self._questions]
        self._list.highlighted = 2 * (keys.index(key) if key in keys else 0)
        self._show_selected()

    @on(OptionList.OptionHighlighted)
    def _show_selected(self) -> None:
        """Draw the selected question in the color of the cursor alone."""
        selected = self._selected
        for question in self._questions:
            prompt = self._prompt(question, is_selected=question is selected)
            self._list.replace_option_prompt(question.key, prompt)

    def _schedule(self) -> None:
        """Draw again when a countdown changes; no timer without one."""
        if self._timer is not None:
            self._timer.stop()
        now_ms = self._now_ms()
        waits = [countdown_s(q.expires_ms, now_ms) for q in self._questions]
        soonest = min((wait for wait in waits if wait is not None), default=None)
        self._timer = self.set_timer(soonest, self._count_down) if soonest else None

    def _count_down(self) -> None:
        self._show_selected()
        self._schedule()

    def _prompt(self, question: PendingQuestion, *, is_selected: bool) -> Content:
        width = self._list.scrollable_content_region.width - 2
        glyph, what, kind, brief = self._words(question)
        left = time_left(question.expires_ms, self._now_ms())
        age = ago(question.asked_ms, self._now_ms()) if question.asked_ms else ""
        when = Content.styled(left, ASKS) if left else muted(age)
        title = line(self._title_of(question), 40)
        place = muted(f"in “{title.plain}”") if title else Content("")
        above = Content.assemble((f"{glyph} ", ASKS), what.stylize("bold"), "   ", muted(kind))
        below = Content.assemble("  ", muted(brief))
        lines = (
            spread(above, when, width, gap=2),
            spread(below, place, width, gap=2, most=0.6),
        )
        prompt = Content("\n").join(lines)
        if is_selected:
            return Content(prompt.plain).stylize("bold", 2, 2 + len(what))
        return prompt

    def _words(self, question: PendingQuestion) -> tuple[str, Content, str, str]:
        """Return glyph, subject, kind and content of a question in a few words."""
        match question.step:
            case ApprovalStep(request=request):
                name = f"{question.key}/{question.step.revision}"
                if name not in self._briefs:
                    self._briefs[name] = self._brief(request)
                skill = line(request.skill) or Content("A skill")
                return "◆", skill, "Approval", self._briefs[name]
            case ConnectionStep(connector=connector, url=url):
                subject = line(f"Sign in to {connector or 'a service'}")
                return "◇", subject, "Connection", (url and link_host(url)) or "no link yet"

    def _brief(self, request: ApprovalRequested) -> str:
        today = day_of(self._now_ms())
        rows = approval_document(request.schema, request.parameters, today).rows
        return " · ".join(f"{row.label} {row.value}" for row in in_brief(rows, _BRIEF_ROWS))

    # -- keys ------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        self._choose("open")

    def action_show(self) -> None:
        self._choose("show")

    def _choose(self, act: Literal["open", "show"]) -> None:
        if question := self._selected:
            self.dismiss(QuestionChoice(question, act))

    def action_answer(self) -> None:
        """Select the next question, after the last one the first."""
        if selected := self._selected:
            place = self._questions.index(selected) + 1
            self._select(self._questions[place % len(self._questions)].key)

    def action_leave(self) -> None:
        self.dismiss(None)
