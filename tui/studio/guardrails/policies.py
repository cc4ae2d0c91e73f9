"""Guardrail policies as typed values, for forms and requests.

``parse_policy`` is tolerant, since it reads the service's data; the output of ``configuration()``
is checked by ``tui.studio.guardrails.validation``. Source: Agent Studio API, Guardrails, Policy
types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tui.core.text import plural

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HarmfulContent:
    """Strength by category; a missing category is off."""

    filters: Mapping[str, str]

    def configuration(self) -> Json:
        rows = [{"type": name, "strength": strength} for name, strength in self.filters.items()]
        return {"filters": rows}


@dataclass(frozen=True, slots=True)
class PromptAttack:
    """Blocks attempts to turn the genie against its instructions."""

    strength: str

    def configuration(self) -> Json:
        return {"strength": self.strength}


@dataclass(frozen=True, slots=True)
class Regex:
    """Custom pattern for personal data."""

    name: str
    """Shown in audit logs."""
    pattern: str


@dataclass(frozen=True, slots=True)
class PiiDetection:
    """Detection of personal data, and the action on it."""

    enabled: bool
    action: str = "BLOCK"
    entities: tuple[str, ...] = ()
    regexes: tuple[Regex, ...] = ()

    def configuration(self) -> Json:
        return {
            "enabled": self.enabled,
            "action": self.action,
            "pii_entities": [{"type": entity} for entity in self.entities],
            "pii_custom_regexes": [
                {"name": regex.name, "pattern": regex.pattern} for regex in self.regexes
            ],
        }


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that the genie must not talk about, with example sentences."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()

    def entry(self) -> Json:
        entry: dict[str, object] = {"name": self.name}
        if self.description:
            entry["description"] = self.description
        if self.examples:
            entry["examples"] = list(self.examples)
        return entry


@dataclass(frozen=True, slots=True)
class TopicBoundary:
    """Topics that the genie must not talk about."""

    topics: tuple[Topic, ...]

    def configuration(self) -> Json:
        return {"topics": [topic.entry() for topic in self.topics]}


@dataclass(frozen=True, slots=True)
class ProfanityFilter:
    """Blocks profanity, by a list of the service."""

    enabled: bool

    def configuration(self) -> Json:
        return {"enabled": self.enabled}


@dataclass(frozen=True, slots=True)
class CustomWordFilter:
    """Blocks custom words."""

    words: tuple[str, ...]

    def configuration(self) -> Json:
        return {"custom_words": list(self.words)}


PolicySettings: TypeAlias = (
    HarmfulContent
    | PromptAttack
    | PiiDetection
    | TopicBoundary
    | ProfanityFilter
    | CustomWordFilter
)


def parse_policy(policy_type: str, configuration: Json) -> PolicySettings | None:
    """Return a configuration as its type; None for an unknown type.

    Missing and odd values read as empty, off or the first choice.
    """
    reader = _READERS.get(policy_type)
    return reader(configuration) if reader else None


def summarize_policy(policy_type: str, configuration: Json) -> str:
    """Summarize a policy on one line: ``HATE HIGH, INSULTS LOW``, ``3 topics``, ``off``."""
    match parse_policy(policy_type, configuration):
        case HarmfulContent(filters=filters):
            on = [f"{name} {value}" for name, value in filters.items() if value != "NONE"]
            return ", ".join(on) or "off"
        case PromptAttack(strength=strength):
            return "off" if strength == "NONE" else strength
        case PiiDetection(enabled=False) | ProfanityFilter(enabled=False):
            return "off"
        case PiiDetection(action=action, entities=entities, regexes=regexes):
            return f"{action} {_count(entities, 'entity type')}, {_count(regexes, 'regex')}"
        case ProfanityFilter():
            return "on"
        case TopicBoundary(topics=topics):
            return _count(topics, "topic")
        case CustomWordFilter(words=words):
            return _count(words, "word") if words else "off"
        case None:
            return "not supported by this version"


def _count(things: Sequence[object], name: str) -> str:
    return plural(len(things), name)


def _harmful_content(configuration: Json) -> HarmfulContent:
    rows = _objects(configuration.get("filters"))
    return HarmfulContent({_text(row, "type"): _text(row, "strength") for row in rows})


def _pii_detection(configuration: Json) -> PiiDetection:
    return PiiDetection(
        configuration.get("enabled") is True,
        _text(configuration, "action") or "BLOCK",
        tuple(_text(row, "type") for row in _objects(configuration.get("pii_entities"))),
        tuple(
            Regex(_text(row, "name"), _text(row, "pattern"))
            for row in _objects(configuration.get("pii_custom_regexes"))
        ),
    )


def _topic_boundary(configuration: Json) -> TopicBoundary:
    return TopicBoundary(
        tuple(
            Topic(_text(row, "name"), _text(row, "description"), _texts(row.get("examples")))
            for row in _objects(configuration.get("topics"))
        )
    )


_READERS: Mapping[str, Callable[[Json], PolicySettings]] = {
    "harmful_content": _harmful_content,
    "prompt_attack": lambda c: PromptAttack(_text(c, "strength") or "NONE"),
    "pii_detection": _pii_detection,
    "topic_boundary": _topic_boundary,
    "profanity_filter": lambda c: ProfanityFilter(c.get("enabled") is True),
    "custom_word_filter": lambda c: CustomWordFilter(_texts(c.get("custom_words"))),
}


def _objects(value: object) -> list[Json]:
    rows = value if isinstance(value, list | tuple) else ()
    return [row for row in rows if isinstance(row, Mapping)]


def _text(row: Json, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(row for row in rows if isinstance(row, str))
