"""Identifiers. All except ``TurnId`` come from a server and are opaque."""

from __future__ import annotations

from typing import NewType

ConversationId = NewType("ConversationId", str)
RunId = NewType("RunId", str)
"""One request/response cycle of the agent: a genie run, or a task of a workflow."""
MessageId = NewType("MessageId", str)
CallId = NewType("CallId", str)
"""Skill call that requires a decision."""
AttemptId = NewType("AttemptId", str)
"""Attempt to authorize a runtime connection."""
FileId = NewType("FileId", str)
SkillId = NewType("SkillId", str)
"""Skill that can be installed in a conversation."""
TurnId = NewType("TurnId", str)
"""Local id of one user message and everything it caused. Exists before anything is sent."""

_LOCAL = "local:"
_SHORTEST_UNIQUE = 16


def local_conversation(name: str) -> ConversationId:
    """Return an id for a conversation that no server has created yet."""
    return ConversationId(_LOCAL + name)


def is_local(conversation_id: ConversationId) -> bool:
    """Return True if the conversation was started here and not yet created at the server."""
    return conversation_id.startswith(_LOCAL)


def within_run(name: str, run_id: str | None) -> str:
    """Return a name that is unique in the conversation: short ids are prefixed with their run.

    Services were seen to begin again at 1 with each run. Long ids (UUIDs and the like) are unique
    by themselves, and may come by a way that does not name the run.
    """
    return name if run_id is None or len(name) >= _SHORTEST_UNIQUE else f"{run_id}/{name}"
