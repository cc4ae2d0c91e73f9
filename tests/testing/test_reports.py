"""Reports, read by other people's parsers; comparison and merging of runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from tests.testing.suite_runs import Command
from tui.testing.reports.comparison import compare, comparison_lines
from tui.testing.reports.html_report import html_report
from tui.testing.reports.junit import junit_xml
from tui.testing.reports.merging import ReportProblem, merged
from tui.testing.reports.policy_results import by_policy, policy_lines
from tui.testing.reports.wording import case_line, closing_lines
from tui.testing.result_masking import ResultMask
from tui.testing.results import (
    CaseAttempt,
    CaseResult,
    Check,
    RunInfo,
    RunResult,
    SuiteInfo,
    TokenUsage,
    TurnResult,
)

KEY = "f" * 64


def turn(ok: bool | None, **more: Any) -> TurnResult:
    check = Check(kind="contains", line=9, ok=ok, message="" if ok else 'contains: not "a"')
    return TurnResult.model_validate(
        {"say": "hello", "reply": "**hi**", "checks": [check.model_dump()], **more}
    )


def attempt(verdict: str, n: int = 1, **more: Any) -> CaseAttempt:
    ok = {"pass": True, "fail": False, "error": None}[verdict]
    return CaseAttempt.model_validate(
        {"n": n, "verdict": verdict, "seconds": 2.0, "turns": [turn(ok)], **more}
    )


def case(key: str, verdict: str, attempts: str = "", **more: Any) -> CaseResult:
    words = attempts.split() or {"pass": ["pass"], "error": ["error"]}.get(verdict, ["fail"])
    made = [attempt(word, n) for n, word in enumerate(words, 1)]
    passed = words.count("pass")
    return CaseResult.model_validate(
        {
            "suite": "s",
            "id": key,
            "file": "s.yaml",
            "line": 4,
            "verdict": verdict,
            "attempts": [one.model_dump() for one in made],
            "passed": passed,
            "repeats": passed + words.count("fail"),
            "flaky": 0 < passed < len(words),
            **more,
        }
    )


def run(*cases: CaseResult, name: str = "run-1", **more: Any) -> RunResult:
    return RunResult(
        run=RunInfo(id=name, started="2026-11-29T10:00:00Z", **more),
        suites=[SuiteInfo(name="s", file="s.yaml", sha256="x")],
        cases=list(cases),
    )


ALL = run(
    case("good", "pass"),
    case("flaky", "pass", "pass fail pass", interval=(0.2, 0.9)),
    case("bad", "fail"),
    case("broken", "error"),
    case("wish", "known", reason="HELP-1"),
    case("granted", "fixed", "pass", reason="HELP-2"),
    case("skipped", "not_run", reason="the run ended before this case"),
)


def test_junit_is_read_by_another_parser() -> None:
    [suite] = JUnitXml.fromstring(junit_xml(ALL).encode())
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (7, 2, 1, 2)
    results = {one.name: [type(r).__name__ for r in one.result] for one in suite}
    assert results == {
        "good": [],
        "flaky": ["FlakyFailure"] if results["flaky"] else [],
        "bad": ["Failure"],
        "broken": ["Error"],
        "wish": ["Skipped"],
        "granted": ["Failure"],
        "skipped": ["Skipped"],
    }
    [bad] = [one for one in suite if one.name == "bad"]
    assert bad.classname == "s"
    assert "s.yaml:9" in bad.result[0].text
    assert 'contains: not "a"' in bad.result[0].message


@given(st.text())
def test_junit_stays_xml_whatever_the_agent_says(text: str) -> None:
    result = run(case("bad", "fail"))
    result.cases[0].attempts[0].turns[0] = turn(False, say=text, reply=text)
    [suite] = JUnitXml.fromstring(junit_xml(result).encode("utf-8", "replace"))
    assert suite.tests == 1


@given(st.text())
def test_the_page_shows_all_texts_as_text(text: str) -> None:
    hostile = f"<script>alert(1)</script>{text}<img src=x onerror=alert(1)>"
    result = run(case("bad", "fail", name=hostile))
    result.cases[0].attempts[0].turns[0] = turn(False, say=hostile, reply=hostile)
    page = html_report(result)
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert not re.search(r"""<a href=["']?(?!https?:)""", page)


