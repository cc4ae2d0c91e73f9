"""Diff that is shown before a policy is replaced."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.studio.diff import diff, has_changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=15,
)
CONFIGURATIONS = st.dictionaries(st.text(max_size=6), JSON, max_size=4)


def filters(**strengths: str) -> dict[str, object]:
    return {"filters": [{"type": name, "strength": value} for name, value in strengths.items()]}


def test_a_diff_lists_changed_added_and_removed_values() -> None:
    found = diff(
        filters(HATE="LOW", SEXUAL="LOW", VIOLENCE="LOW"),
        filters(HATE="HIGH", INSULTS="LOW", VIOLENCE="LOW"),
    )
    assert [str(change) for change in found] == [
        "~ filters[HATE].strength: LOW → HIGH",
        "+ filters[INSULTS].strength: LOW",
        "  filters[VIOLENCE].strength: LOW",
        "- filters[SEXUAL].strength: LOW",
    ]


def test_a_diff_compares_texts_by_their_content() -> None:
    found = diff({"custom_words": ["Atlas", "Falcon"]}, {"custom_words": ["Falcon", "Orion"]})
    assert [(change.kind, change.what) for change in found] == [
        ("kept", "custom_words[Falcon]"),
        ("added", "custom_words[Orion]"),
        ("removed", "custom_words[Atlas]"),
    ]


def test_the_diff_of_a_first_policy_is_all_new_and_a_new_order_is_no_change() -> None:
    assert {change.kind for change in diff(None, filters(HATE="LOW"))} == {"added"}
    one, other = filters(HATE="LOW", SEXUAL="LOW"), filters(SEXUAL="LOW", HATE="LOW")
    assert not has_changes(diff(one, other))


@given(CONFIGURATIONS)
def test_equal_policies_have_no_diff(configuration: dict[str, object]) -> None:
    assert not has_changes(diff(configuration, configuration))


@given(CONFIGURATIONS, CONFIGURATIONS)
def test_a_reversed_diff_swaps_added_and_removed(
    one: dict[str, object], other: dict[str, object]
) -> None:
    there, back = diff(one, other), diff(other, one)
    added = {change.what for change in there if change.kind == "added"}
    assert added == {change.what for change in back if change.kind == "removed"}
