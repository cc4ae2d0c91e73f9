"""Conversion of turn snapshots into lines to read aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tui.core.approval_document import approval_document
from tui.core.event_labels import resumed_parts
from tui.core.links import shown_link
from tui.core.parameter_format import CHECKED
from tui.core.questions import changes, is_as_shown, question_name
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, Step, TextStep
from tui.core.text import clean_line, duration, percent
from tui.ui.screen_reader.spoken_markdown import SpokenMarkdown

if TYPE_CHECKING:
    from tui.core.parameters import ParameterRow
    from tui.core.turn import Turn

_DEEPEST_INDENT = 8
_ENDS = {"failed": "The agent failed.", "halted": "Stopped."}


class Announcer:
    """Announces each part of a turn once, as snapshots arrive."""

    def __init__(
        self,
        agent: str,
        number: dict[str, int],
        *,
        may_be_stopped: bool = False,
        answers_itself: Callable[[Turn, ApprovalStep], bool] = lambda turn, step: False,
        today: Callable[[], date] = lambda: datetime.now(UTC).astimezone().date(),
    ) -> None:
        """``number`` assigns numbers to questions; it is shared by all turns.

        ``may_be_stopped``: a missing reply may mean that the genie is stopped. ``answers_itself``
        returns True for an approval that the user is not asked for.
        """
        self._answers_itself = answers_itself
        self._today = today
        self._may_be_stopped = may_be_stopped
        self._agent = agent
        self._number = number
        self._announced: dict[str, str] = {}
        self._spoken: dict[str, SpokenMarkdown] = {}
        self._over = False

    def news(self, turn: Turn) -> Iterator[str]:
        """Return the new lines."""
        yield from self._prompt(turn)
        for step in turn.steps:
            if not isinstance(step, ApprovalStep) or not self._answers_itself(turn, step):
                yield from self._step(step)
        if turn.over and not self._over:
            self._over = True
            yield self._end(turn)

    def _changed(self, key: str, state: str) -> bool:
        before, self._announced[key] = self._announced.get(key), state
        return before != state

    def _prompt(self, turn: Turn) -> Iterator[str]:
        state = turn.prompt.state if turn.prompt else "sent"
        if not self._changed("prompt", state):
            return
        if state == "unconfirmed":
            yield (
                "Couldn't confirm that your message arrived. Type /again to send it again, "
                "or /drop to discard it."
            )

    def _step(self, step: Step) -> Iterator[str]:
        match step:
            case TextStep():
                yield from self._text(step)
            case SkillStep():
                yield from self._skill(step)
            case ApprovalStep():
                yield from self._approval(step)
            case ConnectionStep():
                yield from self._connection(step)
            case BreakStep() if step.is_over and not step.is_short:
                if self._changed(step.key, "over"):
                    yield f"{', '.join(resumed_parts(step))}."
            case BreakStep():
                pass  # an outage is announced while it lasts

    def _skill(self, step: SkillStep) -> Iterator[str]:
        """Announce its start, its progress and its end."""
        state = [_of_skill(step)] if self._changed(step.key, step.status) else []
        progress = [*self._progress(step)]
        yield from (*state, *progress) if step.status == "running" else (*progress, *state)

    def _progress(self, step: SkillStep) -> Iterator[str]:
        """Announce another quarter or another stage, not every step."""
        quarter = min(3, int((step.share or 0) * 4))
        is_news = (quarter or step.stage) and step.status != "completed"
        if is_news and self._changed(f"{step.key}/progress", f"{quarter} {step.stage}"):
            name = clean_line(step.skill) or "A skill"
            share = "" if step.share is None else percent(step.share)
            told = ", ".join(filter(None, (share, clean_line(step.stage, 200))))
            yield f"Skill {name}: {told}."

    def _text(self, step: TextStep) -> Iterator[str]:
        """Return whole lines while the text streams, the rest once it is settled."""
        said = self._announced.get(step.key)
        if said is None:
            yield f"{self._agent} says:"
        if said is None or not step.text.startswith(said):
            said, self._spoken[step.key] = "", SpokenMarkdown()
        end = len(step.text) if step.settled else step.text.rfind("\n") + 1
        self._announced[step.key] = step.text[: max(end, len(said))]
        for line in step.text[len(said) : end].splitlines():
            spoken = self._spoken[step.key].line(line)
            if spoken is not None and spoken.strip():
                yield spoken

    def _approval(self, step: ApprovalStep) -> Iterator[str]:
        skill = clean_line(step.request.skill) or "a skill"
        state = step.decision or ("expired" if step.expired else f"waiting {step.revision}")
        if not self._changed(step.key, state):
            return
        if not state.startswith("waiting"):
            if step.automatic and state == "approved":
                state = "approved automatically, for this conversation"
            yield f"{skill}: {'no longer pending' if state == 'expired' else state}."
            if not is_as_shown(step):
                yield "Its parameters changed after your decision."
            return
        number = self._number_of(question_name(step))
        if step.asked_first:
            yield "The parameters changed:"
            for change in changes(step.asked_first, step.request):
                yield f"  {change}"
        yield f"Question {number}: {self._agent} wants to run {skill}. Nothing has been done yet."
        document = approval_document(step.request.schema, step.request.parameters, self._today())
        for row in (*filter(None, (document.reason,)), *document.rows):
            yield from _parameter(row)
        yield (
            f"To approve, type /approve {number}. To reject, type /reject {number} and a reason."
        )
        if step.revision == 0:
            yield (
                f"To approve later calls of {skill} in this conversation too, whatever their "
                f"parameters, type /approve {number} conversation."
            )

    def _connection(self, step: ConnectionStep) -> Iterator[str]:
        name = clean_line(step.connector) or "A connection"
        state = step.outcome or ("expired" if step.expired else f"waiting {step.url or ''}")
        if not self._changed(step.key, state):
            return
        if not state.startswith("waiting"):
            yield f"{name}: {'no longer pending' if state == 'expired' else state}."
            return
        number = self._number_of(step.attempt_id)
        where = shown_link(step.url) if step.url else "the link isn't ready yet"
        yield f"Question {number}: {name} needs you to sign in: {where}"
        yield f"The agent continues automatically after that. To decline, type /reject {number}."

    def _number_of(self, name: str) -> int:
        return self._number.setdefault(name, len(self._number) + 1)

    def _end(self, turn: Turn) -> str:
        reason = clean_line(turn.reason, 400)
        if turn.outcome != "finished":
            text = _ENDS.get(turn.outcome or "", "The agent reached its turn limit.")
            return f"{text} {reason}".rstrip()
        if reason:
            return f"End of the reply. The agent reported an error. {reason}"
        if turn.reply:
            return "End of the reply."
        hint = " Check that the genie is started." if self._may_be_stopped else ""
        return f"No reply.{hint}"


def _parameter(row: ParameterRow) -> Iterator[str]:
    """Return a parameter in lines: its label, value and hint, and the items of a table."""
    sent = f" ({row.raw})" if row.raw else ""
    value = "" if row.form == "absent" else f"{_spoken(row)}{sent}"
    gap = " " if value.endswith((".", "!", "?")) else ". "
    hint = f"{gap if value else ''}{row.hint}" if row.hint else ""
    text = ": ".join(part for part in (row.label, f"{value}{hint}") if part)
    indent = "  " * (min(row.depth, _DEEPEST_INDENT) + 1)
    yield from (f"{indent}{line}" for line in text.split("\n"))
    if row.grid is not None:
        for number, item in enumerate(row.grid.rows, start=1):
            cells = zip(row.grid.columns, item, strict=True)
            told = [f"{name} {_spoken(cell)}" for name, cell in cells if cell.form != "absent"]
            yield f"{indent}  {number}: {', '.join(told)}"


def _spoken(row: ParameterRow) -> str:
    return "yes" if row.value == CHECKED else row.value


def _of_skill(step: SkillStep) -> str:
    name = clean_line(step.skill) or "A skill"
    match step.status:
        case "running":
            return f"Skill {name}: running."
        case "failed":
            return f"Skill {name}: failed. {clean_line(step.error or '', 400)}".rstrip()
        case "stopped":
            return f"Skill {name}: stopped before it ended."
        case "unreported":
            return f"Skill {name}: no result reported."
        case "completed" if step.started_ms is not None and step.ended_ms is not None:
            return f"Skill {name}: done in {duration((step.ended_ms - step.started_ms) / 1000)}."
        case "completed":
            return f"Skill {name}: done."
