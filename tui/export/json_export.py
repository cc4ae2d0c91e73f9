"""JSON export, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tui.core.json_values import write_json
from tui.core.records import Prompt
from tui.core.turn import Turn
from tui.export.blocks import TextBlock, blocks_of
from tui.export.sanitize import Sanitizer
from tui.export.source import ExportSource

VERSION = 1
"""Version of the format; programs that read it should check it."""


def as_json(chronicle: ExportSource) -> str:
    """Return the conversation, its turns, and every event with its payload; times are RFC 3339."""
    safe = Sanitizer(chronicle.events)
    conversation = chronicle.conversation
    whole = {
        "format": "genie-tui conversation",
        "version": VERSION,
        "exported_at": chronicle.iso(chronicle.exported_ms),
        "agent": safe.line(chronicle.agent),
        "agent_id": safe.line(chronicle.agent_id) or None,
        "conversation": {
            "id": safe.line(conversation.id),
            "title": safe.line(chronicle.title, 100),
            "created_at": chronicle.iso(conversation.created_ms),
            "updated_at": chronicle.iso(conversation.updated_ms),
        },
        "turns": [_turn(turn, chronicle, safe) for turn in chronicle.turns],
        "events": [safe.event(event) for event in chronicle.events],
    }
    return write_json(whole, ensure_ascii=False, indent=2) + "\n"


def _turn(turn: Turn, chronicle: ExportSource, safe: Sanitizer) -> dict[str, Any]:
    return {
        "id": safe.line(turn.id),
        "run_id": safe.line(turn.run_id) if turn.run_id else None,
        "outcome": turn.outcome,
        "started_at": chronicle.iso(turn.started_ms),
        "ended_at": chronicle.iso(turn.ended_ms),
        "usage": asdict(turn.usage) if turn.usage else None,
        "prompt": _prompt(turn.prompt, chronicle, safe) if turn.prompt else None,
        "replies": [
            {"text": block.text, "at": chronicle.iso(block.at_ms)}
            for block in blocks_of(turn, safe)
            if isinstance(block, TextBlock) and not block.by_user
        ],
    }


def _prompt(prompt: Prompt, chronicle: ExportSource, safe: Sanitizer) -> dict[str, Any]:
    return {
        "text": safe.text(prompt.text),
        "at": chronicle.iso(prompt.at_ms or None),
        "state": prompt.state,
        "problem": safe.line(prompt.problem, 600) or None,
        "files": [
            {"name": safe.line(file.name), "size_bytes": file.size_bytes}
            for file in prompt.attachments
        ],
    }
