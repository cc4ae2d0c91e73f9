from __future__ import annotations

from tui.api.models import (
    ConversationPage,
    ConversationState,
    MessageItem,
    MessageList,
    RuntimeConnection,
)


def test_every_model_field_may_be_missing():
    assert ConversationPage.model_validate({}).conversations == []
    assert ConversationState.model_validate({}).last_event == {}
    assert RuntimeConnection.model_validate({}).auth_link.url is None


def test_every_model_field_may_be_invalid():
    row = {"conversation_id": [], "topic": {"a": 1}, "created_at": 5}
    page = ConversationPage.model_validate(
        {"list": [row, None, 7], "cursor": {}, "total_count": "x"}
    )
    (item,) = page.conversations
    assert (item.conversation_id, item.topic, item.created_at) == (None, '{"a": 1}', None)
    assert (page.cursor, page.total_count) == (None, None)
    assert MessageList.model_validate({"messages": "none"}).messages == []
    assert ConversationState.model_validate({"last_event": "x", "state": None}).state == ""


def test_unknown_model_fields_are_kept():
    item = MessageItem.model_validate({"message_id": "m", "rating": 5, "odd\ud800": 1})
    assert item.model_extra == {"rating": 5, "odd\ufffd": 1}


def test_texts_are_sanitized_and_ids_are_not():
    item = MessageItem.model_validate({"message_id": "m%1b", "content": "a\x1b[2Jb \ud800"})
    assert (item.message_id, item.content) == ("m%1b", "a\ufffd[2Jb \ufffd")
