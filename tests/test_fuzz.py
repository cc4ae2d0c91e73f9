"""External input is parsed or rejected with a clear error: never any other exception.

``GENIE_TUI_TEST_EXAMPLES`` sets the number of examples of each.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tui.api import models
from tui.api.headless import HeadlessClient
from tui.auth.http_head import BadRequest, Head, read_head
from tui.auth.redirect import Accepted, Denied, Expected, query_of, read_answer
from tui.auth.request_auth import ApiKeyAuth
from tui.config import ConfigError, Profile, load
from tui.core.account import LoginProblem
from tui.core.errors import BackendError

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("GENIE_TUI_TEST_EXAMPLES", "60"))
often = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)

REDIRECT = "http://127.0.0.1:8763/callback"
BASE = "http://127.0.0.1:9"
EXPECTED = Expected(SecretStr("s" * 43), "https://id.example", issuer_required=True)

REFUSALS = (BackendError, LoginProblem, BadRequest, ConfigError)


def outcome(call: Callable[[], Any]) -> Any:
    """Return the result of a call, or its documented error; any other error fails the test."""
    try:
        return call()
    except REFUSALS as refusal:
        return refusal


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
NAMES = """
result conversations list messages events cursor conversation_id topic created_at last_updated_at
message_id source content state last_event status auth_link url expires_at file_id genie_run_id
next_since_created_at type total_count
"""
names = st.sampled_from(NAMES.split())
answers = st.recursive(
    st.dictionaries(names, values, max_size=6),
    lambda inner: st.dictionaries(names, inner | st.lists(inner, max_size=3), max_size=3),
    max_leaves=4,
)
ANSWERS = (
    models.ConversationPage,
    models.ConversationCreated,
    models.ConversationState,
    models.MessageList,
    models.EventList,
    models.RuntimeConnection,
    models.FileUploaded,
    models.RunAccepted,
)


@pytest.mark.parametrize("model", ANSWERS, ids=lambda model: model.__name__)
@often
@given(body=answers)
def test_any_response_is_parsed_or_rejected(model: type[models.ApiModel], body: object) -> None:
    client = HeadlessClient(BASE, "gin-x", ApiKeyAuth(BASE, SecretStr("k"), "u"))
    answer = outcome(lambda: client._read(model, body))
    assert isinstance(answer, model) or answer.sentence()
    for name in ("conversations", "messages", "auth_link"):
        getattr(answer, name, None)


@often
@given(query=st.text(max_size=200) | st.from_regex(r"(code|state|iss|error)=[^&]*(&\w+=.*)?"))
@example(query=f"code=c&state={'s' * 43}&iss=https://id.example")
def test_any_redirect_is_accepted_or_ignored(query: str) -> None:
    answer = outcome(lambda: read_answer(query, EXPECTED))
    ours = isinstance(answer, Accepted | Denied)
    assert "s" * 43 in query if ours else str(answer)


@often
@given(text=st.text(max_size=300))
def test_any_pasted_text_is_a_redirect_url_or_none(text: str) -> None:
    query = str(outcome(lambda: query_of(text, REDIRECT)))
    assert isinstance(outcome(lambda: read_answer(query, EXPECTED)), LoginProblem)


@often
@given(head=st.binary(max_size=300) | st.from_regex(rb"GET /\S* HTTP/1\.1\r\n(.*\r\n)*\r\n"))
def test_any_http_request_is_parsed_or_rejected(head: bytes) -> None:
    async def read() -> Head | None:
        reader = asyncio.StreamReader()
        reader.feed_data(head)
        reader.feed_eof()
        return await read_head(reader)

    answer = outcome(lambda: asyncio.run(read()))
    assert isinstance(answer, Head) or (400 <= answer.status < 600 if head else answer is None)


KEYS = """
backend data_center base_url identity_url genie auth client_id redirect_url api_key theme
idp_user_id token no_browser notifications keys nonsense
"""
keys = st.sampled_from(KEYS.split())
tables = st.dictionaries(
    keys, st.text(max_size=30) | st.integers() | st.booleans() | st.lists(st.text(), max_size=2)
)


@often
@given(profile=tables, top=st.dictionaries(st.text(max_size=9), st.integers(), max_size=2))
def test_any_configuration_is_used_or_has_an_error_message(
    profile: dict[str, Any], top: dict[str, Any]
) -> None:
    _load(tomlkit.dumps({**top, "profiles": {"work": profile}}).encode("utf-8", "replace"))


@often
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8")))
def test_any_invalid_config_file_has_an_error_message(content: bytes) -> None:
    _load(content)


def _load(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(content)
        read = outcome(lambda: load(config_path=path, environ={}, complete=False))
    assert isinstance(read, Profile) or (str(read) and "\n" not in str(read))
