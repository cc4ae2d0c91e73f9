"""Prompt files: Markdown files with messages to send again, in the configuration folder.

``prompts/tickets.md`` is the prompt ``tickets``. Its text has ``{{argument}}`` for each argument
that the front matter declares::

    ---
    description: Open tickets of a customer
    arguments:
      - name: customer
        description: Name as in Salesforce
      - name: days
        default: 7
    ---
    Which tickets of {{customer}} were opened in the last {{days}} days?

An argument without ``default`` is required. ``\\{{`` stands for ``{{``.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.draft import FOLDED_PART, typed_text
from tui.core.text import clean_line, did_you_mean, size

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, ScalarNode

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LARGEST_BYTES = 64 * 1024
_MOST_FILES = 500
_FENCE = "---"
_FIELD = re.compile(r"(\\?)\{\{[ \t]*([A-Za-z][\w-]*)[ \t]*\}\}")
_WORD = re.compile(
    rf"""\s*((?:[A-Za-z][\w-]*=)?(?:"[^"]*"|'[^']*'|{FOLDED_PART})(?=\s|\Z)|\S+)""", re.DOTALL
)
_NAMED = re.compile(r"([A-Za-z][\w-]*)=(.*)", re.DOTALL)
_PROMPT_KEYS = ("description", "arguments")
_ARGUMENT_KEYS = ("name", "description", "default")


