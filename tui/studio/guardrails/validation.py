"""Validate guardrail policies before they are sent.

Source: Agent Studio API, Guardrails, "Policy types" and "Disable or remove a policy". The service
replaces a policy in full, and rejects violations of these rules with 422.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.core.text import clean_line

STRENGTHS = ("NONE", "LOW", "MEDIUM", "HIGH")
CATEGORIES = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT", "PROMPT_ATTACK")
PII_ACTIONS = ("BLOCK", "ANONYMIZE", "TOKENIZE")
PII_ENTITIES = (
    "ADDRESS",
    "AGE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CA_HEALTH_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER",
    "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "DRIVER_ID",
    "EMAIL",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "IP_ADDRESS",
    "LICENSE_PLATE",
    "MAC_ADDRESS",
    "NAME",
    "PASSWORD",
    "PHONE",
    "PIN",
    "SWIFT_CODE",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "URL",
    "USERNAME",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_PASSPORT_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "VEHICLE_IDENTIFICATION_NUMBER",
)
"""As documented; ``Guardrails.pii_entities`` is authoritative."""

MOST_REGEXES, MOST_TOPICS, MOST_EXAMPLES, MOST_WORDS = 10, 30, 5, 100
PATTERN_BELOW, NAME_BELOW, DESCRIPTION_BELOW, EXAMPLE_BELOW, WORD_BELOW = 500, 50, 300, 300, 50
"""Texts must be shorter than these, in characters."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """Violated rule."""

    where: str
    """Path of the value, such as ``topics[2].name``; empty for the policy as a whole."""
    rule: str
    """The rule as a sentence."""

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}" if self.where else self.rule


Violations = Iterator[Violation]


def validate(
    policy_type: str, configuration: object, *, entities: Collection[str] | None = PII_ENTITIES
) -> tuple[Violation, ...]:
    """Return the rules that a configuration breaks, in the order of its fields.

    ``entities`` are the PII entity types of the service; None: unknown.
    """
    check = _CHECKS.get(policy_type)
    if check is None:
        rule = f"The policy type must be one of {', '.join(POLICY_TYPES)}."
        return (Violation("", rule),)
    if not isinstance(configuration, Mapping):
        return (Violation("", "The configuration must be a JSON object."),)
    return (
        *_unknown_keys(policy_type, configuration),
        *check(configuration),
        *_unknown_entities(policy_type, configuration, entities),
    )


# -- one policy each ---------------------------------------------------------------------------


def _harmful_content(configuration: Json) -> Violations:
    filters = configuration.get("filters")
    if not isinstance(filters, list) or not filters:
        yield Violation(
            "filters",
            "Add at least one filter. To turn the policy off, set every category to strength NONE.",
        )
        return
    for place, entry in _entries("filters", filters):
        yield from _one_of(f"{place}.type", entry.get("type"), CATEGORIES)
        yield from _one_of(f"{place}.strength", entry.get("strength"), STRENGTHS)
    yield from _not_objects("filters", filters)


def _prompt_attack(configuration: Json) -> Violations:
    yield from _one_of("strength", configuration.get("strength"), STRENGTHS)


def _pii_detection(configuration: Json) -> Violations:
    enabled = configuration.get("enabled")
    yield from _boolean("enabled", enabled)
    yield from _one_of(
        "action", configuration.get("action"), PII_ACTIONS, also="even when enabled is false"
    )
    if enabled is not True:
        return  # the other fields are accepted and ignored
    entities = configuration.get("pii_entities")
    regexes = configuration.get("pii_custom_regexes")
    for name, value in (("pii_entities", entities), ("pii_custom_regexes", regexes)):
        if value is not None and not isinstance(value, list):
            yield Violation(name, "Must be a list.")
    if not entities and not regexes:
        yield Violation(
            "pii_entities",
            "When enabled is true, add at least one entity type or custom regex.",
        )
    yield from _not_objects("pii_entities", entities)
    yield from _regexes(regexes if isinstance(regexes, list) else [])


def _regexes(regexes: list[Any]) -> Violations:
    if len(regexes) > MOST_REGEXES:
        yield Violation("pii_custom_regexes", f"Use at most {MOST_REGEXES} custom regexes.")
    yield from _not_objects("pii_custom_regexes", regexes)
    for place, entry in _entries("pii_custom_regexes", regexes):
        yield from _filled(
            f"{place}.name", entry.get("name"), "Enter a label for the custom regex."
        )
        pattern = entry.get("pattern")
        yield from _filled(f"{place}.pattern", pattern, "Enter a pattern for the custom regex.")
        yield from _shorter(f"{place}.pattern", pattern, PATTERN_BELOW)
        if isinstance(pattern, str) and not _is_regex(pattern):
            yield Violation(f"{place}.pattern", "Enter a valid regular expression.")


def _topic_boundary(configuration: Json) -> Violations:
    topics = configuration.get("topics")
    if not isinstance(topics, list) or not topics:
        yield Violation(
            "topics",
            "Add at least one topic. A topic list can't be emptied; edit the topics instead.",
        )
        return
    if len(topics) > MOST_TOPICS:
        yield Violation("topics", f"Use at most {MOST_TOPICS} topics.")
    yield from _not_objects("topics", topics)
    for place, topic in _entries("topics", topics):
        yield from _filled(f"{place}.name", topic.get("name"), "Enter a name for the topic.")
        yield from _shorter(f"{place}.name", topic.get("name"), NAME_BELOW)
        yield from _text(f"{place}.description", topic.get("description"))
        yield from _shorter(f"{place}.description", topic.get("description"), DESCRIPTION_BELOW)
        yield from _examples(f"{place}.examples", topic.get("examples"))


def _examples(place: str, examples: object) -> Violations:
    if examples is None:
        return
    if not isinstance(examples, list):
        yield Violation(place, "Examples must be a list of strings.")
        return
    if len(examples) > MOST_EXAMPLES:
        yield Violation(place, f"Use at most {MOST_EXAMPLES} examples per topic.")
    for index, example in enumerate(examples):
        yield from _text(f"{place}[{index}]", example, required=True)
        yield from _shorter(f"{place}[{index}]", example, EXAMPLE_BELOW)


def _profanity_filter(configuration: Json) -> Violations:
    yield from _boolean("enabled", configuration.get("enabled"))


def _custom_word_filter(configuration: Json) -> Violations:
    words = configuration.get("custom_words")
    if not isinstance(words, list):
        yield Violation(
            "custom_words", "Words must be a list of strings. Use an empty list to clear it."
        )
        return
    if len(words) > MOST_WORDS:
        yield Violation("custom_words", f"Use at most {MOST_WORDS} words or phrases.")
    for index, word in enumerate(words):
        yield from _text(f"custom_words[{index}]", word, required=True)
        yield from _shorter(f"custom_words[{index}]", word, WORD_BELOW)


_CHECKS: Mapping[str, Callable[[Json], Violations]] = {
    "harmful_content": _harmful_content,
    "prompt_attack": _prompt_attack,
    "pii_detection": _pii_detection,
    "topic_boundary": _topic_boundary,
    "profanity_filter": _profanity_filter,
    "custom_word_filter": _custom_word_filter,
}
_KEYS: Mapping[str, frozenset[str]] = {
    "harmful_content": frozenset({"filters"}),
    "prompt_attack": frozenset({"strength"}),
    "pii_detection": frozenset({"enabled", "action", "pii_entities", "pii_custom_regexes"}),
    "topic_boundary": frozenset({"topics"}),
    "profanity_filter": frozenset({"enabled"}),
    "custom_word_filter": frozenset({"custom_words"}),
}
POLICY_TYPES = tuple(_CHECKS)


# -- rules that several share ------------------------------------------------------------------


def unknown_keys(policy_type: str, configuration: Json) -> list[str]:
    """Return the keys of a configuration that its policy does not have."""
    return [str(key) for key in configuration if key not in _KEYS[policy_type]]


def _unknown_keys(policy_type: str, configuration: Json) -> Violations:
    for key in unknown_keys(policy_type, configuration):
        if key == "enabled":
            rule = "This policy doesn't accept enabled" + _TURN_OFF.get(policy_type, ".")
        else:
            rule = f"Unknown key. This policy accepts: {', '.join(sorted(_KEYS[policy_type]))}."
        yield Violation(clean_line(key, 40), rule)


_TURN_OFF = {
    "harmful_content": "; to turn it off, set every category to strength NONE.",
    "prompt_attack": "; to turn it off, set strength to NONE.",
    "custom_word_filter": "; to turn it off, use an empty word list.",
    "topic_boundary": "; edit its topics instead.",
}


def _unknown_entities(
    policy_type: str, configuration: Json, entities: Collection[str] | None
) -> Violations:
    if policy_type != "pii_detection" or configuration.get("enabled") is not True:
        return
    chosen = configuration.get("pii_entities")
    for place, entry in _entries("pii_entities", chosen):
        kind = entry.get("type")
        if not isinstance(kind, str) or (entities is not None and kind not in entities):
            rule = (
                "Unknown entity type. Run 'genie-tui studio guardrails pii-entities' to list them."
            )
            yield Violation(f"{place}.type", rule)


def _entries(name: str, values: object) -> Iterator[tuple[str, Json]]:
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, Mapping):
            yield f"{name}[{index}]", value


def _not_objects(name: str, values: object) -> Violations:
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if not isinstance(value, Mapping):
            yield Violation(f"{name}[{index}]", "Each entry must be a JSON object.")


def _one_of(place: str, value: object, allowed: tuple[str, ...], *, also: str = "") -> Violations:
    if value not in allowed:
        told = f" Required {also}." if also else ""
        yield Violation(place, f"Must be one of: {', '.join(allowed)}.{told}")


def _boolean(place: str, value: object) -> Violations:
    if not isinstance(value, bool):
        yield Violation(place, "enabled is required and must be true or false.")


def _filled(place: str, value: object, rule: str) -> Violations:
    if not isinstance(value, str) or not value.strip():
        yield Violation(place, f"{rule} It can't be blank.")


def _text(place: str, value: object, *, required: bool = False) -> Violations:
    if not isinstance(value, str) and (required or value is not None):
        yield Violation(place, "Must be a string.")


def _shorter(place: str, value: object, below: int) -> Violations:
    if isinstance(value, str) and len(value) >= below:
        yield Violation(place, f"Must be shorter than {below} characters (now {len(value)}).")


def _is_regex(pattern: str) -> bool:
    """Return True if a pattern may be valid, as far as Python can tell.

    The service's dialect differs: Python supports neither ``(?<name>`` nor every escape.
    """
    try:
        re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))
    except (re.error, OverflowError, RecursionError) as error:
        return str(error).startswith("bad escape")
    return True
