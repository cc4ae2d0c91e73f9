"""Names of things. All but ``TurnId`` come from a server and are opaque."""

from __future__ import annotations

from typing import NewType

ConversationId = NewType("ConversationId", str)
RunId = NewType("RunId", str)
"""One request/response cycle of the agent: a genie run, or a task of a workflow."""
MessageId = NewType("MessageId", str)
CallId = NewType("CallId", str)
"""A skill call that waits for a decision."""
AttemptId = NewType("AttemptId", str)
"""An attempt to authorise a runtime connection."""
FileId = NewType("FileId", str)
SkillId = NewType("SkillId", str)
"""A skill that can be installed in a conversation."""
TurnId = NewType("TurnId", str)
"""Ours: one user message and everything that came of it. Exists before anything is sent."""

_LOCAL = "local:"
_SHORTEST_UNIQUE = 16


def local_conversation(name: str) -> ConversationId:
    """An id for a conversation that no server knows yet."""
    return ConversationId(_LOCAL + name)


def is_local(conversation_id: ConversationId) -> bool:
    """Whether the conversation was begun here and not yet created at the server."""
    return conversation_id.startswith(_LOCAL)


def within_run(name: str, run_id: str | None) -> str:
    """Name something that a service numbers; an id as short as a counter counts with its run.

    Services were seen to begin again at 1 with each run. Long ids (UUIDs and the like) are unique
    by themselves, and may come by a way that does not name the run.
    """
    return name if run_id is None or len(name) >= _SHORTEST_UNIQUE else f"{run_id}/{name}"
