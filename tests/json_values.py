"""JSON values as a hostile or careless service sends them, and strict JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st


def _deep(value: Any) -> Any:
    for _ in range(150):
        value = [value]
    return value


_texts = st.text(st.characters(), max_size=8) | st.sampled_from(["\ud800", "a\udfffb", "\x00", ""])
_numbers = st.one_of(
    st.integers(),
    st.integers(10**18, 10**40),
    st.floats(allow_nan=True, allow_infinity=True),
)
wire_values = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, _texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_texts, inner, max_size=4),
        inner.map(_deep),
    ),
    max_leaves=8,
)
"""Everything that Python's json writes and reads."""


def strict(text: str) -> Any:
    """Read JSON and refuse what only Python calls so."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)
