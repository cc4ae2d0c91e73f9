"""Planted secrets of a conversation are not in its exported files."""

from __future__ import annotations

import pytest

from tests.export.samples import chronicle
from tests.ui.widget_app import at
from tui.core.events import AgentMessage, ApprovalRequested, ConnectionRequested, TurnFinished
from tui.core.ids import AttemptId, CallId
from tui.export import FORMATS, ExportSource, Format, render

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
API_KEY = "wrkaus-8b9fe6b8e0b64ec8"
DIGEST = "5815a3d516a91f397bc73a83fd63ed5ba385ac4bda9bf98c7b6471e2103ef3c2"
PIN, DEEP, NESTED = "correct-horse", "battery-staple", "tr0ub4dor-and-3"
LINK = "https://connect.example/authorise/one-time-9f8e7d"
SECRETS = (
    JWT,
    API_KEY,
    DIGEST,
    PIN,
    DEEP,
    NESTED,
    "one-time-9f8e7d",
    "p4ssw0rd",
    "s3ss10n",
    "4cc3ss",
)


def planted() -> ExportSource:
    """Secrets in what the user said, in replies, parameters, payloads, links and the title."""
    parameters = {
        "note": "hello",
        "pin": PIN,
        "login": {"password": DEEP},
        "body": f'{{"client_secret": "{NESTED}"}}',
    }
    schema = ({"name": "pin", "label": "PIN", "control_type": "password"},)
    asked = at(
        ApprovalRequested,
        2,
        2,
        skill="Order",
        call_id=CallId("call"),
        parameters=parameters,
        schema=schema,
        raw={"skill_parameters": parameters, "skill_parameter_schema": list(schema)},
    )
    connect = at(
        ConnectionRequested,
        3,
        3,
        attempt_id=AttemptId("a"),
        connector="Salesforce",
        url=LINK,
        raw={"link": LINK},
    )
    told = (
        f"I used {PIN} and {DEEP} and {NESTED}. Sign in at {LINK} or <{LINK}>.\n\n"
        f"`Authorization: Bearer {JWT}`\n\n[this](https://x.example/?access_token=4cc3ss&a=1)\n\n"
        f"```\nAPI_KEY={API_KEY}\nSet-Cookie: sid=s3ss10n\n{DIGEST}\n```\n"
    )
    return chronicle(
        at(AgentMessage, 1, 1, text=told, raw={"text": told}),
        asked,
        connect,
        at(TurnFinished, 4, 4, outcome="failed", reason=f"password: p4ssw0rd, {JWT}"),
        prompt=f"My key is {API_KEY}, password=p4ssw0rd\nCookie: s3ss10n",
        title=f"About {JWT}",
    )


@pytest.mark.parametrize("form", FORMATS)
def test_no_planted_secret_is_exported(form: Format) -> None:
    whole = render(planted(), form)
    assert [secret for secret in SECRETS if secret in whole] == []


@pytest.mark.parametrize("form", FORMATS)
def test_text_that_is_no_secret_is_exported(form: Format) -> None:
    whole = render(planted(), form)
    for text in ("hello", "Salesforce", "https://x.example/", "a=1", "I used", "Order"):
        assert text in whole, text


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("before", range(60, 110, 7))
def test_no_part_of_a_secret_is_left_in_a_truncated_title(form: Format, before: int) -> None:
    opening = "x" * before
    whole = render(chronicle(title="", prompt=f"{opening} {DIGEST}"), form)
    assert DIGEST[:8] not in whole


def test_local_paths_of_attachments_are_not_exported() -> None:
    from tests.export.samples import everywhere

    whole = everywhere("/home/ada/private/list.csv")
    exported = render(whole, "json")
    assert '"size_bytes": 3' in exported
    assert '"path"' not in exported
