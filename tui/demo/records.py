"""Records of the demo server: users, genies, messages, events, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Source: TypeAlias = Literal["user", "genie"]
Activity: TypeAlias = Literal["ai_running", "skill_processing", "awaiting_approval"]


@dataclass(frozen=True, slots=True)
class User:
    """End user in Workato Identity. ``active`` is False until an invitation is accepted."""

    user_id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Owner and expiry of an OAuth access token. ``expires_at`` None is never."""

    user_id: str
    expires_at: datetime | None = None
    client_id: str = ""
    """OAuth client that it was issued to."""


Variant = Literal["helpdesk", "weak", "guarded"]
"""Scripts that a genie follows: its own, or those for red-team tests."""


@dataclass(slots=True)
class DemoGenie:
    """Genie: started or stopped, with or without an attached client."""

    handle: str
    name: str
    started: bool = True
    client_attached: bool = True
    groups: set[str] = field(default_factory=set)
    """Ids of the user groups with access."""
    variant: Variant = "helpdesk"


@dataclass(slots=True)
class DemoGenieClient:
    """Genie client: an API key, or an OAuth client."""

    client_id: str
    name: str
    oauth_id: str
    api_key: str = ""
    genie: str = ""
    """Handle of the genie that it is attached to."""
    shared: bool = False
    """Valid for every genie: visitors of the demo look at several with one key."""


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One entry of a conversation's history."""

    message_id: str
    source: Source
    content: str
    run_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """Persisted event of a run; ``fields`` are those beyond the base event shape."""

    event_id: str
    type: str
    genie: str
    user_id: str
    conversation_id: str
    run_id: str
    seq_num: int
    created_at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """Uploaded file: its sizes and its beginning, never all of it."""

    file_id: str
    conversation_id: str
    name: str
    size_bytes: int
    line_count: int
    head: str | None
    """The first few thousand characters; None for a binary file."""
