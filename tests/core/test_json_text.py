"""Detection and summary of texts that are JSON documents."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.json_text import begins_as_json, fenced, fenced_if_json, json_of, summary_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9**9) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=9), VALUES, max_size=6)


@given(OBJECTS, st.sampled_from([None, 2]))
def test_a_json_object_is_detected_while_it_streams(
    value: dict[str, object], indent: int | None
) -> None:
    text = json.dumps(value, indent=indent)
    assert json_of(text) == value
    assert all(begins_as_json(text[:length]) for length in range(1, len(text) + 1))
    assert json_of(text[:-1]) is None


@given(OBJECTS)
def test_a_json_code_block_holds_the_same_document(value: dict[str, object]) -> None:
    first, *lines, last = fenced(json.dumps(value, ensure_ascii=False)).split("\n")
    assert json.loads("\n".join(lines)) == value
    assert first == f"{last}json"
    assert last not in "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "[a link](https://e.org)",
        "[1] a source",
        "{% raw %}",
        '"x"',
        "42",
        "null",
        "[x",
    ],
)
def test_other_texts_are_no_json(text: str) -> None:
    assert json_of(text) is None
    assert not begins_as_json(text)
    assert fenced_if_json(text) == text


@pytest.mark.parametrize("text", ['{"a": 1} and more', '{"a":', "[" * 100_000, '{"a": 1e}'])
def test_text_that_only_starts_like_json_is_no_json(text: str) -> None:
    assert json_of(text) is None


def test_the_json_summary_has_counts_and_names() -> None:
    assert summary_of({"a": 1}, "x" * 10) == ("1 key, 10 B", ["a"])
    assert summary_of([{}, {}], "x") == ("2 items, 1 B", [])
    many = {f"rather long key {n}": n for n in range(30)}
    assert summary_of(many, "x")[1] == ["rather long key 0", "rather long key 1", "…"]
    assert summary_of({"\x1b[2J`": 1, "": 2}, "x")[1] == ["\ufffd[2J`", '""']
