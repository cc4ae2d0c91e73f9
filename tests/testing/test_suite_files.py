"""Suites: values as written, variables, rows, and errors with their place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.testing.suite.loading import InvalidSuite, Suite, load_suite
from tui.testing.suite.spec import SuiteSpec, json_schema
from tui.testing.suite.variables import (
    UnknownVariable,
    replace_captures,
    replace_variables,
)
from tui.testing.suite.yaml_source import Place, YamlError, read_yaml

SUITES = Path(__file__).parent / "suites"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\ufdd0\ufdd1"))


def load(tmp_path: Path, text: str, **environ: str) -> Suite:
    path = tmp_path / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    return load_suite(path, {}, environ)


def problems(tmp_path: Path, text: str) -> list[str]:
    """The problems of a suite, without the path of the file."""
    with pytest.raises(InvalidSuite) as invalid:
        load(tmp_path, text)
    return [str(problem).split("suite.yaml:", 1)[1] for problem in invalid.value.problems]


HEAD = "version: 1\nsuite: tiny\n"


def one_case(turn: str) -> str:
    return f"{HEAD}cases:\n  - id: one\n    turns:\n      - {{{turn}}}\n"


# -- YAML ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2026-12-01", "2026-12-01"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".5", ".5"),
        ("1e3", "1e3"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("-7", -7),
        ("1.50", 1.5),
        ("'1.50'", "1.50"),
        ("'true'", "true"),
        ("=", "="),
    ],
)
def test_a_plain_word_is_what_was_written(written: str, value: object) -> None:
    found = read_yaml(f"key: {written}").value
    assert found == {"key": value}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(value)


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("a: 1\nb: 2\na: 3", Place(3, 1), "'a' is there already, in line 1"),
        ("a: &x 1\nb: *x", Place(1, 4), "anchors"),
        ("a: !!python/object:os.system {}", Place(1, 4), "tags"),
        ("a: {<<: {b: 1}}", Place(1, 5), "merge keys"),
        ("a: [1\nb: 2", Place(2, 2), "']'"),
        ("a: 1\n---\nb: 2", Place(2, 1), "one document"),
        ("? [a, b]\n: 1", Place(1, 3), "a key must be text"),
        ("a: \x07", Place(1, 4), "character"),
    ],
)
def test_yaml_that_is_not_of_this_kind_is_rejected_with_its_place(
    text: str, place: Place, word: str
) -> None:
    with pytest.raises(YamlError) as error:
        read_yaml(text)
    assert word in error.value.text
    assert error.value.place == place


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(YamlError) as error:
        read_yaml("[" * 5_000 + "]" * 5_000)
    assert "nest" in error.value.text


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXT, st.lists, max_leaves=20))
def test_json_is_read_as_itself(value: object) -> None:
    text = json.dumps(value)
    if "\\ud" in text or "\\u007f" in text or len(text) > 5_000:
        return
    assert read_yaml(text).value == value


# -- variables -----------------------------------------------------------------------------


@given(TEXT)
def test_a_value_is_never_read_as_a_variable_or_as_yaml(value: str) -> None:
    values = {"attack": value, "other": "leaked"}
    assert replace_variables("say ${attack} now", values) == f"say {value} now"


@given(TEXT, TEXT)
def test_a_capture_is_replaced_once_whatever_it_holds(before: str, value: str) -> None:
    text = replace_variables("${row} and ${found}", {"row": before}, {"found"})
    assert isinstance(text, str)
    assert replace_captures(text, {"found": value}) == f"{before} and {value}"


def test_a_text_that_is_one_variable_keeps_its_type() -> None:
    values = {"count": 3, "strict": True, "nothing": None}
    assert replace_variables("${count}", values) == 3
    assert replace_variables("${strict}", values) is True
    assert replace_variables("${nothing}", values) is None
    assert replace_variables("${count} of ${strict}", values) == "3 of true"


def test_defaults_and_literals() -> None:
    assert replace_variables("${a:-b c}", {}) == "b c"
    assert replace_variables("${a:-}", {}) == ""
    assert replace_variables("$${a}", {"a": "x"}) == "${a}"
    assert replace_variables("{{ 7*7 }} $a ${", {}) == "{{ 7*7 }} $a ${"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${employe}", "unknown variable 'employe'; did you mean 'employee'?"),
        ("${env.HOME}", "variable 'env.HOME' isn't listed under 'env'"),
        ("${zzz}", "unknown variable 'zzz'"),
        ("\ufdd0found\ufdd1", "holds U+FDD0 or U+FDD1, which no text can hold"),
    ],
)
def test_an_unknown_variable_is_named(text: str, message: str) -> None:
    with pytest.raises(UnknownVariable) as error:
        replace_variables(text, {"employee": "Joan"})
    assert str(error.value) == message


def test_only_listed_variables_of_the_environment_are_read(tmp_path: Path) -> None:
    text = one_case('say: "${env.TEAM}", expect: [{contains: a}]')
    listed = text.replace("cases:", "env: [TEAM]\ncases:")
    assert load(tmp_path, listed, TEAM="red", HOME="x").cases[0].spec.turns[0].say == "red"
    assert problems(tmp_path, text) == ["6:10: variable 'env.TEAM' isn't listed under 'env'"]
    assert problems(tmp_path, listed.replace("TEAM}", "HOME}"))


# -- rows ----------------------------------------------------------------------------------

ROWS = HEAD + (
    "cases:\n  - each: {file: rows.csv}\n    id: row-${row.id}\n"
    '    turns: [{say: "${row.say}", expect: [{contains: "${row.want}"}]}]\n'
)


def test_a_row_makes_a_case(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(
        b'\xef\xbb\xbfid,say,want\r\na,"How many, please?",3\r\nb,"two\r\nlines",\xc3\xa4\r\n'
    )
    cases = load(tmp_path, ROWS).cases
    assert [case.key for case in cases] == ["tiny/row-a", "tiny/row-b"]
    assert [case.spec.turns[0].say for case in cases] == ["How many, please?", "two\r\nlines"]
    assert cases[1].spec.turns[0].expectations[0].value == "ä"
    assert [case.line for case in cases] == [5, 5]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (b"id,say,want\na,b", "rows.csv: line 2 has 2 cells, not 3"),
        (b"id,say\na,b", "unknown variable 'row.want'"),
        (b"id,,want\na,b,c", "the first line must name each column, once"),
        (b"id,say,want\n", "rows.csv has no rows"),
        (b"\xff\xfe", "rows.csv isn't UTF-8 (byte 0)"),
        (b"id,say,want\na,b,c\na,b,c\n", "the ID 'row-a' is made by two rows; IDs are unique"),
    ],
)
def test_rows_that_make_no_cases_are_explained(tmp_path: Path, rows: bytes, problem: str) -> None:
    (tmp_path / "rows.csv").write_bytes(rows)
    assert problem in "\n".join(problems(tmp_path, ROWS))


def test_json_lines_keep_types(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": "a", "say": "x", "want": 3}\n\n')
    text = ROWS.replace("rows.csv", "rows.jsonl").replace("{contains:", "{length:")
    assert load(tmp_path, text).cases[0].spec.turns[0].expectations[0].value == 3
    (tmp_path / "rows.jsonl").write_text('{"id": "a"}\n[1]\n')
    assert "line 2 isn't a JSON object" in problems(tmp_path, text)[0]


# -- errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        ("sya: hi, expect: [{contains: a}]", "6:10: unknown key 'sya'; did you mean 'say'?"),
        (
            "say: hi, expect: [{contians: a}]",
            "6:29: unknown key 'contians'; did you mean 'contains'?",
        ),
        ("say: hi, assert: [{contains: a}]", "6:19: unknown key 'assert'; here it is 'expect'"),
        ("say: hi, expect: [{regex: a}]", "6:29: unknown key 'regex'; here it is 'matches'"),
        (
            "say: hi, expect: [{type: contains}]",
            "6:29: unknown key 'type'; write the kind as the key, such as 'contains: TEXT'",
        ),
        ("say: hi, expect: contains a", "6:19: 'expect' must be a list, or none"),
        (
            "say: hi, expect: [{skill: a, outcome: completed}]",
            "'outcome' must be finished, failed, halted, limit, waiting, timeout, or any; "
            "of a skill: 'skill: {name: ..., outcome: completed}'",
        ),
        ("say: hi, expect: [{contains: 42}]", "6:29: 'contains' must be text; put 42 into quotes"),
        ("say: hi, expect: [{contains: []}]", "6:29: 'contains' can't be empty"),
        (
            "say: hi, expect: [{contains: a, matches: b}]",
            "6:28: an expectation has one key; this one has contains, matches: "
            "write each on a line of its own",
        ),
        ("say: hi, expect: [{skill: {nmae: a}}]", "6:37: unknown key 'nmae'; did you mean 'name'?"),
        (
            "say: hi, expect: [{outcome: finish}]",
            "6:29: 'outcome' must be finished, failed, halted, limit, waiting, timeout, or any; "
            "did you mean 'finished'?",
        ),
        ("say: hi, expect: [{ends_within: 0}]", "6:29: 'ends_within' must be greater than 0"),
        ("say: hi, expect: [{matches: '['}]", "6:28: 'matches': /[/ isn't a regular expression"),
        ("say: hi, expect: [{json: {path: '$[', is: 1}}]", "6:28: 'json': $[ isn't a JSONPath"),
        (
            "say: hi, approvals: {Order: aprove}, expect: none",
            "6:31: 'Order' must be approve, reject, or leave; did you mean 'approve'?",
        ),
        ("say: hi", "6:10: the turn expects nothing; add 'expect', or 'expect: none'"),
        ("say: hi, expect: [{outcome: finished}]", ""),
        (
            "say: hi, files: [../secret], expect: none",
            "6:27: '../secret' must be a path beside the suite, without '..'",
        ),
        ("say: hi, files: [/etc/hosts], expect: none", "must be a path beside the suite"),
        ("say: hi, files: [gone.txt], expect: none", "no file gone.txt beside the suite"),
        ("say: '', expect: none", "6:10: 'say' can't be empty"),
        ("say: 'hi ${nmae}', expect: none", "6:10: unknown variable 'nmae'"),
    ],
)
def test_an_error_names_its_place_and_the_closest_word(
    tmp_path: Path, turn: str, problem: str
) -> None:
    if not problem:
        assert load(tmp_path, one_case(turn)).cases
        return
    assert problem in "\n".join(problems(tmp_path, one_case(turn)))


def test_all_errors_of_a_file_are_told_in_order(tmp_path: Path) -> None:
    text = HEAD.replace("tiny", "Not a name") + "casess: []\ncases: []\n"
    assert problems(tmp_path, text) == [
        "2:1: 'suite' can have lower case letters, digits, '.', '_' and '-'",
        "3:1: unknown key 'casess'; did you mean 'cases'?",
        "4:1: 'cases' can't be empty",
    ]


def test_a_message_outside_a_turn_is_told_where_it_goes(tmp_path: Path) -> None:
    text = f"{HEAD}cases:\n  - id: one\n    say: hi ${{nmae}}\n    turns: []\n"
    assert problems(tmp_path, text) == [
        "5:5: unknown key 'say'; it goes into a turn, such as 'turns: [{say: TEXT}]'",
        "5:5: unknown variable 'nmae'",
        "6:5: 'turns' can't be empty",
    ]


def test_leave_is_for_the_last_turn(tmp_path: Path) -> None:
    text = (
        f"{HEAD}cases:\n  - id: one\n    turns:\n"
        "      - {say: a, approvals: {any: leave}, expect: none}\n      - {say: b, expect: none}\n"
    )
    assert problems(tmp_path, text) == [
        "6:18: 'leave' is for the last turn: the conversation stays busy"
    ]


def test_a_need_must_exist(tmp_path: Path) -> None:
    text = one_case("say: a, expect: none").replace("id: one", "id: one\n    needs: [wto]")
    text += "  - {id: two, turns: [{say: b, expect: none}]}\n"
    assert problems(tmp_path, text) == ["5:5: no case 'wto'; did you mean 'two'?"]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidSuite, match=r"couldn't read .*gone\.yaml: No such file"):
        load_suite(tmp_path / "gone.yaml", {}, {})


# -- schema --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["helpdesk.yaml", "must_fail.yaml"])
def test_the_json_schema_accepts_what_the_program_accepts(name: str) -> None:
    import jsonschema

    suite = load_suite(SUITES / name, {}, {})
    tree = read_yaml((SUITES / name).read_text(encoding="utf-8")).value
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(tree, json_schema())
    assert SuiteSpec.model_validate(suite.spec.model_dump(by_alias=True, exclude_unset=True))


def test_the_json_schema_rejects_a_misspelt_key() -> None:
    import jsonschema

    tree = read_yaml(one_case("say: hi, expect: [{contians: a}]")).value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, json_schema())
