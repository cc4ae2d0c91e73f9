"""Replies that the log of a JSON workflow encodes and truncates after 200 characters."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tui.backends.workflows.messages import unpacked

_WIDE = st.text('🧞a\n"', min_size=20, max_size=60)


@given(st.text() | st.text(min_size=150, max_size=250) | _WIDE, st.booleans())
def test_an_encoded_json_reply_is_decoded_wherever_it_was_truncated(
    text: str, escaped: bool
) -> None:
    row = json.dumps({"response": text}, ensure_ascii=escaped)
    inner = unpacked(row[:200])
    assert text.startswith(inner)
    assert inner == text or len(json.dumps(inner, ensure_ascii=escaped)) > 170


@given(st.text(max_size=180))
def test_a_plain_reply_stays_unchanged(text: str) -> None:
    assert unpacked(f"Plain {text}") == f"Plain {text}"
