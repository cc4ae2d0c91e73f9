"""Errors of a suite's schema as sentences, with the closest valid word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tui.testing.suite.spec import TurnSpec, json_schema
from tui.testing.suite.variables import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "string_too_short": "can't be empty",
    "too_short": "can't be empty",
}


_OTHER_WORDS: Mapping[str, str] = {
    # words of promptfoo, pytest, Rasa, and Tavern for keys of ours
    "tests": "cases",
    "test_cases": "cases",
    "testcases": "cases",
    "assert": "expect",
    "asserts": "expect",
    "assertions": "expect",
    "expected": "expect",
    "checks": "expect",
    "prompt": "say",
    "user": "say",
    "input": "say",
    "message": "say",
    "utterance": "say",
    "steps": "turns",
    "stages": "turns",
    "prompts": "cases",
    "providers": "agent",
    "provider": "agent",
    "target": "agent",
    "targets": "agent",
    "variables": "vars",
    "default_test": "defaults",
    "defaulttest": "defaults",
    "marks": "tags",
    "metadata": "meta",
    "parametrize": "each",
    "depends_on": "needs",
    "threshold": "pass_rate",
    "xfail": "known_failure",
    "attachments": "files",
    "approve": "approvals",
    "icontains": "contains",
    "contains_all": "contains",
    "icontains_any": "contains_any",
    "regex": "matches",
    "regexp": "matches",
    "not_regex": "not_matches",
    "is_json": "json",
    "is_refusal": "refuses",
    "latency": "ends_within",
    "max_time": "ends_within",
    "timeout": "ends_within",
    "cost": "cost_under",
    "tokens": "tokens_under",
    "llm_rubric": "judge",
    "javascript": "judge",
    "python": "judge",
    "called": "skill",
    "tool": "skill",
    "tool_called": "skill",
    "tool_used": "skill",
    "not_called": "no_skill",
    "save": "capture",
}


def written_path(tree: object, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the path in the tree of an error's location, without the names of union members."""
    path: list[int | str] = []
    value = tree
    for part in loc:
        match value:
            case dict() if part in value:
                value = value[part]
            case list() if isinstance(part, int) and part < len(value):
                value = value[part]
            case _:
                continue  # the name of a union's member
        path.append(part)
    return tuple(path)


def sentence_of(detail: ErrorDetails) -> str:
    """Return an error as a clause for the user."""
    kind, loc = detail["type"], detail["loc"]
    name = _name(loc)
    match kind:
        case "missing":
            return f"'{loc[-1]}' is missing"
        case "extra_forbidden":
            return f"unknown key '{loc[-1]}'{_hint(str(loc[-1]), _keys_at(loc[:-1]))}"
        case "literal_error" if detail["ctx"]["expected"] == "'none'":
            return f"{name}must be a list, or none"
        case "literal_error":
            return _literal(detail, name)
        case "value_error":
            return str(detail["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"{name}can have lower case letters, digits, '.', '_' and '-'"
        case "string_type" if isinstance(detail["input"], int | float):
            return f"{name}must be text; put {_written(detail['input'])} into quotes"
        case _:
            text = _KINDS.get(kind) or _decapitalized(detail["msg"])
            return (
                f"{name}{text.removeprefix('input should ').replace('be ', 'must be ', 1)}"
                if (text.startswith("input should"))
                else f"{name}{text}"
            )


def _hint(word: str, keys: set[str]) -> str:
    """Return which key of a place was meant, or how an expectation is written."""
    plain = word.casefold().replace("-", "_")
    if (other := _OTHER_WORDS.get(plain)) in keys:
        return f"; here it is '{other}'"
    if "turns" in keys and (word in TurnSpec.model_fields or other == "say"):
        return "; it goes into a turn, such as 'turns: [{say: TEXT}]'"
    if "contains" in keys and plain in ("type", "value"):
        return "; write the kind as the key, such as 'contains: TEXT'"
    return did_you_mean(word, sorted(keys))


def _name(loc: tuple[int | str, ...]) -> str:
    """Return the key that an error is about, to begin a clause with."""
    keys = [
        part for part in loc if isinstance(part, str) and part not in ("text", "list", "object")
    ]
    return f"'{keys[-1]}' " if keys else ""


def _literal(detail: ErrorDetails, name: str) -> str:
    words = [
        word.strip(" '") for word in detail["ctx"]["expected"].replace(" or ", ", ").split(",")
    ]
    given = detail["input"]
    if len(words) == 1:
        return f"{name}must be {words[0]}"
    near = did_you_mean(given, words) if isinstance(given, str) else ""
    if given in ("completed", "stopped"):
        near = f"; of a skill: 'skill: {{name: ..., outcome: {given}}}'"
    return f"{name}must be {', '.join(words[:-1])}, or {words[-1]}{near}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _keys_at(loc: tuple[int | str, ...]) -> set[str]:
    """Return the keys that the schema allows at a location."""
    here: list[Mapping[str, Any]] = list(_forms(_schema()))
    for part in loc:
        below = [inner for form in here for inner in _below(form, part)]
        here = [form for inner in below for form in _forms(inner)] or here
    return {key for form in here for key in form.get("properties", {})}


def _below(form: Mapping[str, Any], part: int | str) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        if isinstance(items := form.get("items"), dict):
            yield items
    elif part in form.get("properties", {}):
        yield form["properties"][part]
    elif isinstance(others := form.get("additionalProperties"), dict):
        yield others


def _forms(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and the members of its unions, references resolved."""
    if reference := schema.get("$ref"):
        yield from _forms(_schema()["$defs"][reference.rsplit("/", 1)[1]])
        return
    yield schema
    for union in ("anyOf", "oneOf"):
        for member in schema.get(union, ()):
            yield from _forms(member)
