from __future__ import annotations

import pytest

from tui.api.coerce import epoch_ms, id_of, int_of, path_segment, share_of, text_of, web_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T01:00:01+01:00", 1000),
        ("1970-01-01t00:00:01.2345678z", 1234),
        ("1970-01-01 00:00:01", 1000),
        ("1969-12-31T23:59:59.5Z", -500),
        ("yesterday", None),
        ("", None),
        (1_000, None),
        (None, None),
    ],
)
def test_timestamps_of_any_kind_are_parsed(text: object, expected: int | None):
    assert epoch_ms(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("half \ud83d", "half \ufffd"),
        ({"content": "inside"}, "inside"),
        ({"text": "inside"}, "inside"),
        ({"message": "a\x07"}, "a\ufffd"),
        ({"code": 7}, '{"code": 7}'),
        (["a"], '["a"]'),
        (42, "42"),
        (None, ""),
        ({}, ""),
    ],
)
def test_texts_of_any_kind_are_parsed(value: object, expected: str):
    assert text_of(value) == expected


@pytest.mark.parametrize(
    "bad", ["", None, True, 1.5, [], "a\nb", "a\0", "\ud800", "\u202e", "x" * 5000]
)
def test_invalid_ids_are_dropped(bad: object):
    assert id_of(bad) is None


def test_ids_stay_unchanged():
    assert id_of("gin-/ä b%2F") == "gin-/ä b%2F"
    assert id_of(5951) == "5951"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("3", 3), (True, None), (3.0, None), ("٣", None), ("-1", None), (1 << 60, None)],
)
def test_integers_of_any_kind_are_parsed(value: object, expected: int | None):
    assert int_of(value) == expected


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "https:///x", "http://a b", 1]
)
def test_only_http_urls_are_links(url: object):
    assert web_url(url) is None


def test_a_url_stays_unchanged():
    assert web_url("HTTPS://example.invalid/c?a=1#b") == "HTTPS://example.invalid/c?a=1#b"


def test_an_id_is_escaped_in_a_url_path():
    assert path_segment("a/../b?c#d e%") == "a%2F..%2Fb%3Fc%23d%20e%25"
    assert path_segment("..") == "%2E%2E"


@pytest.mark.parametrize(
    ("value", "whole", "expected"),
    [
        (0.25, 1, 0.25),
        (25, 100, 0.25),
        ("25", 100, 0.25),
        (" 25 % ", 100, 0.25),
        (0, 100, 0.0),
        (130, 100, 1.0),
        (-5, 100, 0.0),
        (float("nan"), 1, None),
        (float("inf"), 1, None),
        ("nan", 1, None),
        ("half", 1, None),
        ("", 1, None),
        (True, 1, None),
        ([1], 1, None),
        (None, 1, None),
        ("9" * 5000, 1, None),
    ],
)
def test_shares_of_a_whole(value: object, whole: float, expected: float | None):
    assert share_of(value, whole) == expected
