"""Texts that users read: words that the interface's voice avoids, and the spelling."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tui.cli.root import root

_ROOT = Path(__file__).parents[1]
_AVOIDED = re.compile(
    r"\b(nobody|somebody|whoever|anybody|is to be|stands|goes on|told|anew|any ?more|as it came"
    r"|by itself|cannot|must not|do not|does not|did not|is not|are not|was not|thank you|please"
    r"|sorry|oops|simply|successfully|just do|unfold|e-mail|log in|meanwhile"
    r"|colou?rs?(?<!color)(?<!colors)|authoris\w+|summaris\w+|recognis\w+|cancell(?:ed|ing)"
    r"|centre|licence|catalogue|favourite|behaviou?r(?<!behavior))\b"
    r"|\?:|(?-i:(?<!')\bid\b)",
    re.IGNORECASE,
)
"""Old words, forms that speech contracts, British spellings, ``?:``, and ``id`` for ID."""
_OTHERS = re.compile(
    r"tui/demo/(?!scripts|suggestions)|tui/studio/endpoints/responses|tui/testing/checks/refusals"
    r"|tui/api/error_hints\.py:20\d"
)
"""Words of others: the demo server mimics services, and answers of agents are recognized."""


def _literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the sentences among a module's literals, without docstrings and comments of fields."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in skipped and " " in node.value.strip():
            yield node.lineno, node.value


def _is_sentence(text: str) -> bool:
    """Return True unless the text is SQL, a table of columns, or a pattern."""
    return not re.search(
        r"first_text|\b(SELECT|UPDATE|INSERT|DELETE|PRAGMA|WHERE)\b|\\b|\(\?", text
    )


def avoided_words(text: str) -> list[str]:
    return [found[0] for found in _AVOIDED.finditer(re.sub(r"<[^>]*>", " ", text))]


def test_no_text_of_the_app_has_words_that_its_voice_avoids() -> None:
    found = []
    for path in sorted((_ROOT / "tui").rglob("*.py")):
        name = path.relative_to(_ROOT).as_posix()
        for line, text in _literals(path):
            place = f"{name}:{line}"
            if _is_sentence(text) and not _OTHERS.match(place) and (words := avoided_words(text)):
                found.append(f"{place}: {', '.join(words)} in {text!r}")
    assert not found, "\n".join(found)


def test_no_page_has_words_that_the_voice_avoids() -> None:
    for path in sorted((_ROOT / "tui").rglob("*.html")):
        assert not avoided_words(path.read_text("utf-8")), path


@pytest.mark.parametrize("name", ["README.md", "tui/GUIDE.md"])
def test_no_text_for_users_has_words_that_the_voice_avoids(name: str) -> None:
    text = re.sub(r"^```.*?^```", "", _ROOT.joinpath(name).read_text("utf-8"), flags=re.M | re.S)
    assert not avoided_words(text)


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Command]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command, context)


def test_the_help_of_every_command_is_in_the_same_voice() -> None:
    context = click.Context(root)
    for command in (root, *_commands(root, context)):
        texts = [command.help or "", command.short_help or ""]
        options = [option for option in command.params if isinstance(option, click.Option)]
        texts += [option.help or "" for option in options]
        for text in filter(None, texts):
            assert not avoided_words(text), (command.name, text)
            assert text[0].isupper(), (command.name, text)


@pytest.mark.parametrize(
    "text", ["Nobody is signed in.", "It cannot be read.", "Request id", "Colours", "Broken?:"]
)
def test_old_words_are_found(text: str) -> None:
    assert avoided_words(text)
