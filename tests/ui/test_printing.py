"""Markdown that ``ask`` prints in a terminal."""

from __future__ import annotations

import pytest

from tui.ui.terminal.printing import print_markdown


def printed(markdown: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_markdown(markdown)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_printed_markdown_omits_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = "# T\n\n[Status]: Approved\n[1]: https://a.example\n\n- a\n  - \\(x\\;y\\)"
    assert printed(text, capsys) == [
        *("T", "", "[Status]: Approved", "[1]: https://a.example", "", "• a", r"  ◦ \(x\;y\)"),
    ]


def test_printed_code_has_its_language_and_no_copy_mark(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed("```py\n\tx = 1\n```", capsys) == [" py", "     x = 1", ""]


def test_control_characters_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed("a\x1b[2Jb &#27;[31m [b]x[/b]", capsys) == ["a\ufffd[2Jb \ufffd[31m [b]x[/b]"]
