"""Runner, over the real engine and a demo server on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.testing.suite_runs import Heard, begun, runner_of
from tui.bootstrap.demo import target_of_demo
from tui.core.errors import ErrorKind
from tui.demo.server import DemoServer, DemoSettings
from tui.testing.reports.html_report import html_report
from tui.testing.reports.junit import junit_xml
from tui.testing.reports.wording import closing_lines, repeat_lines, repeats_sentence
from tui.testing.results import CaseAttempt, CaseResult, Check, RunInfo, RunResult
from tui.testing.run.case_selection import Shard, selected
from tui.testing.run.run_folder import RunFolder
from tui.testing.run.verdicts import case_result, is_decided
from tui.testing.suite.expectations import Expectation
from tui.testing.suite.loading import PlannedCase, Suite, load_suite

SUITES = Path(__file__).parent / "suites"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0)) as running:
        yield running


class Bench:
    """A runner over a demo server."""

    def __init__(self, server: DemoServer, folder: Path) -> None:
        self.server = server
        self.folder = begun(folder / "run")
        self.heard = Heard()
        self.path = folder / "suite.yaml"
        self.problem: Any = None

    def suite(self, cases: str, head: str = "") -> Suite:
        self.path.write_text(f"version: 1\nsuite: s\n{head}cases:\n{cases}", encoding="utf-8")
        return load_suite(self.path, {}, os.environ)

    async def run(
        self, suite: Suite, cases: Sequence[PlannedCase] = (), genie: str = "", **options: Any
    ) -> dict[str, CaseResult]:
        runner = runner_of(suite, self.folder, self.heard, cases, **options)
        target = target_of_demo(self.server)
        assert target.use_genie is not None
        connect = target.use_genie(genie)[0] if genie else target.connect
        with_store = partial(connect, one_shot=True)
        results = await runner.run(with_store)
        self.problem = runner.problem
        return {result.id: result for result in results}


@pytest.fixture
def bench(server: DemoServer, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path)


def hello(name: str, more: str = "") -> str:
    return f"  - {{id: {name}, turns: [{{say: hello, expect: [{{contains: ask me}}]}}]{more}}}\n"


def broken(name: str, more: str = "") -> str:
    return f"  - {{id: {name}, turns: [{{say: hello, expect: [{{contains: boat}}]}}]{more}}}\n"


async def test_cases_pass_and_fail_as_they_should(bench: Bench) -> None:
    suite = load_suite(SUITES / "helpdesk.yaml", {}, os.environ)
    results = await bench.run(suite, jobs=4)
    bad = {name: result.verdict for name, result in results.items() if result.verdict != "pass"}
    assert bad == {"greeting-in-latin": "known", "laptop-too-cheap": "fail"}
    [turn, thanks] = results["laptop-approved"].attempts[0].turns
    assert thanks.say == "Thank you for request 20417"
    assert [call.name for call in turn.skills] == ["Check stock", "Order laptop"]
    assert turn.approvals[0].answer == "approved"
    assert "••••" in json.dumps(turn.approvals[0].parameters, ensure_ascii=False)


async def test_each_kind_of_expectation_fails_where_it_must(bench: Bench) -> None:
    suite = load_suite(SUITES / "must_fail.yaml", {}, os.environ)
    results = await bench.run(suite, jobs=8)
    assert {result.verdict for result in results.values()} == {"known"}
    for result in results.values():
        [attempt] = result.attempts
        assert attempt.verdict == "fail", (result.id, attempt.problem)


def test_every_kind_has_a_case_that_must_fail() -> None:
    suite = load_suite(SUITES / "must_fail.yaml", {}, os.environ)
    turns = [turn for case in suite.cases for turn in case.spec.turns]
    kinds = {expectation.kind for turn in turns for expectation in turn.expectations}
    all_kinds = {field.alias or name for name, field in Expectation.model_fields.items()}
    assert all_kinds - kinds == {"tokens_under", "cost_under"}  # genies tell neither, see below


async def test_a_service_that_tells_usage_can_fail_its_limits(
    bench: Bench, server: DemoServer
) -> None:
    suite = bench.suite(
        "  - {id: a, turns: [{say: hello, expect: [{tokens_under: 1}]}]}\n"
        "  - {id: b, turns: [{say: hello, expect: [{cost_under: 0.0000001}]}]}\n"
        "  - {id: c, turns: [{say: hello, expect: [{tokens_under: 1000000}]}]}\n"
    )
    connect = target_of_demo(server, backend="workflows").connect
    results = await runner_of(suite, bench.folder).run(partial(connect, one_shot=True))
    assert [result.verdict for result in results] == ["fail", "fail", "pass"]


async def test_a_case_that_needs_a_failed_one_is_not_judged(bench: Bench) -> None:
    suite = bench.suite(hello("second", ", needs: [first]") + broken("first"))
    results = await bench.run(suite, jobs=2)
    assert bench.heard.started == ["first"]
    assert results["second"].verdict == "inconclusive"
    assert results["second"].reason == "needs first, which didn't pass"


async def test_fail_fast_runs_nothing_after_a_failure(bench: Bench) -> None:
    suite = bench.suite(hello("a") + broken("b") + hello("c"))
    results = await bench.run(suite, fail_fast=True)
    assert [r.verdict for r in results.values()] == ["pass", "fail", "not_run"]


async def test_repeats_are_one_case_with_a_pass_rate(bench: Bench) -> None:
    (bench.path.parent / "flip.sh").write_text(
        "n=$(cat count 2>/dev/null || echo 0); echo $((n+1)) > count\n[ $n -ne 1 ] || exit 1\n"
    )
    judge = "expect: [{judge: [sh, flip.sh]}]"
    case = f"  - {{id: a, pass_rate: 0.6, turns: [{{say: hello, {judge}}}]}}\n"
    results = await bench.run(bench.suite(case), repeat=4)
    result = results["a"]
    assert (result.verdict, result.flaky) == ("pass", True)
    assert (result.passed, result.repeats, result.needed) == (3, 4, 3)
    assert len({attempt.conversation for attempt in result.attempts}) == 4


async def test_a_judge_gets_the_turn_and_no_secret_of_the_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM", "red")
    monkeypatch.setenv("GENIE_TUI_API_KEY", "f" * 64)
    (bench.path.parent / "judge.py").write_text(
        "import json, os, sys\n"
        "seen = json.load(sys.stdin)\n"
        "json.dump({'seen': seen, 'env': dict(os.environ)}, open('seen.json', 'w'))\n"
    )
    judge = f"expect: [{{judge: [{sys.executable}, judge.py]}}]"
    case = f"  - {{id: a, turns: [{{say: hello, {judge}}}]}}\n"
    results = await bench.run(bench.suite(case, head="env: [TEAM]\n"))
    assert results["a"].verdict == "pass"
    told = json.loads((bench.path.parent / "seen.json").read_text())
    assert told["env"]["TEAM"] == "red"
    assert "GENIE_TUI_API_KEY" not in told["env"]
    seen = told["seen"]
    assert seen["reply"].startswith("Hi Ada")
    assert (seen["case"], seen["turn"], seen["outcome"]) == ("a", 1, "finished")


@pytest.mark.parametrize(
    ("command", "verdict", "message"),
    [
        ("[sh, -c, 'exit 3']", "error", "judge: exit code 3: no message"),
        ("[sh, -c, 'echo too short; exit 1']", "fail", "judge: too short"),
        ("[no-such-command]", "error", "judge: couldn't run no-such-command"),
        ("{run: [sh, -c, 'sleep 60'], timeout: 0.2}", "error", "judge: no verdict after 0.2 s"),
    ],
)
async def test_a_judge_that_fails_is_told_apart_from_one_that_breaks(
    bench: Bench, command: str, verdict: str, message: str
) -> None:
    case = f"  - {{id: a, turns: [{{say: hello, expect: [{{judge: {command}}}]}}]}}\n"
    results = await bench.run(bench.suite(case))
    [attempt] = results["a"].attempts
    assert (attempt.verdict, results["a"].verdict) == (verdict, verdict)
    assert attempt.turns[0].checks[0].message.startswith(message)


async def test_a_question_left_open_is_rejected_at_the_end(
    bench: Bench, server: DemoServer
) -> None:
    case = (
        "  - {id: a, turns: [{say: Order a laptop, approvals: {any: leave}, "
        "expect: [{asks_approval: Order laptop}, {outcome: waiting}]}]}\n"
    )
    results = await bench.run(bench.suite(case))
    assert results["a"].verdict == "pass"
    assert len(server.log.of("approval")) == 1


async def test_a_rejected_key_is_told_once_and_ends_the_run(
    bench: Bench, server: DemoServer
) -> None:
    server.faults.add("status:401")
    suite = bench.suite("".join(hello(f"c{number}") for number in range(20)))
    results = await bench.run(suite, jobs=4)
    assert bench.problem.kind is ErrorKind.UNAUTHORIZED
    assert {result.verdict for result in results.values()} == {"not_run"}
    assert len(server.log.of("send")) == 0


async def test_an_agent_that_is_not_started_is_told_once_and_ends_the_run(
    bench: Bench, server: DemoServer
) -> None:
    suite = bench.suite("".join(hello(f"c{number}") for number in range(20)))
    results = await bench.run(suite, genie=server.stopped_genie)
    assert str(bench.problem) == "The agent finished 3 conversations without a word."
    assert bench.problem.hint == "Check that it is started."
    assert len(server.log.of("send")) == 3
    assert [r.verdict for r in results.values()] == ["fail"] * 3 + ["not_run"] * 17


async def test_a_limit_of_the_service_delays_all_jobs_and_fails_none(
    bench: Bench, server: DemoServer
) -> None:
    server.faults.add("status:429,retry_after=1,on=send,times=2")
    suite = bench.suite("".join(hello(f"c{number}") for number in range(4)))
    results = await bench.run(suite, jobs=4)
    assert {result.verdict for result in results.values()} == {"pass"}
    assert bench.heard.waits == 1


async def test_a_timeout_is_no_verdict_on_the_agent(bench: Bench, server: DemoServer) -> None:
    server.faults.add("silent:after=1,times=9")
    case = "  - {id: a, timeout: 1, turns: [{say: hello, expect: [{contains: ask}]}]}\n"
    results = await bench.run(bench.suite(case))
    assert results["a"].verdict == "error"


async def test_a_turn_over_its_time_is_stopped_at_the_service(
    bench: Bench, server: DemoServer
) -> None:
    suite = bench.suite("  - {id: a, turns: [{say: burst 600, expect: [{contains: x}]}]}\n")
    server.faults.add("slow:ms=300,on=stream")
    connect = target_of_demo(server, backend="workflows").connect
    runner = runner_of(suite, bench.folder, timeout_s=1.0)
    [result] = await runner.run(partial(connect, one_shot=True))
    [turn] = result.attempts[0].turns
    assert (result.verdict, turn.outcome) == ("error", "timeout")
    assert turn.checks[-1].message == "outcome: timeout (no end after 1 s), not finished"
    assert len(server.log.of("halt")) == 1


async def test_a_resumed_run_repeats_nothing_and_loses_nothing(
    bench: Bench, server: DemoServer
) -> None:
    suite = bench.suite("".join(hello(f"c{number}") for number in range(6)))
    await bench.run(suite, selected(suite.cases)[:3])
    sent = len(server.log.of("send"))
    with (bench.folder.path / "results.jsonl").open("a") as file:
        file.write('{"case": "s/c5", "atte')  # the process was killed here
    bench.folder = RunFolder(bench.folder.path)
    results = await bench.run(suite, jobs=2)
    assert len(server.log.of("send")) - sent == 3
    assert [result.verdict for result in results.values()] == ["pass"] * 6
    again = dict(RunFolder(bench.folder.path).attempts())
    assert sorted(again) == [f"s/c{number}" for number in range(6)]


# -- verdicts ------------------------------------------------------------------------------


def attempts(verdicts: str) -> list[CaseAttempt]:
    bad = [Check(kind="contains", ok=False, message="x")]
    return [
        CaseAttempt.model_validate({"n": n, "verdict": v, "checks": bad if v == "fail" else []})
        for n, v in enumerate(verdicts.split(), 1)
    ]


@pytest.mark.parametrize(
    ("rate", "verdicts", "wanted"),
    [
        (1.0, "pass pass pass", "pass"),
        (1.0, "pass fail pass", "fail"),
        (0.6, "pass fail pass", "pass"),
        (1.0, "pass error pass", "error"),
        (0.6, "pass error pass", "pass"),
        (0.6, "fail error pass", "error"),
        (0.6, "fail error fail", "fail"),
    ],
)
def test_errors_are_no_trials(bench: Bench, rate: float, verdicts: str, wanted: str) -> None:
    suite = bench.suite(hello("a", f", pass_rate: {rate}"))
    assert case_result(suite.cases[0], attempts(verdicts), 3).verdict == wanted


@pytest.mark.parametrize(
    ("verdicts", "decided"),
    [("pass", False), ("pass pass", True), ("fail fail", False), ("fail fail fail", True)],
)
def test_repeats_stop_when_nothing_can_change(bench: Bench, verdicts: str, decided: bool) -> None:
    [case] = bench.suite(hello("a", ", pass_rate: 0.5")).cases
    assert is_decided(case, attempts(verdicts), 4) is decided


def test_repeats_say_how_reliable_a_case_is(bench: Bench) -> None:
    [case] = bench.suite(hello("a")).cases
    flaky = case_result(case, attempts("pass fail pass pass pass"), 5)
    assert flaky.all_pass == {3: 0.4, 5: 0.0}
    sentence = (
        "4 of 5 repeats passed, 5 were needed. It passes 38% to 96% of the time (95% interval). "
        "3 in a row all pass 40% of the time."
    )
    assert repeats_sentence(flaky) == sentence
    steady = case_result(case, attempts("pass pass pass pass pass"), 5)
    once = case_result(case, attempts("pass"), 1)
    assert repeats_sentence(once) == ""
    assert list(repeat_lines([flaky, steady, once])) == [
        "Repeats:",
        f"  s/a: {sentence}",
        "  1 case passed every time. 5 of 5 means at least 57% of the time (95% interval).",
    ]
    result = RunResult(run=RunInfo(id="r", started=""), cases=[flaky])
    assert json.loads(result.model_dump_json())["cases"][0]["all_pass"] == {"3": 0.4, "5": 0.0}
    for report in ("\n".join(closing_lines(result)), html_report(result), junit_xml(result)):
        assert sentence in report


# -- selection -----------------------------------------------------------------------------


def test_shards_have_every_case_once_and_a_new_case_moves_no_other(bench: Bench) -> None:
    few = bench.suite("".join(hello(f"c{number}") for number in range(40))).cases
    more = bench.suite("".join(hello(f"c{number}") for number in range(41))).cases

    def parts(cases: Sequence[PlannedCase]) -> list[set[str]]:
        return [{c.key for c in selected(cases, shard=Shard(n, 3))} for n in (1, 2, 3)]

    assert sorted(key for part in parts(few) for key in part) == sorted(c.key for c in few)
    assert all(old <= new for old, new in zip(parts(few), parts(more), strict=True))
    assert all(parts(few))


def test_words_and_tags_select_and_bring_what_is_needed(bench: Bench) -> None:
    suite = bench.suite(
        hello("a", ", tags: [slow]") + hello("b", ", name: Blue Lamp, needs: [a]") + hello("c")
    )
    assert [c.spec.id for c in selected(suite.cases, words=["blue", "lamp"])] == ["a", "b"]
    assert [c.spec.id for c in selected(suite.cases, tags=["slow"])] == ["a"]
    assert [c.spec.id for c in selected(suite.cases, words=["nothing"])] == []
    orders = {tuple(c.spec.id for c in selected(suite.cases, seed=n)) for n in range(20)}
    assert len(orders) > 1
    assert all(order.index("a") < order.index("b") for order in orders)


@pytest.mark.slow
def test_a_killed_run_is_resumed_by_the_real_command(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    cases = "".join(hello(f"c{number}") for number in range(60))
    path.write_text(f"version: 1\nsuite: many\ncases:\n{cases}", encoding="utf-8")
    folders = {"GENIE_TUI_DATA_DIR": str(tmp_path), "GENIE_TUI_CONFIG_DIR": str(tmp_path)}
    environ = os.environ | folders
    command = [sys.executable, "-m", "tui", "test", str(path), "--demo", "--jobs", "4"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(8):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    [run] = (tmp_path / "runs").iterdir()
    before = [key for key, _ in RunFolder(run).attempts()]
    assert 8 <= len(before) < 60
    again = subprocess.run(
        [*command, "--resume", run.name], env=environ, capture_output=True, text=True, timeout=120
    )
    assert again.returncode == 0, again.stderr
    assert "60 passed" in again.stdout
    after = [key for key, _ in RunFolder(run).attempts()]
    assert after[: len(before)] == before
    assert sorted(after) == sorted(f"many/c{number}" for number in range(60))