def test_the_page_asks_nothing_of_the_network() -> None:
    page = html_report(ALL)
    assert "default-src 'none'" in page
    assert not re.search(r"\bsrc(set)?=|@import|url\(|<link|<img", page)
    for word in ("s/good", "s/flaky", "2 of 3 repeats passed", "HELP-1", "passes now"):
        assert word in page


def test_a_secret_is_masked_in_every_form_and_place() -> None:
    secret = "hunter2-and-more"
    import base64

    spread = f"{secret} {base64.b64encode(secret.encode()).decode()} {secret.encode().hex()} {KEY}"
    result = run(case("bad", "fail", name=spread, meta={"note": spread}))
    result.cases[0].attempts[0].turns[0] = turn(
        False, reply=spread, approvals=[{"skill": "x", "parameters": {"a": {"b": [spread]}}}]
    )
    safe = ResultMask([secret]).masked(result)
    for text in (junit_xml(safe), html_report(safe), safe.model_dump_json()):
        assert secret not in text
        assert secret.encode().hex() not in text
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in text
        assert KEY not in text


def test_the_terminal_names_the_place_and_the_next_command() -> None:
    lines = "\n".join(closing_lines(ALL))
    assert "s.yaml:9: turn 1 ('hello') contains: not \"a\"" in lines
    assert "again: genie-tui test s.yaml --filter s/bad" in lines
    assert (
        "2 passed (1 flaky), 1 failed, 1 error, 1 known failure, 1 passes now, 1 not run" in lines
    )
    assert case_line(ALL.cases[1]).startswith("flaky s/flaky")


# -- comparison ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "change", "text"),
    [
        (case("a", "pass"), case("a", "fail"), "newly failing", "1/1 → 0/1"),
        (case("a", "fail"), case("a", "pass"), "newly passing", "0/1 → 1/1"),
        (
            case("a", "pass", "pass pass pass pass pass"),
            case("a", "fail", "pass fail fail fail fail"),
            "newly failing",
            "5/5 → 1/5 (p = 0.048)",
        ),
        (
            case("a", "pass", "pass pass pass"),
            case("a", "fail", "fail fail fail"),
            "newly failing",
            "3/3 → 0/3 (too few repeats to tell)",
        ),
        (
            case("a", "pass", "pass pass pass pass"),
            case("a", "pass", "pass pass pass fail"),
            "less often",
            "4/4 → 3/4 (p = 1, may be chance)",
        ),
        (case("a", "pass"), case("a", "pass", sha256="other"), "changed", ""),
        (case("a", "pass"), case("b", "pass"), "gone", ""),
        (case("b", "pass"), case("a", "pass"), "new", ""),
    ],
)
def test_differences_between_two_runs(
    old: CaseResult, new: CaseResult, change: str, text: str
) -> None:
    found = compare(run(old, name="run-0"), run(new)).of(change)  # type: ignore[arg-type]
    assert len(found) == 1
    assert text in found[0].text


def test_a_changed_guardrail_is_told() -> None:
    old = run().model_copy(update={"guardrails": {"a": {"strength": "LOW"}, "b": {}, "c": {}}})
    new = run().model_copy(update={"guardrails": {"a": {"strength": "HIGH"}, "c": {}, "d": {}}})
    assert compare(old, new).guardrails == ["a: changed", "b: removed", "d: set"]
    assert compare(run(), new).guardrails == []


