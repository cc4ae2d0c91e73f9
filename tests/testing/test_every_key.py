"""Every key of a suite changes what a run does or reports; the tables are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.testing.suite_runs import run_suite
from tests.testing.test_checks import TURN, judge
from tui.bootstrap.demo import target_of_demo
from tui.cli.options import Target
from tui.cli.testing.suite_agent import target_of_suites
from tui.demo.server import DemoServer, DemoSettings
from tui.testing.reports.html_report import html_report
from tui.testing.results import CaseResult, RunInfo, RunResult
from tui.testing.suite.loading import InvalidSuite, Suite, load_suite
from tui.testing.suite.spec import json_schema


class Effect(NamedTuple):
    """A case with a key and one without it, and what becomes of each."""

    with_key: str
    result: str
    without: str
    other: str


HELLO = "turns: [{say: hello, expect: [{contains: ask me}]}]"
WRONG = "turns: [{say: hello, expect: [{contains: a boat}]}]"
TWO_PASSES = "repeat: 2, turns: [{say: hello, expect: [{judge: [sh, -c, 'mkdir %s']}]}]"
"""The first repeat passes, and the second does not."""


def order(answers: str, expect: str = "skill: Order laptop") -> str:
    return f"turns: [{{say: Order a laptop, approvals: {answers}, expect: [{{{expect}}}]}}]"


def salesforce(answers: str, expect: str) -> str:
    say = "What is open for Acme in Salesforce?"
    return f"turns: [{{say: '{say}', connections: {answers}, expect: [{{{expect}}}]}}]"


CASES: Mapping[str, Effect] = {
    "CaseSpec.needs": Effect(f"needs: [wrong], {HELLO}", "inconclusive", HELLO, "pass"),
    "CaseSpec.pass_rate": Effect(
        f"pass_rate: 0.5, {TWO_PASSES % 'a'}", "pass", TWO_PASSES % "b", "fail"
    ),
    "CaseSpec.timeout": Effect(f"timeout: 0.001, {HELLO}", "error", HELLO, "pass"),
    "CaseSpec.known_failure": Effect(f"known_failure: HELP-1, {WRONG}", "known", WRONG, "fail"),
    "CaseSpec.expect": Effect(f"expect: [{{contains: a boat}}], {HELLO}", "fail", HELLO, "pass"),
    "CaseSpec.turns": Effect(HELLO, "pass", WRONG, "fail"),
    "TurnSpec.say": Effect(HELLO, "pass", HELLO.replace("hello", "goodbye"), "fail"),
    "TurnSpec.files": Effect(
        "turns: [{say: Summarize it, files: [stock.csv], expect: [{skill: Read file}]}]", "pass",
        "turns: [{say: Summarize it, expect: [{skill: Read file}]}]", "fail",
    ),
    "TurnSpec.approvals": Effect(
        order("{any: approve}"), "pass",
        "turns: [{say: Order a laptop, expect: [{outcome: any}]}]", "fail",
    ),
    "TurnSpec.connections": Effect(
        salesforce("{any: reject}", "asks_connection: any"), "pass",
        salesforce("{Jira: reject}", "asks_connection: any"), "fail",
    ),
    "TurnSpec.expect": Effect(WRONG, "fail", "turns: [{say: hello, expect: none}]", "pass"),
    "TurnSpec.timeout": Effect(
        HELLO.replace("say", "timeout: 0.001, say"), "error", HELLO, "pass"
    ),
    "Answer.skill": Effect(
        order("[{skill: Reset password, answer: approve}]"), "fail",
        order("[{answer: approve}]"), "pass",
    ),
    "Answer.when": Effect(
        order("[{when: {quantity: {gt: 900}}, answer: approve}]"), "fail",
        order("[{answer: approve}]"), "pass",
    ),
    "Answer.answer": Effect(
        order("[{answer: reject}]"), "fail", order("[{answer: approve}]"), "pass"
    ),
    "Answer.reason": Effect(
        order("[{answer: reject, reason: too blue}]", "contains: too blue"), "pass",
        order("[{answer: reject}]", "contains: too blue"), "fail",
    ),
    "ShortAnswer.answer": Effect(
        order("{any: {answer: reject}}"), "fail", order("{any: {answer: approve}}"), "pass"
    ),
    "ShortAnswer.reason": Effect(
        order("{any: {answer: reject, reason: too blue}}", "contains: too blue"), "pass",
        order("{any: {answer: reject}}", "contains: too blue"), "fail",
    ),
    "ShortAnswer.when": Effect(
        order("{any: {when: {quantity: {gt: 900}}, answer: approve}}"), "fail",
        order("{any: {answer: approve}}"), "pass",
    ),
    "ConnectionReply.answer": Effect(
        salesforce("{any: {answer: reject}}", "outcome: finished"), "pass",
        salesforce("{any: {answer: leave}}", "outcome: finished"), "fail",
    ),
    "ConnectionReply.reason": Effect(
        salesforce("{any: {answer: reject, reason: too blue}}", "contains: too blue"), "pass",
        salesforce("{any: {answer: reject}}", "contains: too blue"), "fail",
    ),
    "JudgeCommand.run": Effect(
        "turns: [{say: hello, expect: [{judge: {run: ['false']}}]}]", "fail",
        "turns: [{say: hello, expect: [{judge: {run: ['true']}}]}]", "pass",
    ),
    "JudgeCommand.timeout": Effect(
        "turns: [{say: hello, expect: [{judge: {timeout: 0.05, run: [sleep, '0.2']}}]}]", "error",
        "turns: [{say: hello, expect: [{judge: {run: [sleep, '0.2']}}]}]", "pass",
    ),
    "Expectation.judge": Effect(
        "turns: [{say: hello, expect: [{judge: ['false']}]}]", "fail",
        "turns: [{say: hello, expect: [{judge: ['true']}]}]", "pass",
    ),
    "Expectation.capture": Effect(
        "turns: [{say: hello, expect: [{capture: {a: 'boat'}}]}]", "fail",
        "turns: [{say: hello, expect: [{capture: {a: 'Ada'}}]}, "
        "{say: 'hi ${a}', expect: [{contains: Ada}]}]", "pass",
    ),
}  # fmt: skip

SUITES: Mapping[str, Effect] = {
    # keys above the cases: the head of a suite with the key and without it
    "SuiteSpec.guarded": Effect("guarded: [Search tickets]\n", "fail", "", "pass"),
    "Defaults.timeout": Effect("defaults: {timeout: 0.001}\n", "error", "", "pass"),
    "Defaults.repeat": Effect("defaults: {repeat: 2}\n", "fail", "", "pass"),
    "Defaults.pass_rate": Effect(
        "defaults: {repeat: 2, pass_rate: 0.5}\n", "pass", "defaults: {repeat: 2}\n", "fail"
    ),
    "Defaults.normalize": Effect("defaults: {normalize: []}\n", "fail", "", "pass"),
    "Defaults.expect": Effect("defaults: {expect: [{contains: a boat}]}\n", "fail", "", "pass"),
    "Defaults.known_failure": Effect("defaults: {known_failure: HELP-1}\n", "fixed", "", "pass"),
}
_HEAD_CASES = {
    "SuiteSpec.guarded": "turns: [{say: Is anything broken?, expect: [{skill: Search tickets}]}]",
    "Defaults.repeat": TWO_PASSES.removeprefix("repeat: 2, ") % "c",
    "Defaults.pass_rate": TWO_PASSES.removeprefix("repeat: 2, ") % "d",
    "Defaults.normalize": "turns: [{say: hello, expect: [{contains: ASK ME}]}]",
}

VALUES: Mapping[str, tuple[str, Any, Any]] = {
    # keys inside an expectation: its kind, a value with the key that fails, one without that holds
    "TextOptions.text": ("contains", {"text": "boat", "normalize": "none"}, "Ordered"),
    "TextOptions.normalize": ("contains", {"text": "ordered", "normalize": "none"}, "ordered"),
    "JsonCheck.path": ("json", {"path": "$.items", "is": 3}, {"path": "$.total", "is": 3}),
    "JsonCheck.is": ("json", {"path": "$.total", "is": 4}, {"path": "$.total", "is": 3}),
    "SkillCheck.name": ("skill", {"name": "Send mail"}, {"name": "Check stock"}),
    "SkillCheck.times": ("skill", {"name": "Check stock", "times": 2}, {"name": "Check stock"}),
    "SkillCheck.outcome": (
        "skill", {"name": "Print label", "outcome": "completed"}, {"name": "Print label"},
    ),
    "SkillCheck.error": ("skill", {"name": "Print label", "error": "x"}, {"name": "Print label"}),
    "SkillCheck.parameters": (
        "skill", {"name": "Order laptop", "parameters": {"to": "Bob"}}, {"name": "Order laptop"},
    ),
    "SkillCheck.result": ("skill", {"name": "Check stock", "result": "x"}, {"name": "Check stock"}),
    "ApprovalCheck.skill": ("asks_approval", {"skill": "Send mail"}, {"skill": "Order laptop"}),
    "ApprovalCheck.times": (
        "asks_approval", {"skill": "Order laptop", "times": 2}, {"skill": "Order laptop"},
    ),
    "ApprovalCheck.parameters": (
        "asks_approval",
        {"skill": "Order laptop", "parameters": {"pieces": 7}}, {"skill": "Order laptop"},
    ),
    "ErrorCheck.code": ("error", {"code": "late", "status": 409}, {"status": 409}),
    "ErrorCheck.status": ("error", {"status": 500}, {"code": "busy"}),
    "ErrorCheck.text": ("error", {"text": "x", "status": 409}, {"status": 409}),
}  # fmt: skip

ELSEWHERE = {
    # tested one by one below
    "SuiteSpec.version", "SuiteSpec.suite", "SuiteSpec.description", "SuiteSpec.agent",
    "SuiteSpec.vars", "SuiteSpec.env", "SuiteSpec.secrets", "SuiteSpec.defaults",
    "SuiteSpec.cases", "AgentSpec.profile", "AgentSpec.backend", "AgentSpec.genie", "CaseSpec.id",
    "CaseSpec.name", "CaseSpec.tags", "CaseSpec.meta", "CaseSpec.each", "CaseSpec.repeat",
    "CaseMeta.policy", "CaseMeta.severity", "CaseMeta.owasp", "RowSource.file", "RowSource.rows",
}  # fmt: skip


def keys_of_schema() -> set[str]:
    """All keys that the published schema allows."""
    schema = json_schema()
    models = {"SuiteSpec": schema, **schema["$defs"]}
    return {
        f"{name}.{key}" for name, model in models.items() for key in model.get("properties", ())
    }


def test_no_key_is_without_a_test() -> None:
    kinds = {key for key in keys_of_schema() if key.startswith("Expectation.")}
    tested = {*CASES, *SUITES, *VALUES, *ELSEWHERE}
    assert keys_of_schema() - kinds <= tested
    assert tested <= keys_of_schema()  # test_checks.py has the kinds of expectations


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0)) as running:
        yield running


def suite_of(folder: Path, cases: Mapping[str, str], head: str = "", **environ: str) -> Suite:
    folder.mkdir(exist_ok=True)
    (folder / "stock.csv").write_text("sku,left\nA,3\n")
    (folder / "rows.jsonl").write_text('{"say": "hello"}\n')
    path = folder / "suite.yaml"
    lines = "".join(f"  - {{id: {name}, {case}}}\n" for name, case in cases.items())
    path.write_text(f"version: 1\nsuite: keys\n{head}cases:\n{lines}")
    return load_suite(path, {}, os.environ | environ)


async def results_of(server: DemoServer, suite: Suite, folder: Path) -> dict[str, CaseResult]:
    return await run_suite(suite, target_of_demo(server).connect, folder / "run", jobs=8)


@pytest.mark.slow
async def test_each_key_of_a_case_has_an_effect(server: DemoServer, tmp_path: Path) -> None:
    cases, wanted = {"wrong": WRONG}, {"wrong": "fail"}
    for key, effect in CASES.items():
        name = key.lower()
        cases |= {name: effect.with_key, f"{name}-not": effect.without}
        wanted |= {name: effect.result, f"{name}-not": effect.other}
    results = await results_of(server, suite_of(tmp_path, cases), tmp_path)
    assert {name: result.verdict for name, result in results.items()} == wanted


@pytest.mark.parametrize("key", SUITES)
async def test_each_key_of_a_suite_has_an_effect(
    server: DemoServer, tmp_path: Path, key: str
) -> None:
    effect, case = SUITES[key], {"a": _HEAD_CASES.get(key, HELLO)}
    for name, head, wanted in (
        ("with", effect.with_key, effect.result),
        ("without", effect.without, effect.other),
    ):
        folder = tmp_path / name
        results = await results_of(server, suite_of(folder, case, head), folder)
        assert results["a"].verdict == wanted, name


@pytest.mark.parametrize("key", VALUES)
def test_each_key_of_an_expectation_has_an_effect(key: str) -> None:
    kind, with_key, without = VALUES[key]
    assert judge(kind, with_key, TURN).ok is False
    assert judge(kind, without, TURN).ok is True


# -- one by one ----------------------------------------------------------------------------


def test_another_version_is_refused(tmp_path: Path) -> None:
    suite_of(tmp_path, {"a": HELLO})
    path = tmp_path / "suite.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2"))
    with pytest.raises(InvalidSuite, match="'version' must be 1"):
        load_suite(path, {}, {})


def test_variables_and_the_environment_reach_the_cases(tmp_path: Path) -> None:
    case = {"a": "turns: [{say: '${word} ${env.TEAM}', expect: none}]"}
    suite = suite_of(tmp_path, case, "vars: {word: hi}\nenv: [TEAM]\n", TEAM="red")
    assert suite.cases[0].spec.turns[0].say == "hi red"
    assert (
        load_suite(Path(suite.file), {"word": "yo"}, {"TEAM": "x"}).cases[0].spec.turns[0].say
        == "yo x"
    )


@pytest.mark.parametrize("source", ["{file: rows.jsonl}", "{rows: [{say: hello}]}"])
def test_rows_make_cases(tmp_path: Path, source: str) -> None:
    case = {"'row-${row.say}'": f"each: {source}, turns: [{{say: '${{row.say}}', expect: none}}]"}
    assert [one.spec.id for one in suite_of(tmp_path, case).cases] == ["row-hello"]


async def test_names_and_notes_are_reported(server: DemoServer, tmp_path: Path) -> None:
    meta = "{policy: topic_boundary, severity: low, owasp: ['LLM09:2025'], team: Blue}"
    case = f"name: Greets, tags: [smoke], repeat: 2, meta: {meta}, {HELLO}"
    suite = suite_of(tmp_path, {"a": case}, "description: Everyday work\n")
    results = await results_of(server, suite, tmp_path)
    assert len(results["a"].attempts) == 2
    info = RunInfo(id="r", started="")
    page = html_report(RunResult(run=info, cases=list(results.values())))
    for word in (
        "keys/a",
        "Greets",
        "smoke",
        "topic_boundary",
        "severity: low",
        "LLM09:2025",
        "Blue",
    ):
        assert word in page


AGENTS = [
    # what the suite names, the command's options, and the target of the run
    ("Marid", Target(), Target(flags={"genie": "Marid"})),
    ("{profile: qa}", Target(), Target(profile="qa")),
    ("{profile: qa}", Target(profile="own"), Target(profile="own")),
    ("{profile: qa}", Target(demo=True), Target(demo=True)),
    ("{backend: workflows}", Target(), Target(flags={"backend": "workflows"})),
    ("{genie: Marid}", Target(flags={"genie": "x"}), Target(flags={"genie": "x"})),
]


@pytest.mark.parametrize(("agent", "given", "wanted"), AGENTS)
def test_the_suite_names_the_agent_unless_the_command_does(
    tmp_path: Path, agent: str, given: Target, wanted: Target
) -> None:
    suite = suite_of(tmp_path, {"a": HELLO}, f"agent: {agent}\n")
    assert target_of_suites(given, [suite]) == wanted
