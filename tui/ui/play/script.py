"""Format of scripts for `genie-tui play`: a TOML file with a list of steps.

```toml
title = "Order a laptop"
demo = true                 # always play in the built-in demo

[[steps]]
narrate = "Nothing is ordered before you approve it."

[[steps]]
say = "Order a laptop for our new hire"

[[steps]]
wait_for = "Approval needed"
within = 20
otherwise = "The genie didn't ask."

[[steps]]
press = ["ctrl+g", "a"]
```

Each step has one of the keys of ``STEPS``. Imports no Textual.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tui.core.text import clean_line, closest
from tui.ui.play import INCLUDED, included_scripts
from tui.ui.play.key_names import KEYS, sequence_of

LONGEST_NARRATION = 110
"""In characters: a caption is one line."""
_LARGEST_BYTES = 256 * 1024
_MOST_STEPS = 1000


class ScriptProblem(Exception):
    """Script that cannot be played; ``str(error)`` has a line for each mistake."""


def _typed(text: str) -> str:
    if not text.strip():
        raise ValueError("can't be empty")
    if bad := next((c for c in text if not c.isprintable() and c != "\n"), ""):
        raise ValueError(f"can't have the control character {bad!r}; use 'press' for keys")
    return text


def _line(text: str) -> str:
    _typed(text)
    if "\n" in text:
        raise ValueError("must be one line")
    return text


def _caption(text: str) -> str:
    if text and len(_line(text)) > LONGEST_NARRATION:
        raise ValueError(f"has {len(text)} characters; a caption has at most {LONGEST_NARRATION}")
    return text


def _key(name: str) -> str:
    if sequence_of(name) is None:
        near = closest(name, KEYS)
        advice = f"; did you mean '{near}'?" if near else ", such as 'enter' or 'ctrl+g'"
        raise ValueError(f"doesn't know the key '{clean_line(name, 40)}'{advice}")
    return name


_Text = Annotated[str, AfterValidator(_typed)]
_Line = Annotated[str, AfterValidator(_line)]
_Seconds = Annotated[float, Field(gt=0, le=600)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Step(_Checked):
    """One thing that a script does."""

    line: int = Field(default=0, exclude=True)
    """Line of the file, for messages."""


class Say(_Step):
    """Type a message and send it."""

    say: _Text


class Type(_Step):
    """Type without sending, such as into a filter."""

    type: _Line


class WaitFor(_Step):
    """Wait until the screen shows some words."""

    wait_for: _Line
    within: _Seconds = 30.0
    """Limit in seconds."""
    otherwise: _Line = ""
    """Sentence for the user if the limit has passed."""


class Press(_Step):
    """Press keys, one after the other."""

    press: list[Annotated[str, AfterValidator(_key)]] = Field(min_length=1)
    """In a file also the name of one key."""


class Narrate(_Step):
    """Show a caption below the app until the next one; an empty one removes it."""

    narrate: Annotated[str, AfterValidator(_caption)]


class Pause(_Step):
    """Do nothing for some seconds."""

    pause: _Seconds


Step = Say | Type | WaitFor | Press | Narrate | Pause

STEPS: Mapping[str, type[Step]] = {
    "say": Say,
    "wait_for": WaitFor,
    "press": Press,
    "narrate": Narrate,
    "pause": Pause,
    "type": Type,
}


class Script(_Checked):
    """A script that can be played."""

    title: _Line
    demo: bool = False
    """Play in the built-in demo, whatever the options say: what it says suits no other agent."""
    faults: list[str] = Field(default_factory=list)
    """Faults of the demo server, as for ``genie-tui demo-server --fault``."""
    steps: list[Step] = Field(min_length=1, max_length=_MOST_STEPS)

    KEYS: ClassVar = ("title", "demo", "faults", "steps")


def find_script(name: str) -> Path:
    """Return the file of an included script, or of a path. Raises ``ScriptProblem``."""
    included = included_scripts()
    if name in included:
        return INCLUDED / f"{name}.toml"
    path = Path(name)
    if path.is_file():
        return path
    if "/" in name or path.suffix:
        raise ScriptProblem(f"{name} doesn't exist.")
    near = closest(name, included)
    advice = f"Did you mean '{near}'?" if near else f"Included: {', '.join(included)}."
    raise ScriptProblem(f"There is no script '{clean_line(name, 60)}'. {advice}")


def load_script(path: Path) -> Script:
    """Read and check a script. Raises ``ScriptProblem``."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ScriptProblem(f"{path} is too large for a script.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScriptProblem(f"Couldn't read {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ScriptProblem(f"{path} isn't UTF-8 text.") from None
    return parse_script(text, str(path))


def parse_script(text: str, name: str) -> Script:
    """Check the text of a script; ``name`` is that of its file. Raises ``ScriptProblem``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        what, line = (found[1], int(found[2])) if found else (str(error), text.count("\n") + 1)
        what = clean_line(what.replace(" (at end of document)", " at the end of the file"))
        raise ScriptProblem(f"{name}:{line}: not valid TOML: {what}") from None
    return _Reader(text, name, document).read()


class _Reader:
    """Checks a document; mistakes are collected, each with its line."""

    def __init__(self, text: str, name: str, document: dict[str, Any]) -> None:
        self._lines = text.splitlines()
        self._name = name
        self._document = document
        self._problems: list[tuple[int, str]] = []

    def read(self) -> Script:
        document = dict(self._document)
        for key in [key for key in document if key not in Script.KEYS]:
            self._unknown(self._line_of(key), key, Script.KEYS)
            del document[key]
        listed = document.get("steps")
        steps = listed if isinstance(listed, list) else []
        if isinstance(listed, list):
            document["steps"] = [s for n, entry in enumerate(steps) if (s := self._step(n, entry))]
        script: Script | None = None
        try:
            script = Script.model_validate(document)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if detail["loc"] == ("steps",) and steps and detail["type"] == "too_short":
                    continue  # each of them is wrong, which is said already
                self._problem(self._line_of(str(detail["loc"][0])), _sentence(detail))
        if script is None or self._problems:
            raise ScriptProblem(
                "\n".join(f"{self._name}:{line}: {text}" for line, text in sorted(self._problems))
            )
        return script

    def _step(self, number: int, entry: object) -> Step | None:
        line = self._line_of_step(number)
        if not isinstance(entry, dict):
            self._problem(line, "a step must be a table, such as [[steps]]")
            return None
        actions = [key for key in entry if key in STEPS]
        if len(actions) > 1:
            both = " and ".join(f"'{action}'" for action in actions)
            self._problem(line, f"a step does one thing; make {both} steps of their own")
            return None
        if not actions:
            unknown = next((k for k in entry if closest(k, STEPS)), next(iter(entry), ""))
            if unknown:
                self._unknown(self._line_of(unknown, line), unknown, tuple(STEPS))
            else:
                self._problem(line, f"the step is empty; it needs one of {', '.join(STEPS)}")
            return None
        kind = STEPS[actions[0]]
        known = tuple(name for name in kind.model_fields if name != "line")
        unknown_keys = [key for key in entry if key not in known]
        for key in unknown_keys:
            self._unknown(self._line_of(key, line), key, known)
        given = {key: _strictly(key, value) for key, value in entry.items() if key in known}
        try:
            return kind.model_validate({**given, "line": self._line_of(actions[0], line)})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                key = str(detail["loc"][0])
                self._problem(self._line_of(key, line), _sentence(detail))
            return None

    def _problem(self, line: int, text: str) -> None:
        if (line, text) not in self._problems:
            self._problems.append((line, text))

    def _unknown(self, line: int, key: str, known: tuple[str, ...]) -> None:
        near = closest(key, known)
        advice = f"did you mean '{near}'?" if near else f"known keys: {', '.join(known)}"
        self._problem(line, f"unknown key '{clean_line(key, 40)}'; {advice}")

    # -- lines, which the parser of TOML doesn't tell ------------------------------------------

    def _line_of(self, key: str, from_line: int = 1) -> int:
        """Return the line that sets a key, or else the line where the search began."""
        sets = re.compile(rf"""\s*(\[\[)?\s*["']?{re.escape(key)}["']?\s*(\]\]|=)""")
        numbered = enumerate(self._lines[from_line - 1 :], from_line)
        return next((number for number, line in numbered if sets.match(line)), from_line)

    def _line_of_step(self, number: int) -> int:
        """Return the line at which a step begins.

        Only text before which everything is valid TOML can begin one: what looks so can also be
        part of a text of several lines.
        """
        for place, line in enumerate(self._lines):
            if not line.lstrip().startswith("[["):
                continue
            if _steps_in(self._lines[: place + 1]) == number + 1:
                return place + 1
        return self._line_of("steps")


def _steps_in(lines: list[str]) -> int:
    try:
        found = tomllib.loads("\n".join(lines)).get("steps")
    except tomllib.TOMLDecodeError:
        return 0
    return len(found) if isinstance(found, list) else 0


def _strictly(key: str, value: object) -> object:
    """Return a value as the strict check accepts it: seconds may be whole, keys may be one."""
    if key in ("within", "pause") and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return [value] if key == "press" and isinstance(value, str) else value


_SENTENCES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "float_type": "must be a number of seconds",
    "list_type": "must be a list",
    "too_short": "can't be empty",
    "too_long": f"has too many steps; at most {_MOST_STEPS}",
    "greater_than": "must be more than 0 seconds",
    "less_than_equal": "must be at most 600 seconds",
}


def _sentence(detail: Any) -> str:
    """Return a mistake that pydantic found as a clause."""
    key = detail["loc"][0]
    if detail["type"] == "value_error":
        return f"'{key}' {detail['ctx']['error']}"
    return f"'{key}' {_SENTENCES.get(detail['type'], clean_line(detail['msg']))}"
