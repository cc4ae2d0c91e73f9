"""JSON values: input is normalized for every use, and output is valid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tests.json_values import strict, wire_values
from tui.core.json_values import MAX_CONTAINERS, MAX_DEPTH, TOO_DEEP, read_json, write_json


def nested(levels: int, inner: Any = 1) -> Any:
    for _ in range(levels):
        inner = [inner]
    return inner


def depth(value: Any) -> int:
    levels = 0
    while isinstance(value, list):
        levels, value = levels + 1, value[0]
    return levels


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e999", "1e999"),
        ("-1E+400", "-1E+400"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e308", 1e308),
        ("1e-999", 0.0),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", "9223372036854775808"),
        ("-99999999999999999999", "-99999999999999999999"),
        ("1" * 5000, "1" * 5000),
        (r'"\ud83d"', "\ufffd"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'{"\uDC00": "\u0000"}', {"\ufffd": "\x00"}),
        ("\ufeff[true, null]", [True, None]),
    ],
)
def test_json_numbers_out_of_range_become_text(text: str, value: Any) -> None:
    assert read_json(text) == value
    assert type(read_json(text)) is type(value)


def test_json_bytes_in_any_encoding_are_parsed() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert read_json('{"é": 1}'.encode(encoding)) == {"é": 1}
    assert read_json(b'{"a": "\xff"}') == {"a": "\ufffd"}


@pytest.mark.parametrize("text", ["", "{", "nan", "{'a': 1}", "[" * 100_000])
def test_invalid_json_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text)


def test_json_nested_too_deeply_is_truncated() -> None:
    assert depth(read_json(json.dumps(nested(MAX_DEPTH)))) == MAX_DEPTH
    cut = read_json(json.dumps(nested(MAX_DEPTH + 1)))
    assert depth(cut) == MAX_DEPTH
    assert TOO_DEEP in json.dumps(cut, ensure_ascii=False)
    assert depth(read_json(json.dumps(nested(900)))) == MAX_DEPTH
    wide = [[n] for n in range(2 * MAX_DEPTH)]
    assert read_json(json.dumps(wide)) == wide


@given(value=wire_values)
def test_parsed_json_survives_a_round_trip(value: Any) -> None:
    read = read_json(json.dumps(value))
    text = write_json(read)
    strict(text)
    text.encode()
    assert read_json(text) == read
    assert read_json(write_json(read, ensure_ascii=False).encode()) == read


@given(value=wire_values)
def test_anything_is_written_as_valid_json(value: Any) -> None:
    strict(write_json(value))
    strict(write_json({"a": (value, float("nan"), 10**5000, object())}))
    strict(write_json(nested(5000)))


def test_a_json_document_of_only_brackets_is_rejected_before_it_fills_the_memory() -> None:
    assert len(read_json(f"[{','.join(['{}'] * (MAX_CONTAINERS - 1))}]")) == MAX_CONTAINERS - 1
    with pytest.raises(ValueError, match="too many"):
        read_json(f"[{','.join(['{}'] * MAX_CONTAINERS)}]")
