"""Models of the Headless API's responses, as documented and as observed.

Missing fields read as None, empty or zero, unknown ones are kept. Strings for display are cleaned;
ids stay as received. Source: Headless API, response tables of each endpoint.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainValidator, model_validator

from tui.api.coerce import epoch_ms, id_of, int_of, link_of, object_of, objects_of, text_of
from tui.core.text import clean

# Plain validators, because pydantic's own string check rejects lone surrogates, which JSON may
# contain: one odd title would make the whole list unreadable.
Text = Annotated[str, PlainValidator(text_of)]
WireId = Annotated[str | None, PlainValidator(id_of)]
Instant = Annotated[int | None, PlainValidator(epoch_ms)]
"""Milliseconds since the epoch."""
Count = Annotated[int | None, PlainValidator(int_of)]
Link = Annotated[str | None, PlainValidator(link_of)]
Object = Annotated[dict[str, Any], PlainValidator(object_of)]
Objects = Annotated[list[dict[str, Any]], PlainValidator(objects_of)]


class ApiModel(BaseModel):
    """Base of all responses."""

    # Each start would build all validators, and needs few of them.
    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _clean_names(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {clean(str(name)): value for name, value in data.items()}


class ConversationItem(ApiModel):
    """Row of the list of conversations."""

    conversation_id: WireId = None
    topic: Text = ""
    """Title, or a number as a placeholder until there is one."""
    created_at: Instant = None
    last_updated_at: Instant = None


class ConversationPage(ApiModel):
    """Page of conversations, by ``created_at``, newest first."""

    rows: Objects = Field([], validation_alias=AliasChoices("conversations", "list"))
    total_count: Count = None
    cursor: WireId = None

    @property
    def conversations(self) -> list[ConversationItem]:
        return [ConversationItem.model_validate(row) for row in self.rows]


class ConversationCreated(ApiModel):
    """Response to creating a conversation."""

    conversation_id: WireId = None


class ConversationState(ApiModel):
    """Current state of a conversation."""

    conversation_id: WireId = None
    state: Text = ""
    """``idle``, ``ai_running``, ``skill_processing``, ``awaiting_approval``, or another word."""
    updated_at: Instant = None
    last_event: Object = {}


class MessageItem(ApiModel):
    """Entry of the message history."""

    message_id: WireId = None
    source: Text = ""
    """``user`` or ``genie``."""
    content: Text = ""
    genie_run_id: WireId = None
    created_at: Instant = None


class MessageList(ApiModel):
    """Page of messages, newest first."""

    rows: Objects = Field([], validation_alias="messages")
    total_count: Count = None
    cursor: WireId = None

    @property
    def messages(self) -> list[MessageItem]:
        return [MessageItem.model_validate(row) for row in self.rows]


class RunAccepted(ApiModel):
    """Response to a message sent without a stream."""

    conversation_id: WireId = None
    genie_run_id: WireId = None


class EventList(ApiModel):
    """Page of stored events, oldest first."""

    events: Objects = []
    next_since_created_at: WireId = None


class AuthLink(ApiModel):
    """Link with which a user authorizes a runtime connection."""

    url: Link = None
    expires_at: Instant = None
    connector_name: Text = ""


class RuntimeConnection(ApiModel):
    """State of an attempt to authorize a runtime connection."""

    status: Text = ""
    """``auth_required`` or ``authorized``."""
    link: Object = Field({}, validation_alias="auth_link")

    @property
    def auth_link(self) -> AuthLink:
        return AuthLink.model_validate(self.link)


class FileUploaded(ApiModel):
    """Response to an upload."""

    file_id: WireId = None