class PromptProblem(Exception):
    """Prompt that cannot be used, or used so; ``str(error)`` is one line for the user."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Argument of a prompt."""

    name: str
    description: str = ""
    default: str | None = None
    """None: the argument is required."""

    @property
    def placeholder(self) -> str:
        """Name in a usage line: ``CUSTOMER``, or ``[DAYS]`` if it has a default."""
        return self.name.upper() if self.default is None else f"[{self.name.upper()}]"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """Prompt that was read from a file."""

    name: str
    text: str
    description: str = ""
    """Of the front matter, else the first line of the text."""
    arguments: tuple[Argument, ...] = ()

    @property
    def usage(self) -> str:
        """Arguments in order: ``CUSTOMER [DAYS]``."""
        return " ".join(argument.placeholder for argument in self.arguments)

    @property
    def required(self) -> tuple[Argument, ...]:
        return tuple(argument for argument in self.arguments if argument.default is None)

    def expand(self, typed: str) -> str:
        """Return the message for arguments typed after the name.

        Words are arguments in order, or ``name=value``; quotes hold a value with spaces together.
        The last argument takes all that remains. Raises ``PromptProblem``.
        """
        found = list(_WORD.finditer(typed))
        words = [_unquoted(match[1]) for match in found]

        def rest(place: int) -> str:
            one_word = place == len(found) - 1
            return words[place] if one_word else typed[found[place].start(1) :].strip()

        return self._filled(self._assigned(words, rest))

    def expand_words(self, words: Sequence[str]) -> str:
        """Return the message for arguments that a shell has split; raises ``PromptProblem``."""
        return self._filled(self._assigned(words, lambda place: " ".join(words[place:])))

    def argument_at(self, typed: str) -> Argument | None:
        """Return the argument that the next character of a partly typed line belongs to."""
        words = _WORD.findall(typed)
        complete = words if not typed or typed[-1].isspace() else words[:-1]
        if words and len(complete) < len(words) and (named := self._named(words[-1], {})):
            return self._by_name[named[0]]
        free = [a for a in self.arguments if a.name not in self._given(complete)]
        return free[0] if free else (self.arguments[-1] if self.arguments else None)

    @property
    def _by_name(self) -> Mapping[str, Argument]:
        return {argument.name: argument for argument in self.arguments}

    def _named(self, word: str, given: Mapping[str, str]) -> tuple[str, str] | None:
        found = _NAMED.fullmatch(word)
        if found and found[1] in self._by_name and found[1] not in given:
            return found[1], _unquoted(found[2])
        return None

    def _given(self, words: Sequence[str]) -> dict[str, str]:
        """Return the values of the first words, by argument; those too many are ignored."""
        values: dict[str, str] = {}
        for word in words:
            free = [a.name for a in self.arguments if a.name not in values]
            if named := self._named(word, values):
                values[named[0]] = named[1]
            elif free:
                values[free[0]] = word
        return values

    def _assigned(self, words: Sequence[str], rest: Callable[[int], str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for place, word in enumerate(words):
            free = [a.name for a in self.arguments if a.name not in values]
            if named := self._named(word, values):
                values[named[0]] = named[1]
            elif not free:
                extra = clean_line(word, 40)
                raise PromptProblem(f"{self._subject} takes no further argument: {extra}")
            elif len(free) == 1:
                values[free[0]] = rest(place)
                break
            else:
                values[free[0]] = word
        return values

    def _filled(self, values: Mapping[str, str]) -> str:
        missing = [a for a in self.required if not values.get(a.name, "").strip()]
        if missing:
            needs = ", ".join(
                f"{a.name} ({a.description})" if a.description else a.name for a in missing
            )
            usage = f"Usage: {self.name} {self.usage}"
            raise PromptProblem(f"{self._subject} needs {needs}. {usage}")
        whole = {a.name: a.default or "" for a in self.arguments} | dict(values)
        return _FIELD.sub(
            lambda found: found[0][1:] if found[1] else whole[found[2]], self.text
        ).strip()

    @property
    def _subject(self) -> str:
        return f"The prompt {self.name!r}"


@dataclass(slots=True)
class PromptFolder:
    """Folder of prompt files; a file is read again only after it has changed."""

    path: Path
    prompts: Mapping[str, PromptFile] = field(default_factory=dict)
    """By name, in alphabetical order."""
    problems: Mapping[str, PromptProblem] = field(default_factory=dict)
    """By name of the prompt that cannot be used."""
    _read: dict[Path, tuple[tuple[int, int], PromptFile | PromptProblem]] = field(
        default_factory=dict
    )

    def refresh(self) -> PromptFolder:
        """Read what has changed, and return the folder."""
        found = {path: self._one(path) for path in self._paths()}
        prompts: dict[str, PromptFile] = {}
        problems: dict[str, PromptProblem] = {}
        for path, (_, result) in found.items():
            name = path.stem.lower()
            if isinstance(result, PromptProblem):
                problems.setdefault(name, result)
            elif name in prompts:
                told = "another file has the same name in other letters; rename one."
                problems[path.stem] = PromptProblem(f"{path.name}: {told}")
            else:
                prompts[name] = result
        self._read, self.prompts, self.problems = found, prompts, problems
        return self

    def get(self, name: str) -> PromptFile:
        """Return a prompt; raises ``PromptProblem`` if there is none that can be used."""
        if problem := self.problems.get(name.lower()):
            raise problem
        if found := self.prompts.get(name.lower()):
            return found
        there = f"Prompts: {', '.join(self.prompts) or 'none yet'}."
        hint = did_you_mean(name, self.prompts) or there
        raise PromptProblem(f"There's no prompt {clean_line(name, 40)!r} in {self.path}. {hint}")

    def _paths(self) -> list[Path]:
        try:
            found = [p for p in self.path.iterdir() if p.suffix == ".md" and p.name[0] != "."]
        except OSError:
            return []
        return sorted(found, key=lambda path: path.stem.lower())[:_MOST_FILES]

    def _one(self, path: Path) -> tuple[tuple[int, int], PromptFile | PromptProblem]:
        result: PromptFile | PromptProblem
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            known = self._read.get(path)
            if known and known[0] == stamp:
                return known
            if not stat.S_ISREG(status.st_mode):
                result = PromptProblem(f"{path.name}: it isn't a file.")
            elif status.st_size > _LARGEST_BYTES:
                limit = size(_LARGEST_BYTES)
                result = PromptProblem(f"{path.name}: larger than {limit}, the limit for a prompt.")
            else:
                result = read_prompt(path.name, path.read_text(encoding="utf-8-sig"))
        except PromptProblem as problem:
            result = problem
        except UnicodeDecodeError:
            result = PromptProblem(f"{path.name} isn't UTF-8 text.")
        except OSError as error:
            return (0, 0), PromptProblem(f"Couldn't read {path.name}: {error.strerror}.")
        return stamp, result


def read_prompt(file_name: str, content: str) -> PromptFile:
    """Return the prompt of a file's content; raises ``PromptProblem`` with file and line."""
    return _Reader(file_name, typed_text(content)).read()


class _Reader:
    """Reader of one file."""

    def __init__(self, file_name: str, content: str) -> None:
        self._file = clean_line(file_name, 80)
        self._name = file_name.removesuffix(".md")
        self._lines = content.split("\n")

    def read(self) -> PromptFile:
        if not NAME.fullmatch(self._name):
            told = "a prompt's name starts with a letter and has letters, digits, - and _ only."
            raise PromptProblem(f"{self._file}: {told}")
        start, description, arguments = self._front_matter()
        text = "\n".join(self._lines[start:])
        if not text.strip():
            raise self._problem(start, "the prompt has no text.")
        self._check_fields(start, {argument.name for argument, _ in arguments})
        used = {found[2] for found in _FIELD.finditer(text) if not found[1]}
        for argument, line in arguments:
            if argument.name not in used:
                told = f"the text doesn't use the argument; add {{{{{argument.name}}}}} to it."
                raise self._problem(line, told)
        order = tuple(argument for argument, _ in arguments)
        about = description or clean_line(text.strip().partition("\n")[0], 80)
        return PromptFile(self._name.lower(), text.strip(), about, order)

    def _problem(self, line: int, told: str) -> PromptProblem:
        """``line`` counts from 0."""
        return PromptProblem(f"{self._file}, line {line + 1}: {told}")

    def _check_fields(self, start: int, known: set[str]) -> None:
        for number, line in enumerate(self._lines[start:], start):
            for found in _FIELD.finditer(line):
                if not found[1] and found[2] not in known:
                    told = f"{found[0]} isn't declared under arguments; \\{{{{ is plain text."
                    raise self._problem(number, told)

    def _front_matter(self) -> tuple[int, str, list[tuple[Argument, int]]]:
        """Return the first line of the text, the description, and the arguments by line."""
        if self._lines[0].rstrip() != _FENCE:
            return 0, "", []
        ends = (n for n, line in enumerate(self._lines) if n and line.rstrip() == _FENCE)
        end = next(ends, None)
        if end is None:
            raise self._problem(0, f"the front matter has no end; add a line with {_FENCE}.")
        fields = self._mapping(self._compose("\n".join(self._lines[1:end])), _PROMPT_KEYS)
        description = self._text(fields["description"]) if "description" in fields else ""
        arguments = [*self._arguments(fields["arguments"])] if "arguments" in fields else []
        return end + 1, clean_line(description, 200), arguments

    def _compose(self, text: str) -> Node | None:
        """Return the node of some YAML: unlike values, nodes know their lines."""
        import yaml

        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            told = clean_line(error.problem or "not readable", 120)
            raise self._problem(line, f"the front matter isn't valid YAML: {told}.") from None
        except yaml.YAMLError as error:
            told = clean_line(str(error), 120)
            raise self._problem(0, f"the front matter isn't valid YAML: {told}.") from None

    def _mapping(self, node: Node | None, known: Sequence[str]) -> dict[str, Node]:
        from yaml.nodes import MappingNode

        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            raise self._problem_at(node, f"must have keys, such as {known[0]}: TEXT.")
        return dict(self._pairs(node, known))

    def _pairs(self, node: MappingNode, known: Sequence[str]) -> Iterator[tuple[str, Node]]:
        for key, value in node.value:
            if key.value not in known:
                told = f"unknown key {clean_line(str(key.value), 40)!r}; known keys:"
                raise self._problem_at(key, f"{told} {', '.join(known)}.")
            yield key.value, value

    def _arguments(self, node: Node) -> Iterator[tuple[Argument, int]]:
        from yaml.nodes import ScalarNode, SequenceNode

        if not isinstance(node, SequenceNode):
            raise self._problem_at(node, "arguments must be a list, such as - name: customer.")
        seen: set[str] = set()
        for item in node.value:
            argument = (
                Argument(self._text(item)) if isinstance(item, ScalarNode) else self._argument(item)
            )
            if not NAME.fullmatch(argument.name):
                told = "an argument's name starts with a letter and has letters, digits, - and _"
                raise self._problem_at(item, f"{told} only.")
            if argument.name in seen:
                raise self._problem_at(item, f"the argument {argument.name!r} is declared twice.")
            seen.add(argument.name)
            yield argument, item.start_mark.line + 1

    def _argument(self, node: Node) -> Argument:
        fields = self._mapping(node, _ARGUMENT_KEYS)
        if "name" not in fields:
            raise self._problem_at(node, "the argument has no name; add name: NAME.")
        told = self._text(fields["description"]) if "description" in fields else ""
        default = self._text(fields["default"]) if "default" in fields else None
        return Argument(self._text(fields["name"]), clean_line(told, 120), default)

    def _text(self, node: Node) -> str:
        from yaml.nodes import ScalarNode

        if not isinstance(node, ScalarNode):
            raise self._problem_at(node, "must be a text.")
        scalar: ScalarNode = node
        return "" if scalar.tag.endswith(":null") else str(scalar.value)

    def _problem_at(self, node: Node, told: str) -> PromptProblem:
        return self._problem(node.start_mark.line + 1, told)


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
    return word[1:-1] if quoted else word
