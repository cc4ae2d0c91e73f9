"""Groups of commands and their order in lists, and default keys shown outside their widgets.

Data only: a widget that shows the key of a command must not import its screen. The bindings take
their keys from here, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEFAULT_KEYS: Final[Mapping[str, str]] = {
    "app.back": "escape",
    "app.retry": "ctrl+r",
    "conversation.new": "ctrl+n",
    "conversation.wake": "alt+a",
    "question.answer": "ctrl+g",
    "studio.start": "f10",
    "turn.halt": "ctrl+s",
    "turn.stop_waiting": "ctrl+l",
}
"""By command id."""

TITLES = {
    "app": "Everywhere",
    "conversation": "Conversations",
    "question": "Questions",
    "turn": "While the agent works",
    "composer": "Writing",
    "message": "Your messages",
    "reply": "Replies",
    "search": "Searching",
    "pane": "Panes",
    "transcript": "Reading",
    "welcome": "In an empty conversation",
    "card": "On a question in the conversation",
    "skill": "On a skill in the conversation",
    "sidebar": "In the list of conversations",
    "timeline": "In the timeline",
    "file": "Files of your message",
    "attach": "When you choose files",
    "paste": "When you look at a pasted text",
    "picture": "When you look at a picture",
    "edit": "When you change a message that waits",
    "rename": "When you rename a conversation",
    "export": "When you export a conversation",
    "source": "When you view a message as text",
    "event": "When you look at an event",
    "approval": "When a skill needs your approval",
    "decision": "When something is to be decided",
    "reason": "When you say why",
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
    "begin": "In the options of a conversation",
    "choice": "In forms",
    "option": "In a form's lists",
    "pick": "When you choose from a list",
    "menu": "In a menu",
    "confirm": "When you are asked yes or no",
    "ask": "When you are asked for a text",
    "modal": "In questions and details",
    "setup": "When you set it up",
    "support": "For support",
    "help": "In this help",
}
"""By the first part of a command's id, in display order; others follow under that part's name."""

_FIRST = (
    "conversation.options",
    "conversation.new",
    "conversation.skills",
    "conversation.import",
    "conversation.wake",
)
"""Commands shown before the others of their group in the help."""

_POSITIONS = {part: number for number, part in enumerate(TITLES)}


def group_position(command_id: str) -> int:
    """Return the position of a command's group in a list; the most common come first."""
    return _POSITIONS.get(command_id.partition(".")[0], len(_POSITIONS))


def help_position(command_id: str) -> tuple[int, int]:
    """Return the sort key of a command in the help; commands of one group keep their order."""
    position = _FIRST.index(command_id) if command_id in _FIRST else len(_FIRST)
    return group_position(command_id), position