def test_slower_and_dearer_need_a_share_and_an_amount() -> None:
    def timed(seconds: float, tokens: int) -> CaseResult:
        result = case("a", "pass")
        usage = TokenUsage(tokens=tokens).model_dump()
        result.attempts[0] = attempt("pass", seconds=seconds, turns=[turn(True, usage=usage)])
        return result

    def changes(old: CaseResult, new: CaseResult) -> list[str]:
        return [change.change for change in compare(run(old), run(new)).changes]

    assert changes(timed(2, 1_000), timed(4, 1_200)) == ["slower", "dearer"]
    assert changes(timed(0.1, 10), timed(0.9, 100)) == []
    assert changes(timed(60, 10_000), timed(62, 10_500)) == []


def test_the_same_run_has_no_difference() -> None:
    assert comparison_lines(compare(ALL, ALL)) == ["Compared with run run-1: no difference."]


# -- merging -------------------------------------------------------------------------------


def test_shards_are_merged_and_a_case_is_in_one_of_them() -> None:
    first = run(case("a", "pass"), name="r1", shard="1/2", seconds=5)
    second = run(case("b", "fail"), name="r2", shard="2/2", seconds=9)
    both = merged([first, second])
    assert [one.key for one in both.cases] == ["s/a", "s/b"]
    assert (both.run.seconds, both.run.shard) == (9, "1/2+2/2")
    with pytest.raises(ReportProblem, match="s/a is in run r1 and in run r1"):
        merged([first, first])


def test_the_command_merges_compares_and_says_what_it_cannot_read(
    tmp_path: Path, command: Command
) -> None:
    files = []
    for name, result in (("a", run(case("a", "pass"))), ("b", run(case("b", "fail")))):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(result.model_dump_json(by_alias=True))
    html, out = tmp_path / "all.html", tmp_path / "all.json"
    code, text = command("merge", *files, "--html", html, "--json", out)
    assert (code, "1 passed, 1 failed" in text) == (1, True)
    assert "s/b" in html.read_text()
    assert json.loads(out.read_text())["schema"] == "genie-tui.test/1"
    code, text = command("merge", *files, "--compare", out, "--fail-on", "regression")
    assert (code, "no difference" in text) == (0, True)
    files[0].write_text("{}")
    code, text = command("merge", *files)
    assert code == 2
    assert f"{files[0]} isn't a JSON report of 'genie-tui test'." in text


def test_results_by_policy_leave_out_what_was_not_judged() -> None:
    def about(name: str, verdict: str, severity: str, **more: Any) -> CaseResult:
        return case(name, verdict, meta={"policy": "prompt_attack", "severity": severity}, **more)

    [policy] = by_policy(
        [
            about("a", "pass", "low"),
            about("b", "fail", "low"),
            about("c", "fail", "critical"),
            about("d", "inconclusive", "high"),
            about("twin", "fail", "high", tags=["twin"]),
            case("e", "pass"),
        ]
    )
    assert (policy.held, policy.judged) == (1, 3)
    assert list(policy.failed.items()) == [("critical", 1), ("low", 1)]
    assert policy.twins_text == "0 of 1"
    [_, line] = policy_lines([policy], {"prompt_attack": {}})
    assert "1 of 3   held (6 to 79%)  harmless: 0 of 1 answered  guardrail: set" in line


# -- the command ---------------------------------------------------------------------------


def test_an_invalid_suite_ends_with_2_and_its_errors(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("version: 1\nsuite: s\ncases:\n  - {id: a, turns: [{sya: hi}]}\n")
    code, text = command(path, "--demo")
    assert code == 2
    assert f"{path}:4:22: unknown key 'sya'; did you mean 'say'?" in text
    assert command()[0] == 2
    assert command(path, "--shard", "3/2")[0] == 2


def test_the_schema_is_printed(command: Command) -> None:
    code, text = command("--schema")
    assert code == 0
    assert json.loads(text)["properties"]["cases"]["type"] == "array"


def test_without_a_profile_the_run_ends_before_it_begins(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    path = tmp_path / "s.yaml"
    path.write_text("version: 1\nsuite: s\ncases:\n  - {id: a, turns: [{say: hi, expect: none}]}\n")
    code, text = command(path)
    assert (code, "--demo" in text) == (2, True)
    assert not (tmp_path / "runs").exists()
