"""Redaction rules of ``tui.core.redaction``, and their use in the logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tui.core.redaction import MASK, RedactingFilter, describe_exception, redact

SECRET = "pl4nted-S3cret_value.~x"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: {SECRET}",
        f"{{'authorization': 'Bearer {SECRET}'}}",
        f"[(b'authorization', b'Bearer {SECRET}')]",
        f"('Cookie', 'session={SECRET}; a=b')",
        f"Set-Cookie: session={SECRET}; HttpOnly",
        f"http://127.0.0.1:8763/callback?code={SECRET}&state=s",
        f"http://127.0.0.1:8763/callback?a=b&state={SECRET}",
        f"code={SECRET}&state=x",
        f"grant_type=refresh_token&refresh_token={SECRET}&client_id=c",
        f"code_verifier={SECRET}",
        f'{{"access_token": "{SECRET}", "expires_in": 3600}}',
        f'{{"refresh_token":"{SECRET}"}}',
        f"Tokens(access_token='{SECRET}')",
        f"GENIE_TUI_API_KEY={SECRET}",
        f"api_key = {SECRET}",
        f'developer_token = "{SECRET}"',
        f"https://user:{SECRET}@proxy.example:8080/",
        f"?redirect={quote('http://h/callback?code=' + SECRET + '&x=y', safe='')}",
        f"GET /callback?code={SECRET} HTTP/1.1",
    ],
)
def test_values_that_contain_a_secret_are_redacted(text: str):
    masked = redact(text)
    assert SECRET not in masked
    assert MASK in masked
    assert redact(masked) == masked


@pytest.mark.parametrize("token", [JWT, "wrkaus-" + "eyJx" * 9, "0123456789abcdef" * 4])
def test_tokens_with_a_known_format_are_redacted_anywhere(token: str):
    assert redact(f"what is ({token})?") == f"what is ({MASK})?"


def test_registered_secrets_are_redacted():
    assert redact("it echoed hunter2.", ["hunter2", ""]) == f"it echoed {MASK}."


@pytest.mark.parametrize(
    "text",
    [
        "The conversation's state: idle",
        '{"state": "awaiting_approval", "error_code": "auth_failed", "code": 404}',
        "https://id.example/oauth/authorize?client_id=c&scope=openid%20profile",
        "exit code 3; the token endpoint answered 200",
        "request 0123456789abcdef0123456789abcdef",
        "a password must be set",
    ],
)
def test_texts_without_secrets_are_not_redacted(text: str):
    assert redact(text) == text


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger("tests.redact.below")
    above = logging.getLogger("tests.redact")
    above.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger, written
    above.removeHandler(handler)


def test_a_log_handler_with_the_filter_redacts_secrets(log):
    logger, written = log
    logger.info("callback %s", f"/callback?code={SECRET}")
    logger.info("answer %r", {"access_token": SECRET})
    logger.info("too few %s %s", f"Bearer {SECRET}")
    try:
        raise ValueError(f"cannot use refresh_token={SECRET}")
    except ValueError:
        logger.exception("it failed", stack_info=True)
    assert SECRET not in written.getvalue()
    assert "ValueError" in written.getvalue()
    assert written.getvalue().count(MASK) >= 4


def test_a_failure_is_described_on_one_line_without_secrets() -> None:
    assert (
        describe_exception(ValueError(f"no\nluck with token={SECRET}"))
        == f"no luck with token={MASK}"
    )
    assert describe_exception(AssertionError()) == "AssertionError"
