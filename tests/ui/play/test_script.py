"""Scripts: what can be written in them, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size

from tests.test_texts import avoided_words
from tui.demo.faults import parse
from tui.ui.play.app import input_of
from tui.ui.play.key_names import KEYS, sequence_of
from tui.ui.play.script import (
    Narrate,
    Press,
    Say,
    ScriptProblem,
    WaitFor,
    find_script,
    included_scripts,
    load_script,
    parse_script,
)
from tui.ui.terminal.terminal_events import TerminalEvents

HEAD = 'title = "T"\n'


def problems_of(text: str) -> list[str]:
    with pytest.raises(ScriptProblem) as caught:
        parse_script(text, "s.toml")
    return str(caught.value).splitlines()


def test_a_script_has_steps_with_their_lines() -> None:
    script = parse_script(
        """title = "Order"
demo = true
[[steps]]
say = '''Two
lines'''
[[steps]]
wait_for = "Ordered"
within = 5
otherwise = "Nothing was ordered."
[[steps]]
press = "ctrl+g"
[[steps]]
press = ["tab", "a"]
[[steps]]
narrate = ""
""",
        "s.toml",
    )
    assert script.demo
    assert script.steps == [
        Say(say="Two\nlines", line=4),
        WaitFor(wait_for="Ordered", within=5.0, otherwise="Nothing was ordered.", line=7),
        Press(press=["ctrl+g"], line=11),
        Press(press=["tab", "a"], line=13),
        Narrate(narrate="", line=15),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "steps = [", "s.toml:2: not valid TOML"),
        (HEAD + '[[steps]]\nsay = "x\n', "s.toml:3: not valid TOML"),
        (HEAD + '[[steps]]\nwait_fr = "x"', "s.toml:3: unknown key 'wait_fr'; did you mean 'wait_"),
        (HEAD + '[[steps]]\nsay = "x"\n\nwithin = 3', "s.toml:5: unknown key 'within'; known"),
        (HEAD + '[[steps]]\nsay = "x"\npause = 3', "s.toml:2: a step does one thing; make 'say'"),
        (HEAD + "[[steps]]", "s.toml:2: the step is empty; it needs one of say, wait_for"),
        (HEAD + '[[steps]]\nsay = "  "', "s.toml:3: 'say' can't be empty"),
        (HEAD + "[[steps]]\nsay = 5", "s.toml:3: 'say' must be text"),
        (HEAD + '[[steps]]\nsay = "a\\u001b"', "s.toml:3: 'say' can't have the control character"),
        (HEAD + '[[steps]]\npress = "ctl+g"', "s.toml:3: 'press' doesn't know the key 'ctl+g'; d"),
        (HEAD + '[[steps]]\npress = ["a", "entr"]', "did you mean 'enter'?"),
        (HEAD + "[[steps]]\npress = []", "s.toml:3: 'press' can't be empty"),
        (HEAD + "[[steps]]\npause = 0", "s.toml:3: 'pause' must be more than 0 seconds"),
        (HEAD + "[[steps]]\npause = true", "s.toml:3: 'pause' must be a number of seconds"),
        (HEAD + '[[steps]]\nnarrate = "a\\nb"', "s.toml:3: 'narrate' must be one line"),
        (HEAD + f'[[steps]]\nnarrate = "{"x" * 200}"', "has 200 characters; a caption has at mos"),
        (HEAD + "steps = [3]", "s.toml:2: a step must be a table"),
        (HEAD + "steps = 3", "s.toml:2: 'steps' must be a list"),
        (HEAD, "'steps' is missing"),
        (HEAD + "steps = []", "s.toml:2: 'steps' can't be empty"),
        ("[[steps]]\npause = 1", "'title' is missing"),
        (HEAD + "dmeo = true\n[[steps]]\npause = 1", "s.toml:2: unknown key 'dmeo'; did you mean"),
        (HEAD + 'demo = "yes"\n[[steps]]\npause = 1', "s.toml:2: 'demo' must be true or false"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, problem: str) -> None:
    [found] = problems_of(text)
    assert problem in found


def test_all_mistakes_are_told_in_the_order_of_lines() -> None:
    text = HEAD + '[[steps]]\nsya = "x"\n[[steps]]\npause = -1\n[[steps]]\npress = "hyper"'
    assert [line.split(":")[1] for line in problems_of(text)] == ["3", "5", "7"]


def test_text_that_looks_like_a_step_does_not_shift_the_lines() -> None:
    text = HEAD + "[[steps]]\nsay = '''\n[[steps]]\npause = 0\n'''\n[[steps]]\npause = 0"
    [found] = problems_of(text)
    assert found.startswith("s.toml:8:")


def test_a_script_is_found_by_its_name_or_path(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(HEAD)
    assert find_script("tour").is_file()
    assert find_script(str(own)) == own
    with pytest.raises(ScriptProblem, match="Did you mean 'tour'"):
        find_script("tuor")
    with pytest.raises(ScriptProblem, match="doesn't exist"):
        find_script("missing.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScriptProblem, match="isn't UTF-8"):
        load_script(path)
    with pytest.raises(ScriptProblem, match="Couldn't read"):
        load_script(tmp_path)


@pytest.mark.parametrize("name", included_scripts())
def test_included_scripts_play_in_the_demo_and_use_the_voice_of_the_app(name: str) -> None:
    script = load_script(find_script(name))
    assert script.demo
    for fault in script.faults:
        parse(fault)
    for step in script.steps:
        if isinstance(step, Narrate):
            assert not avoided_words(step.narrate), step.narrate
            assert len(step.narrate) <= 76, step.narrate  # fits into 80 columns
        if isinstance(step, WaitFor):
            assert step.otherwise


def test_included_scripts_are_those_that_the_help_names() -> None:
    assert included_scripts() == ["approval", "recovery", "tour"]


def test_the_terminal_input_takes_each_key_for_what_it_is_called() -> None:
    terminal = TerminalEvents(lambda: Size(80, 24))
    for name, sequence in KEYS.items():
        [key] = terminal.messages(input_of(sequence))
        assert isinstance(key, events.Key)
        assert name in (key.key, *key.aliases)


def test_a_character_is_a_key() -> None:
    assert sequence_of("?") == "?"
    assert sequence_of("Ctrl+G") == "\x07"
    assert sequence_of("ctrl+?") is None
