"""Agent and service that send escape sequences which must not reach the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from tui.demo.identity.tokens import claims_about
from tui.demo.records import User
from tui.demo.scripts.steps import (
    AskApproval,
    AskConnection,
    Say,
    Scenario,
    Script,
    ScriptPrompt,
    UseSkill,
)
from tui.demo.server import DemoServer

_MARK = "PWN"
_CONTROLS = (
    "\x1b[2J", "\x1b[31m", "\x1b]52;c;ZXZpbA==\x07", "\x1b]0;", "\x1b]8;;http://evil.example\x07",
    "\x1bP+q", "\x1b[5i", "\x1bc", "\x07", "\x08", "\x0e", "\x00", "\x7f", "\x1b", "\x9b31m",
    "\x9d52;c;", "\x90q", "\x85", "\u202e", "\u2066", "\u2028",
    "\U000e0041", "\ud800",
)  # fmt: skip
_MARKUP = (
    "[@click=app.quit]x[/] [/oops [link=http://evil.example]l[/link] [red on blue] $error {0} %s"
)

NASTY = "XQ " + " ".join(f"{control}{_MARK}" for control in _CONTROLS) + f" {_MARKUP} ZX"
"""Each sequence stands before a mark, so that it is known if it gets through."""
_NAME = NASTY.replace("\ud800", "")
"""The demo makes ids of names, and so needs their bytes."""

FORBIDDEN = (
    *(f"{control}{_MARK}".encode() for control in _CONTROLS if control != "\ud800"),
    *(code.encode() for code in "\x9b\x9d\x90\x85\u202e\u2066\U000e0041"),
    b"\x00",
    b"\x1b]52",
    b"\x1b]0;",
    b"evil.example\x07",
)

MARKDOWN = "\n\n".join(
    (
        f"# {NASTY.splitlines()[0]}",
        f"| {NASTY.replace('|', '')} | b |\n|---|---|\n| {NASTY} | *{NASTY}* |",
        f"[{NASTY}](http://evil.example/{NASTY.replace(' ', '')}) <http://{_MARK}.example>",
        f"[x](javascript:alert(1)) ![{NASTY}](file:///etc/passwd)",
        f"```{NASTY}\n{NASTY}\n```",
        f"`{NASTY}` &#27;[2J{_MARK} &#x9b;31m{_MARK} &#x202e;{_MARK}",
        "word" * 2_500,
        "Z" + "\u0301\u0316\u0489" * 200 + "👨‍👩‍👧‍👦👍🏽🇩🇪" * 40,
        f"The end of it. {NASTY}",
    )
)


def _deep(levels: int) -> Any:
    value: Any = NASTY
    for level in range(levels):
        value = {NASTY: value} if level % 2 else [value]
    return value


def _answers(prompt: ScriptPrompt) -> Script:
    if "more" in prompt.text:
        yield AskConnection(_NAME)
    else:
        yield UseSkill(_NAME, 0.1, error=NASTY)
        yield Say(MARKDOWN)
        schema = [{"name": NASTY, "label": NASTY, "hint": NASTY, "type": NASTY}]
        values = {NASTY: NASTY, "deep": _deep(60)}
        yield AskApproval(_NAME, values, schema, 0.1)
    yield Say(f"Well done. {NASTY}")


_AGENT = Scenario(_answers, title=NASTY)


@contextmanager
def hostile(server: DemoServer) -> Iterator[None]:
    """Makes everything hostile that a running demo server says.

    What is no Unicode travels in JSON all the same, as an escape.
    """
    state, developer = server._demo.state, server._demo.developer
    for genie in state.genies.values():
        genie.name = NASTY
    for skill in developer.tables["skills"].values():
        skill["name"] = skill["description"] = NASTY
    with (
        patch("tui.demo.headless.routes.choose", lambda *_: _AGENT),
        patch("tui.demo.identity.routes.claims_about", _claims),
        patch("tui.demo.identity.tokens.claims_about", _claims),
        patch("json.dumps", partial(_ascii, json.dumps)),
    ):
        yield


def _claims(user: User) -> dict[str, object]:
    return {**claims_about(user), "name": _NAME, "email": _NAME}


def _ascii(dumps: Any, *values: Any, **options: Any) -> str:
    return str(dumps(*values, **options | {"ensure_ascii": True}))
