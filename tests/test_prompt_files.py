"""Prompt files: front matter, arguments, and errors with file and line."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config.prompt_files import (
    Argument,
    PromptFile,
    PromptFolder,
    PromptProblem,
    read_prompt,
)
from tui.core.draft import fold

TICKETS = """---
description: Open tickets of a customer
arguments:
  - name: customer
    description: Name as in Salesforce
  - name: days
    default: 7
---
Tickets of {{customer}} in {{ days }} days. Braces: \\{{customer}}
"""
PASTE = fold("two\nlines")


def tickets() -> PromptFile:
    return read_prompt("tickets.md", TICKETS)


def test_a_prompt_has_a_description_and_arguments() -> None:
    prompt = tickets()
    assert (prompt.name, prompt.description) == ("tickets", "Open tickets of a customer")
    assert prompt.arguments == (
        Argument("customer", "Name as in Salesforce"),
        Argument("days", default="7"),
    )
    assert prompt.usage == "CUSTOMER [DAYS]"


@pytest.mark.parametrize(
    ("typed", "customer", "days"),
    [
        ("Acme", "Acme", "7"),
        ("Acme 3", "Acme", "3"),
        ('"Acme Corp" 3', "Acme Corp", "3"),
        ("days=3 Acme Corp", "Acme Corp", "3"),
        ("customer='Acme Corp' 3", "Acme Corp", "3"),
        ('customer="" Acme', "", ""),
        ("Acme the last   few", "Acme", "the last   few"),
        (f"{PASTE} 3", PASTE, "3"),
        ("{{days}} 3", "{{days}}", "3"),
        ("other=1 3", "other=1", "3"),
    ],
)
def test_arguments_come_in_order_or_by_name(typed: str, customer: str, days: str) -> None:
    if not customer:
        with pytest.raises(PromptProblem, match="needs customer"):
            tickets().expand(typed)
        return
    expected = f"Tickets of {customer} in {days} days. Braces: {{{{customer}}}}"
    assert tickets().expand(typed) == expected


def test_words_of_a_shell_are_arguments_and_the_last_one_takes_the_rest() -> None:
    assert "Tickets of Acme Corp in 3 days" in tickets().expand_words(["days=3", "Acme", "Corp"])
    assert "Tickets of Acme Corp in 3 days" in tickets().expand_words(["Acme Corp", "3"])


def test_a_missing_argument_is_named_with_its_description() -> None:
    with pytest.raises(PromptProblem) as raised:
        tickets().expand("days=3")
    assert str(raised.value) == (
        "The prompt 'tickets' needs customer (Name as in Salesforce). "
        "Usage: tickets CUSTOMER [DAYS]"
    )


def test_a_prompt_without_arguments_takes_none() -> None:
    prompt = read_prompt("sum.md", "Summarize.\n")
    assert (prompt.expand(""), prompt.description) == ("Summarize.", "Summarize.")
    with pytest.raises(PromptProblem, match="takes no further argument: all"):
        prompt.expand("all")


@pytest.mark.parametrize(
    ("typed", "name"),
    [("", "customer"), ("Ac", "customer"), ("Acme ", "days"), ("days=", "days"), ("A 3", "days")],
)
def test_the_argument_being_typed_is_known(typed: str, name: str) -> None:
    argument = tickets().argument_at(typed)
    assert argument is not None
    assert argument.name == name


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("---\ndescription: a\ntext", "line 1: the front matter has no end"),
        ("---\ndescription: [a\n---\nx", "line 2: the front matter isn't valid YAML"),
        ("---\ndescription: a\nargs: 1\n---\nx", "line 3: unknown key 'args'"),
        ("---\n- a\n---\nx", "line 2: must have keys"),
        ("---\narguments: a\n---\nx", "line 2: arguments must be a list"),
        ("---\narguments:\n- default: a\n---\nx", "line 3: the argument has no name"),
        ("---\narguments:\n- a b\n---\nx", "line 3: an argument's name starts with a letter"),
        ("---\narguments: [a, a]\n---\n{{a}}", "line 2: the argument 'a' is declared twice"),
        ("---\narguments: [a]\n---\nx", "line 2: the text doesn't use the argument"),
        ("---\ndescription: a\n---\nx\n{{a}}", "line 5: {{a}} isn't declared under arguments"),
        ("---\ndescription: a\n---\n\n", "line 4: the prompt has no text"),
    ],
)
def test_an_invalid_file_is_reported_with_its_line(content: str, problem: str) -> None:
    with pytest.raises(PromptProblem) as raised:
        read_prompt("mine.md", content)
    assert str(raised.value).startswith(f"mine.md, {problem}")


@given(st.text())
def test_any_content_is_a_prompt_or_a_problem(content: str) -> None:
    for text in (content, f"---\n{content}\n---\nx"):
        with suppress(PromptProblem):
            assert read_prompt("any.md", text).text.strip()


@given(st.text(), st.text())
def test_an_argument_is_inserted_as_it_is(customer: str, days: str) -> None:
    words = [f"customer={customer}", f"days={days}"]
    if not customer.strip() or (len(customer) > 1 and customer[0] == customer[-1] in "\"'"):
        return
    if len(days) > 1 and days[0] == days[-1] in "\"'":
        return
    assert f"Tickets of {customer} in {days} days." in tickets().expand_words(words)


def test_a_folder_is_read_again_only_where_it_has_changed(tmp_path: Path) -> None:
    folder = PromptFolder(tmp_path / "prompts")
    assert not folder.refresh().prompts
    folder.path.mkdir()
    (folder.path / "Sum.md").write_text("Summarize.")
    (folder.path / "bad name.md").write_text("x")
    (folder.path / "notes.txt").write_text("x")
    os.mkfifo(folder.path / "pipe.md")  # opening it would wait forever
    folder.refresh()
    assert list(folder.prompts) == ["sum"]
    assert list(folder.problems) == ["bad name", "pipe"]
    first = folder.prompts["sum"]
    assert folder.refresh().prompts["sum"] is first
    (folder.path / "Sum.md").write_text("Summarize it all.")
    assert folder.refresh().get("SUM").expand("") == "Summarize it all."
    with pytest.raises(PromptProblem, match=r"There's no prompt 'x' in .*\. Prompts: sum\."):
        folder.get("x")


def test_a_file_that_is_no_utf8_or_too_large_is_reported(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    (tmp_path / "huge.md").write_bytes(b"a" * 70_000)
    problems = PromptFolder(tmp_path).refresh().problems
    assert str(problems["latin"]) == "latin.md isn't UTF-8 text."
    assert "larger than" in str(problems["huge"])
