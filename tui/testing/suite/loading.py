"""Suites from files: parsed, with variables and rows, validated; each error with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tui.testing.suite.expectations import Expectation
from tui.testing.suite.patterns import pattern_problems
from tui.testing.suite.row_files import csv_rows, json_rows
from tui.testing.suite.schema_errors import sentence_of, written_path
from tui.testing.suite.spec import CaseSpec, SuiteSpec
from tui.testing.suite.variables import UnknownVariable, did_you_mean, replace_variables
from tui.testing.suite.yaml_source import LARGEST_BYTES, Place, YamlDocument, YamlError, read_yaml
from tui.testing.suite.yaml_source import Path as ValuePath

MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, order=True)
class SuiteProblem:
    """An error in a suite."""

    file: str
    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.place.line}:{self.place.column}: {self.text}"


class InvalidSuite(Exception):
    """A suite that can't be used, with all its errors in the order of the file."""

    def __init__(self, problems: Sequence[SuiteProblem]) -> None:
        self.problems = sorted(set(problems))
        shown = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        if more := len(self.problems) - len(shown):
            shown.append(f"… and {more} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A case of a suite, rows and defaults applied."""

    suite: str
    spec: CaseSpec
    file: str
    folder: Path
    line: int
    turn_lines: tuple[tuple[int, tuple[int, ...]], ...]
    """Line of each turn, and of each of its expectations."""
    expect_lines: tuple[int, ...]

    @property
    def key(self) -> str:
        """Name over all suites."""
        return f"{self.suite}/{self.spec.id}"


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite that can be run."""

    spec: SuiteSpec
    file: str
    sha256: str
    """Digest of the file and of the rows it reads."""
    cases: tuple[PlannedCase, ...]
    secrets: tuple[str, ...] = ()
    """Values that no report may contain."""


def load_suite(path: Path, variables: Mapping[str, str], environ: Mapping[str, str]) -> Suite:
    """Read a suite. ``variables`` override those of the file. Raises ``InvalidSuite``."""
    return _Loading(path, variables, environ).load()


@dataclass(slots=True)
class _Loading:
    path: Path
    variables: Mapping[str, str]
    environ: Mapping[str, str]
    document: YamlDocument = field(init=False)
    problems: list[SuiteProblem] = field(default_factory=list)
    templates: list[int] = field(default_factory=list)
    """Index in the file of each case, rows expanded."""
    digest: Any = field(default_factory=hashlib.sha256)
    values: dict[str, object] = field(default_factory=dict)

    def load(self) -> Suite:
        text = self._read(self.path, Place(1, 1))
        try:
            self.document = read_yaml(text)
        except YamlError as error:
            raise InvalidSuite([SuiteProblem(str(self.path), error.place, error.text)]) from None
        tree = self.document.value
        if not isinstance(tree, dict):
            self._problem((), "a suite is a mapping that begins with 'version: 1'")
            raise InvalidSuite(self.problems)
        self.values = self._values(tree)
        filled = self._filled_suite(tree)
        if self.problems and not filled.get("cases"):
            raise InvalidSuite(self.problems)  # its rows are the problem
        spec = self._validated(filled)
        if self.problems:
            raise InvalidSuite(self.problems)
        self._check_cases(spec)
        if self.problems:
            raise InvalidSuite(self.problems)
        secrets = tuple(v for name in spec.secrets if (v := self.environ.get(name)))
        cases = tuple(self._planned(spec, i, case) for i, case in enumerate(spec.cases))
        return Suite(spec, str(self.path), self.digest.hexdigest(), cases, secrets)

    # -- files -----------------------------------------------------------------------------

    def _read(self, path: Path, place: Place) -> str:
        try:
            data = path.read_bytes()
            if len(data) > LARGEST_BYTES:
                raise ValueError(f"is larger than {LARGEST_BYTES // 1_000_000} MB")
            self.digest.update(data)
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = f"{path.name} isn't UTF-8 (byte {error.start})"
        except OSError as error:
            siblings = [other.name for other in path.parent.glob("*.y*ml")]
            near = did_you_mean(path.name, siblings) if isinstance(error, FileNotFoundError) else ""
            text = f"couldn't read {path}: {error.strerror}{near}"
        except ValueError as error:
            text = f"{path.name} {error}"
        raise InvalidSuite([SuiteProblem(str(self.path), place, text)])

    def _rows(self, each: object, at: ValuePath) -> Sequence[Mapping[str, object]]:
        """Return the rows of a template; a problem and no rows if there are none."""
        if not isinstance(each, dict):
            return []
        rows = each.get("rows")
        if isinstance(rows, list):
            filled = self._filled(rows, (*at, "rows"), self.values, frozenset())
            return [row for row in filled if isinstance(row, dict)]
        name = each.get("file")
        if not isinstance(name, str):
            return []
        place = self.document.place_of((*at, "file"))
        if problem := outside_problem(name):
            self.problems.append(SuiteProblem(str(self.path), place, problem))
            return []
        text = self._read(self.path.parent / name, place)
        try:
            found = list(
                json_rows(text) if name.endswith((".jsonl", ".ndjson")) else csv_rows(text)
            )
        except ValueError as error:
            self.problems.append(SuiteProblem(str(self.path), place, f"{name}: {error}"))
            return []
        if not found:
            self.problems.append(SuiteProblem(str(self.path), place, f"{name} has no rows"))
        return found

    # -- variables -------------------------------------------------------------------------

    def _values(self, tree: Mapping[str, object]) -> dict[str, object]:
        own = tree.get("vars")
        values: dict[str, object] = dict(own) if isinstance(own, dict) else {}
        unknown = [name for name in self.variables if name not in values]
        for name in unknown:
            self._problem(("vars",), f"--var {name}: no such variable{did_you_mean(name, values)}")
        values.update(self.variables)
        names = tree.get("env")
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and name in self.environ:
                values[f"env.{name}"] = self.environ[name]
        for name, value in list(values.items()):
            if isinstance(value, str) and name not in self.variables and "${env." in value:
                values[name] = self._filled(value, ("vars", name), values, frozenset())
        return values

    def _filled_suite(self, tree: Mapping[str, object]) -> dict[str, object]:
        filled = {
            key: value
            if key in ("cases", "vars", "env")
            else self._filled(value, (key,), self.values, frozenset())
            for key, value in tree.items()
        }
        cases = tree.get("cases")
        if isinstance(cases, list):
            filled["cases"] = list(self._filled_cases(cases))
        return filled

    def _filled_cases(self, cases: list[Any]) -> Iterator[object]:
        for index, case in enumerate(cases):
            at: ValuePath = ("cases", index)
            captures = frozenset(_capture_names(case))
            if not isinstance(case, dict) or "each" not in case:
                self.templates.append(index)
                yield self._filled(case, at, self.values, captures)
                continue
            for row in self._rows(case["each"], (*at, "each")):
                self.templates.append(index)
                values = {**self.values, **{f"row.{key}": value for key, value in row.items()}}
                own = {key: value for key, value in case.items() if key != "each"}
                yield self._filled(own, at, values, captures)

    def _filled(
        self, value: Any, at: ValuePath, values: Mapping[str, object], captures: frozenset[str]
    ) -> Any:
        match value:
            case str() if "${" in value or "\ufdd0" in value or "\ufdd1" in value:
                try:
                    return replace_variables(value, values, captures)
                except UnknownVariable as error:
                    self._problem(at, str(error))
                    return value
            case list():
                return [self._filled(v, (*at, i), values, captures) for i, v in enumerate(value)]
            case dict():
                return {k: self._filled(v, (*at, k), values, captures) for k, v in value.items()}
            case _:
                return value

    # -- validation ------------------------------------------------------------------------

    def _validated(self, tree: dict[str, object]) -> SuiteSpec:
        try:
            return SuiteSpec.model_validate(tree)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = written_path(tree, detail["loc"])
                self._problem(self._in_file(path), sentence_of(detail))
        raise InvalidSuite(self.problems)

    def _check_cases(self, spec: SuiteSpec) -> None:
        seen: dict[str, int] = {}
        names = {case.id for case in spec.cases}
        for name in spec.secrets:
            if name not in spec.env:
                self._problem(("secrets",), f"'{name}' isn't listed under 'env'")
        for number, case in enumerate(spec.cases):
            at: ValuePath = ("cases", self.templates[number])
            line = self.document.place_of((*at, "id")).line
            if case.id in seen:
                same = (
                    "made by two rows" if seen[case.id] == line else f"in line {seen[case.id]} too"
                )
                self._problem((*at, "id"), f"the ID '{case.id}' is {same}; IDs are unique")
            seen.setdefault(case.id, line)
            for need in case.needs:
                if need not in names:
                    self._problem((*at, "needs"), f"no case '{need}'{did_you_mean(need, names)}")
            self._check_turns(spec, case, at)

    def _check_turns(self, spec: SuiteSpec, case: CaseSpec, at: ValuePath) -> None:
        for number, expectation in enumerate(case.expectations):
            self._check_patterns(expectation, (*at, "expect", number))
        checked = any(e.kind != "outcome" for e in [*spec.defaults.expect, *case.expectations])
        for index, turn in enumerate(case.turns):
            here: ValuePath = (*at, "turns", index)
            if not turn.expectations and turn.expect != "none" and not checked:
                text = "the turn expects nothing; add 'expect', or 'expect: none'"
                self._problem((*here, "say"), text)
            for number, expectation in enumerate(turn.expectations):
                self._check_patterns(expectation, (*here, "expect", number))
            for number, name in enumerate(turn.files):
                place: ValuePath = (*here, "files", number)
                if problem := outside_problem(name):
                    self._problem(place, problem)
                elif not (self.path.parent / name).is_file():
                    self._problem(place, f"no file {name} beside the suite")
            last = index == len(case.turns) - 1
            if not last and any(a.answer == "leave" for a in turn.answers):
                text = "'leave' is for the last turn: the conversation stays busy"
                self._problem((*here, "approvals"), text)

    def _check_patterns(self, expectation: Expectation, at: ValuePath) -> None:
        for text, problem in pattern_problems(expectation):
            if "\ufdd0" not in text:  # else known only when a capture has its value
                self._problem(at, f"'{expectation.kind}': {problem}")

    def _planned(self, spec: SuiteSpec, number: int, case: CaseSpec) -> PlannedCase:
        at: ValuePath = ("cases", self.templates[number])

        def line(*path: str | int) -> int:
            return self.document.place_of((*at, *path)).line

        defaults = spec.defaults
        updates = {
            name: getattr(defaults, name)
            for name in ("timeout", "repeat", "pass_rate", "known_failure")
            if getattr(case, name) is None
        }
        turns = tuple(
            (
                line("turns", i, "say"),
                tuple(line("turns", i, "expect", k) for k in range(len(turn.expectations))),
            )
            for i, turn in enumerate(case.turns)
        )
        own = tuple(line("expect", k) for k in range(len(case.expectations)))
        return PlannedCase(
            spec.suite,
            case.model_copy(update=updates),
            str(self.path),
            self.path.parent,
            line("id"),
            turns,
            own,
        )

    def _in_file(self, path: ValuePath) -> ValuePath:
        """Return the path in the file of a path in the tree with rows expanded."""
        match path:
            case ("cases", int(number), *rest) if number < len(self.templates):
                return ("cases", self.templates[number], *rest)
            case _:
                return path

    def _problem(self, path: ValuePath, text: str) -> None:
        self.problems.append(SuiteProblem(str(self.path), self.document.place_of(path), text))


def outside_problem(name: str) -> str:
    """Return the reason why a path is not one beside the suite; empty if it is."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        return f"'{name}' must be a path beside the suite, without '..'"
    return ""


def _capture_names(case: object) -> Iterator[str]:
    turns = case.get("turns") if isinstance(case, dict) else None
    for turn in turns if isinstance(turns, list) else ():
        expects = turn.get("expect") if isinstance(turn, dict) else None
        for expect in expects if isinstance(expects, list) else ():
            names = expect.get("capture") if isinstance(expect, dict) else None
            yield from names if isinstance(names, dict) else ()
