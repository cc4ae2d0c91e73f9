"""Credentials stay out of errors, tracebacks and logs."""

from __future__ import annotations

import io
import logging
import traceback

import pytest
from pydantic import SecretStr
from rich.console import Console
from rich.traceback import Traceback

from tui.api.http import Http
from tui.auth.request_auth import ApiKeyAuth
from tui.core.errors import BackendError

SECRET = "k3y-that-nobody-may-read"


def everything_shown_of(error: BaseException) -> str:
    """Return the text a crash screen would show, local variables of every frame included."""
    screen = io.StringIO()
    assert error.__traceback__
    beyond_the_test = error.__traceback__.tb_next
    shown = Traceback.from_exception(
        type(error),
        error,
        beyond_the_test,
        show_locals=True,
        locals_max_length=1000,
        locals_max_string=10_000,
    )
    Console(file=screen, width=200).print(shown)
    plain = "".join(traceback.format_exception(error))
    return "\n".join([repr(error), str(error), repr(vars(error)), plain, screen.getvalue()])


def failing(server, reply, stream):
    """Answers that fail, each in its own way."""
    reset = stream(then="reset")
    reset.chunks.clear()
    return {
        "refused": reply(401, {"error_code": "auth_failed", "error_message": f"bad {SECRET}"}),
        "web page": reply(200, b"<html>"),
        "server": reply(503),
        "reset": reset,
        "nonsense": stream(b"data:{}\n\n"),
    }


@pytest.mark.parametrize("way", ["refused", "web page", "server", "reset", "nonsense"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_no_error_shows_the_api_key(server, reply, stream, caplog, way: str, streamed: bool):
    caplog.set_level(logging.DEBUG)
    server.says(failing(server, reply, stream)[way])
    if way == "nonsense":
        server.replies[0].chunks[0] = b"HTTP/9 what\r\n\r\n"
    http = Http(server.url, ApiKeyAuth(server.url, SecretStr(SECRET), "user-1"))
    with pytest.raises(BackendError) as caught:
        await (anext(http.stream("POST", "/x")) if streamed else http.call("GET", "/x"))
    await http.aclose()
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in everything_shown_of(caught.value)
    assert SECRET not in caplog.text


async def test_an_api_key_invalid_in_a_header_is_not_shown(server, caplog):
    caplog.set_level(logging.DEBUG)
    http = Http(server.url, ApiKeyAuth(server.url, SecretStr(f"{SECRET}\nX: y"), "user-1"))
    with pytest.raises(BackendError) as caught:
        await http.call("GET", "/x")
    await http.aclose()
    assert SECRET not in everything_shown_of(caught.value) + caplog.text
