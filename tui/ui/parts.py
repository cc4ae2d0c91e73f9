"""What keys belong to, and in which order they are shown."""

from __future__ import annotations

TITLES = {
    "app": "Everywhere",
    "conversation": "Conversations",
    "question": "Questions",
    "composer": "Writing",
    "message": "Your messages",
    "reply": "Replies",
    "search": "Searching",
    "pane": "Panes",
    "transcript": "Reading",
    "sidebar": "In the list of conversations",
    "timeline": "In the timeline",
    "file": "Files of your message",
    "attach": "When you choose files",
    "paste": "When you look at a pasted text",
    "approval": "When a skill needs your approval",
    "decision": "When something is to be decided",
    "connection": "When a connection is needed",
    "login": "When you sign in",
    "studio": "Studio",
    "genies": "When you choose a genie",
    "client": "When you make a client",
    "secret": "When a key is shown",
    "policy": "When you change a guardrail",
    "replace": "Before a guardrail is replaced",
    "item": "When you change a topic or regex",
    "items": "In lists of topics and regexes",
    "form": "In the forms of guardrails",
    "jobs": "Recipes and jobs",
    "requests": "In the list of requests",
    "begin": "When you begin a conversation",
    "choice": "In forms",
    "pick": "When you choose from a list",
    "support": "For support",
    "help": "In this help",
}
"""By the first part of a command's id, in the order shown; others follow under that part's name."""

_PLACES = {part: number for number, part in enumerate(TITLES)}


def place_of(command_id: str) -> int:
    """Where a command comes in a list: what everybody needs is above."""
    return _PLACES.get(command_id.partition(".")[0], len(_PLACES))
