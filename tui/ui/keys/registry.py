"""Groups of commands and their order in lists, and default keys shown outside their widgets.

Data only: a widget that shows the key of a command must not import its screen. The bindings take
their keys from here, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.core.ports import Capability

DEFAULT_KEYS: Final[Mapping[str, str]] = {
    "app.back": "escape",
    "app.retry": "ctrl+r",
    "conversation.new": "ctrl+n",
    "conversation.wake": "alt+a",
    "question.answer": "ctrl+g",
    "question.revoke": "alt+g",
    "search.open": "ctrl+f",
    "studio.start": "f10",
    "turn.halt": "ctrl+s",
    "turn.leave": "escape",
    "turn.stop": "escape",
    "turn.stop_waiting": "ctrl+l",
}
"""By command id."""

ALTERNATIVES: Final = (
    frozenset({"app.back", "turn.leave", "turn.stop"}),
    frozenset({"conversation.tags", "sidebar.tags"}),
    frozenset({"conversation.archive", "sidebar.archive"}),
)
"""Commands that can share a key: ``check_action`` of the chat screen allows one at a time."""

TITLES = {
    "app": "General",
    "conversation": "Conversations",
    "question": "Questions",
    "turn": "While the agent works",
    "composer": "Writing a message",
    "message": "Your messages",
    "reply": "Replies",
    "search": "Search",
    "replay": "Replay",
    "pane": "Panes",
    "transcript": "Reading",
    "welcome": "Empty conversation",
    "card": "Question card",
    "skill": "Skill card",
    "sidebar": "Conversation list",
    "timeline": "Timeline",
    "file": "Attached files",
    "attach": "File picker",
    "paste": "Pasted text",
    "picture": "Picture preview",
    "edit": "Edit queued message",
    "rename": "Rename dialog",
    "tags": "Tags dialog",
    "export": "Export dialog",
    "source": "Message source",
    "event": "Event details",
    "approval": "Approval dialog",
    "decision": "All question dialogs",
    "questions": "List of questions",
    "reason": "Rejection reason",
    "connection": "Connection dialog",
    "login": "Sign-in dialog",
    "studio": "Studio",
    "genies": "Genie picker",
    "client": "New client dialog",
    "secret": "API key dialog",
    "policy": "Guardrail editor",
    "replace": "Guardrail review",
    "item": "Topic and regex editor",
    "items": "Topic and regex lists",
    "form": "Guardrail forms",
    "jobs": "Recipes and jobs",
    "requests": "Request list",
    "begin": "Conversation options",
    "choice": "Forms",
    "option": "Lists in forms",
    "pick": "List picker",
    "menu": "Menus",
    "confirm": "Confirmation dialog",
    "ask": "Text dialog",
    "modal": "All dialogs",
    "setup": "Setup",
    "support": "Support",
    "palette": "Command palette",
    "theme": "Theme picker",
    "help": "Help",
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


_NEEDS: Mapping[str, Capability] = {
    "approval": Capability.APPROVE,
    "attach": Capability.UPLOAD,
    "begin": Capability.CHOOSE,
    "card.connect": Capability.CONNECT,
    "card.decide": Capability.APPROVE,
    "connection": Capability.CONNECT,
    "conversation.import": Capability.BUNDLE,
    "conversation.options": Capability.CHANGE,
    "conversation.skills": Capability.SKILLS,
    "conversation.wake": Capability.WAKE,
    "decision": Capability.APPROVE | Capability.CONNECT,
    "file": Capability.UPLOAD,
    "message.attach": Capability.UPLOAD,
    "paste.attach": Capability.UPLOAD,
    "picture": Capability.UPLOAD,
    "question": Capability.APPROVE | Capability.CONNECT,
    "reason": Capability.APPROVE | Capability.CONNECT,
    "turn.halt": Capability.HALT,
    "turn.stop": Capability.HALT,
}
"""By a command's id or the first part of it; one of these is enough."""
_OF_STUDIO = frozenset(
    {"client", "form", "genies", "item", "items", "jobs", "policy", "replace", "secret", "studio"}
    | {"event.jobs", "timeline.jobs", "transcript.jobs"}
)


def exists_with(command_id: str, can: Capability, *, has_studio: bool, has_account: bool) -> bool:
    """Return True if a command can ever work with a backend.

    ``has_studio``: there is a developer token; ``has_account``: there is a sign-in.
    """
    names = {command_id, command_id.partition(".")[0]}
    if names & {"setup"} or (names & {"login"} and not has_account):
        return False
    if names & _OF_STUDIO and not has_studio:
        return False
    needed = [_NEEDS[name] for name in names if name in _NEEDS]
    return all(need & can for need in needed)
