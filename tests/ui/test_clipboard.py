"""Escape sequences that copy a text to the terminal's clipboard."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.ui.terminal.clipboard import LARGEST_COPY_BYTES, save_copy, sequences, where_to

PLAIN = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a")


def payload(sequence: str) -> str:
    found = PLAIN.fullmatch(sequence)
    assert found
    return base64.b64decode(found[1]).decode("utf-8")


@given(st.text())
def test_any_text_is_copied_to_the_clipboard_unchanged(text: str) -> None:
    (sequence,) = sequences(text, {})
    assert payload(sequence) == text.encode("utf-8", "replace").decode("utf-8")


def test_in_tmux_a_copy_reaches_tmux_and_the_outer_terminal() -> None:
    plain, wrapped = sequences("hello", {"TMUX": "/tmp/socket,1,0"})
    assert payload(plain) == "hello"
    inner = wrapped.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert payload(inner.replace("\x1b\x1b", "\x1b")) == "hello"
    assert "tmux" in where_to({"TMUX": "x"})


def test_in_gnu_screen_a_copy_is_sent_in_short_pieces() -> None:
    (sequence,) = sequences("x" * 5000, {"STY": "1.pts"})
    pieces = sequence.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert max(map(len, pieces)) <= 768
    assert payload("".join(pieces)) == "x" * 5000


def test_a_copy_in_a_file_has_private_permissions(tmp_path: Path) -> None:
    path = save_copy("text", tmp_path / "copies")
    assert path.read_text("utf-8") == "text"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_copy_too_large_for_the_clipboard_is_saved_in_a_file() -> None:
    text = "word " * (LARGEST_COPY_BYTES // 4)
    stage = Stage(ScriptedBackend(reply(text)))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "word word" in stage.screen())
        stage.app.copy_to_clipboard("before")
        await stage.press("ctrl+y")
        await stage.until(lambda: "Too large for the clipboard" in stage.screen())
        assert stage.app.clipboard == "before"
