"""Every rule of the guardrail policies: a valid case, an invalid one, and its error message.

The cases are taken from the Agent Studio API's tables, not from the code.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.studio.guardrails.policies import parse_policy, summarize_policy
from tui.studio.guardrails.validation import PII_ENTITIES, POLICY_TYPES, validate

ALL = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")


def filters(**strengths: str) -> dict[str, Any]:
    return {"filters": [{"type": name, "strength": value} for name, value in strengths.items()]}


def topics(count: int = 1, **fields: Any) -> dict[str, Any]:
    return {"topics": [{"name": f"Topic {n}", **fields} for n in range(count)]}


def pii(**fields: Any) -> dict[str, Any]:
    return {"enabled": True, "action": "BLOCK", "pii_entities": [{"type": "EMAIL"}]} | fields


def regexes(count: int = 1, **fields: Any) -> dict[str, Any]:
    rows = [{"name": f"Rule {n}", "pattern": r"\d{4}", **fields} for n in range(count)]
    return {"enabled": True, "action": "BLOCK", "pii_custom_regexes": rows}


def words(*entries: Any) -> dict[str, Any]:
    return {"custom_words": list(entries)}


VALID = [
    ("harmful_content", filters(**dict.fromkeys(ALL, "HIGH"))),
    ("harmful_content", filters(**dict.fromkeys(ALL, "NONE"))),
    ("harmful_content", filters(PROMPT_ATTACK="MEDIUM")),
    *[("prompt_attack", {"strength": s}) for s in ("NONE", "LOW", "MEDIUM", "HIGH")],
    *[("pii_detection", pii(action=action)) for action in ("BLOCK", "ANONYMIZE", "TOKENIZE")],
    ("pii_detection", pii(pii_custom_regexes=[])),
    ("pii_detection", {"enabled": False, "action": "BLOCK"}),
    ("pii_detection", {"enabled": False, "action": "BLOCK", "pii_entities": [{"type": "?"}]}),
    ("pii_detection", regexes(10)),
    ("pii_detection", regexes(pattern="a" * 499)),
    ("pii_detection", regexes(pattern=r"(?<year>\d{4})\h")),
    ("topic_boundary", topics(30)),
    ("topic_boundary", topics(description="d" * 299, examples=["e" * 299] * 5)),
    ("topic_boundary", {"topics": [{"name": "n" * 49}]}),
    ("profanity_filter", {"enabled": True}),
    ("profanity_filter", {"enabled": False}),
    ("custom_word_filter", words()),
    ("custom_word_filter", words(*["w" * 49] * 100)),
]

INVALID = [
    ("dance_policy", {}, "", "must be one of harmful_content"),
    ("prompt_attack", [], "", "must be a JSON object"),
    ("harmful_content", {}, "filters", "at least one filter"),
    ("harmful_content", {"filters": []}, "filters", "at least one filter"),
    ("harmful_content", {"filters": ["HATE"]}, "filters[0]", "object"),
    ("harmful_content", filters(RUDENESS="LOW"), "filters[0].type", "HATE, INSULTS, SEXUAL"),
    ("harmful_content", filters(HATE="low"), "filters[0].strength", "NONE, LOW, MEDIUM, HIGH"),
    ("harmful_content", {"filters": [{"type": "HATE"}]}, "filters[0].strength", "one of"),
    (
        "harmful_content",
        filters(HATE="LOW") | {"enabled": False},
        "enabled",
        "doesn't accept enabled",
    ),
    ("harmful_content", filters(HATE="LOW") | {"junk": 1}, "junk", "Unknown key"),
    ("prompt_attack", {}, "strength", "NONE, LOW, MEDIUM, HIGH"),
    ("prompt_attack", {"strength": "EXTREME"}, "strength", "NONE, LOW, MEDIUM, HIGH"),
    ("prompt_attack", {"strength": "LOW", "enabled": True}, "enabled", "doesn't accept enabled"),
    ("prompt_attack", {"strength": "LOW", "junk": 1}, "junk", "Unknown key"),
    ("pii_detection", pii(enabled=None), "enabled", "required"),
    ("pii_detection", pii(enabled="yes"), "enabled", "true or false"),
    ("pii_detection", pii(action=None), "action", "BLOCK, ANONYMIZE, TOKENIZE"),
    ("pii_detection", {"enabled": False}, "action", "even when enabled is false"),
    (
        "pii_detection",
        {"enabled": True, "action": "BLOCK"},
        "pii_entities",
        "entity type or custom",
    ),
    ("pii_detection", pii(pii_entities=[]), "pii_entities", "entity type or custom regex"),
    ("pii_detection", pii(pii_entities=[{"type": "SHOE"}]), "pii_entities[0].type", "list"),
    ("pii_detection", pii(pii_entities=["EMAIL"]), "pii_entities[0]", "object"),
    ("pii_detection", pii(pii_entities="EMAIL"), "pii_entities", "list"),
    ("pii_detection", regexes(11), "pii_custom_regexes", "at most 10"),
    ("pii_detection", regexes(name=" "), "pii_custom_regexes[0].name", "be blank"),
    ("pii_detection", regexes(pattern=""), "pii_custom_regexes[0].pattern", "be blank"),
    ("pii_detection", regexes(pattern="a" * 500), "pii_custom_regexes[0].pattern", "than 500"),
    ("pii_detection", regexes(pattern="[a-"), "pii_custom_regexes[0].pattern", "valid regular"),
    ("pii_detection", pii(junk=1), "junk", "Unknown key"),
    ("topic_boundary", {"topics": []}, "topics", "at least one topic"),
    ("topic_boundary", {}, "topics", "at least one topic"),
    ("topic_boundary", topics(31), "topics", "at most 30"),
    ("topic_boundary", {"topics": ["Money"]}, "topics[0]", "object"),
    ("topic_boundary", {"topics": [{"name": " "}]}, "topics[0].name", "be blank"),
    ("topic_boundary", {"topics": [{"name": "n" * 50}]}, "topics[0].name", "than 50"),
    ("topic_boundary", topics(description="d" * 300), "topics[0].description", "than 300"),
    ("topic_boundary", topics(description=4), "topics[0].description", "a string"),
    ("topic_boundary", topics(examples=["e"] * 6), "topics[0].examples", "at most 5"),
    ("topic_boundary", topics(examples="e"), "topics[0].examples", "list"),
    ("topic_boundary", topics(examples=["e" * 300]), "topics[0].examples[0]", "than 300"),
    ("topic_boundary", topics() | {"enabled": True}, "enabled", "doesn't accept enabled"),
    ("profanity_filter", {}, "enabled", "required"),
    ("profanity_filter", {"enabled": 1}, "enabled", "true or false"),
    ("profanity_filter", {"enabled": True, "junk": 1}, "junk", "Unknown key"),
    ("custom_word_filter", {}, "custom_words", "list"),
    ("custom_word_filter", words(*["w"] * 101), "custom_words", "at most 100"),
    ("custom_word_filter", words("w" * 50), "custom_words[0]", "than 50"),
    ("custom_word_filter", words(7), "custom_words[0]", "a string"),
    ("custom_word_filter", words() | {"enabled": False}, "enabled", "empty word list"),
]


@pytest.mark.parametrize(("policy_type", "configuration"), VALID)
def test_documented_valid_policies_pass(policy_type: str, configuration: Any) -> None:
    assert validate(policy_type, configuration) == ()


@pytest.mark.parametrize(("policy_type", "configuration", "where", "rule"), INVALID)
def test_documented_invalid_policies_are_reported_with_their_field(
    policy_type: str, configuration: Any, where: str, rule: str
) -> None:
    (problem,) = validate(policy_type, configuration)
    assert problem.where == where
    assert rule in problem.rule
    assert problem.rule.endswith((".", "true or false."))


def test_the_services_own_entities_replace_the_documented_ones() -> None:
    asked = pii(pii_entities=[{"type": "SHOE_SIZE"}])
    assert validate("pii_detection", asked, entities={"SHOE_SIZE"}) == ()
    assert len(PII_ENTITIES) == 31


@given(
    st.sampled_from(POLICY_TYPES),
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["filters", "type", "name", "topics", "enabled", "examples"]), inner
            )
        ),
        max_leaves=12,
    ),
)
def test_any_json_can_be_validated(policy_type: str, value: Any) -> None:
    validate(policy_type, value)
    if isinstance(value, dict):
        summarize_policy(policy_type, value)


@pytest.mark.parametrize(("policy_type", "configuration"), VALID)
def test_a_valid_loaded_policy_can_be_saved_again(policy_type: str, configuration: Any) -> None:
    settings = parse_policy(policy_type, configuration)
    assert settings is not None
    assert validate(policy_type, settings.configuration()) == ()
    assert parse_policy(policy_type, settings.configuration()) == settings
    assert summarize_policy(policy_type, configuration)
