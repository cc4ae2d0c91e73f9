"""Regular expressions and JSONPaths of a suite, compiled before anything is run."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from tui.testing.suite.expectations import Expectation, TextOptions


def pattern_problems(expectation: Expectation) -> Iterator[tuple[str, str]]:
    """Yield each pattern of an expectation that can't be compiled, with the reason."""
    match expectation.kind:
        case "matches" | "not_matches":
            value = expectation.value
            for pattern in value.texts if isinstance(value, TextOptions) else [value]:
                yield from _regex_problem(pattern)
        case "capture":
            for pattern in expectation.value.values():
                yield from _regex_problem(pattern)
        case "json":
            yield from _path_problem(expectation.value.path)
        case _:
            pass


def _regex_problem(pattern: str) -> Iterator[tuple[str, str]]:
    try:
        regex.compile(pattern)
    except regex.error as error:
        yield pattern, f"/{pattern}/ isn't a regular expression ({error})"


def _path_problem(path: str) -> Iterator[tuple[str, str]]:
    import jsonpath

    try:
        jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        yield path, f"{path} isn't a JSONPath ({str(error).splitlines()[0]})"
