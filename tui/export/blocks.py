"""Blocks of a conversation, for the formats that people read. All texts are sanitized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.core.event_labels import resumed_parts
from tui.core.events import TurnFinished
from tui.core.json_text import fenced_if_json
from tui.core.links import link_host
from tui.core.parameters import ParameterRow, parameter_rows
from tui.core.questions import is_as_shown
from tui.core.records import SENT_BY_APP, Prompt
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, TextStep
from tui.core.text import duration, plural, size
from tui.core.turn import Turn
from tui.export.sanitize import Sanitizer

Tone = Literal["good", "bad", "asks", "calm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """Message: plain text of the user, or Markdown of the agent."""

    by_user: bool
    text: str
    at_ms: int | None = None
    files: tuple[str, ...] = ()
    note: str = ""
    """Outcome of the message, unless it simply was sent."""
    by_app: bool = False
    """genie-tui wrote the text, not the user."""

    def author(self, agent: str) -> str:
        """Return the name above the message."""
        return "genie-tui" if self.by_app else "You" if self.by_user else agent


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionBlock:
    """One line about an action or event."""

    tone: Tone
    glyph: str
    what: str
    about: str = ""
    took: str = ""
    rows: tuple[ParameterRow, ...] = ()
    """Parameters for a skill that needed approval."""


Block = TextBlock | ActionBlock

_PROMPT_NOTES = {
    "queued": "Not sent yet.",
    "sending": "Not confirmed yet.",
    "unconfirmed": "Not confirmed. The agent may not have seen this message.",
    "refused": "Not sent.",
}
_ENDS: dict[str, tuple[Tone, str, str]] = {
    "failed": ("bad", "✗", "The agent failed."),
    "halted": ("asks", "■", "Stopped."),
    "limit": ("asks", "◌", "The agent reached its turn limit."),
}


def blocks_of(turn: Turn, safe: Sanitizer) -> Iterator[Block]:
    """Yield the blocks of a turn, from top to bottom."""
    if turn.prompt:
        yield _prompt(turn.prompt, safe)
    for step in turn.steps:
        match step:
            case TextStep():
                yield TextBlock(
                    by_user=False, text=fenced_if_json(safe.text(step.text)), at_ms=step.at_ms
                )
            case SkillStep():
                yield _skill(step, safe)
            case ApprovalStep():
                yield _approval(step, safe)
            case ConnectionStep():
                yield _connection(step, safe)
            case BreakStep():
                yield _break(step)
    if turn.outcome in _ENDS:
        tone, glyph, what = _ENDS[turn.outcome]
        reason = next((e.reason for e in turn.log[::-1] if isinstance(e, TurnFinished)), None)
        yield ActionBlock(tone=tone, glyph=glyph, what=what, about=safe.line(reason or "", 600))


def counted(blocks: Sequence[Block]) -> str:
    """Return the number of messages: ``12 messages``."""
    count = sum(isinstance(block, TextBlock) for block in blocks)
    return plural(count, "message")


def _prompt(prompt: Prompt, safe: Sanitizer) -> TextBlock:
    files = (f"{safe.line(file.name)} ({size(file.size_bytes)})" for file in prompt.attachments)
    note = _PROMPT_NOTES.get(prompt.state, "")
    return TextBlock(
        by_user=True,
        by_app=prompt.is_by_app,
        text=safe.text(prompt.text.removeprefix(SENT_BY_APP)),
        at_ms=prompt.at_ms or None,
        files=tuple(files),
        note=f"{note} {safe.line(prompt.problem, 400)}".strip() if note else "",
    )


def _skill(step: SkillStep, safe: Sanitizer) -> ActionBlock:
    took = ""
    if step.started_ms is not None and step.ended_ms is not None:
        took = duration((step.ended_ms - step.started_ms) / 1000)
    tone, glyph, about = _SKILL_ENDS[step.status]
    about = safe.line(step.error, 600) if step.error else about
    return ActionBlock(tone=tone, glyph=glyph, what=safe.line(step.skill), about=about, took=took)


_SKILL_ENDS: dict[str, tuple[Tone, str, str]] = {
    "completed": ("good", "✓", ""),
    "failed": ("bad", "✗", "failed"),
    "running": ("calm", "○", "still running"),
    "stopped": ("calm", "■", "stopped before it ended"),
    "unreported": ("calm", "◌", "no result reported"),
}


def _approval(step: ApprovalStep, safe: Sanitizer) -> ActionBlock:
    request = step.request
    rows = tuple(
        ParameterRow(
            label=safe.line(row.label),
            value=safe.text(row.value),
            depth=row.depth,
            form=row.form,
        )
        for row in parameter_rows(request.schema, request.parameters)
    )
    tone: Tone = "asks"
    glyph, verdict = "◆", "waiting for approval"
    if step.decision == "approved":
        verdict = "approved automatically, for the conversation" if step.automatic else "approved"
        tone, glyph = "good", "✓"
    elif step.decision == "rejected":
        reason = f": {safe.line(step.reason, 600)}" if step.reason else ""
        tone, glyph, verdict = "bad", "✗", f"rejected{reason}"
    elif step.expired:
        tone, verdict = "calm", "approval requested; no decision recorded"
    if step.shown_digest:
        verdict += f" (shown: {safe.digest(step.shown_digest)})"
        if not is_as_shown(step):
            verdict += "; the parameters changed afterwards, and the newest are below"
    elif step.asked_first:
        verdict += "; the parameters changed, and the newest are below"
    return ActionBlock(
        tone=tone, glyph=glyph, what=safe.line(request.skill), about=verdict, rows=rows
    )


def _break(step: BreakStep) -> ActionBlock:
    if not step.is_over:
        return ActionBlock(tone="bad", glyph="↯", what="Connection lost", about="not resumed yet")
    what, *more = resumed_parts(step)
    tone: Tone = "asks" if step.missing or step.complete is False else "good"
    return ActionBlock(tone=tone, glyph="↻", what=what, about=" · ".join(more))


def _connection(step: ConnectionStep, safe: Sanitizer) -> ActionBlock:
    what = f"Connection to {safe.line(step.connector) or 'a service'}"
    tone: Tone = "asks"
    glyph = "◇"
    verdict = "waiting for sign-in"
    if step.outcome is not None:
        tone, glyph = ("good", "✓") if step.outcome == "authorized" else ("bad", "✗")
        verdict = step.outcome
    elif step.expired:
        tone, verdict = "calm", "sign-in requested; no result recorded"
    host = link_host(step.url) if step.url else None
    return ActionBlock(
        tone=tone, glyph=glyph, what=what, about=f"{verdict} (at {host})" if host else verdict
    )
