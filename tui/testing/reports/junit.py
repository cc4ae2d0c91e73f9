"""Report as JUnit XML, for GitHub, GitLab and Jenkins.

The format has no standard; this follows the schema of Jenkins' xunit plugin (``junit-10.xsd``):
one ``testcase`` a case, one ``failure`` with all of it, ``flakyFailure`` for failed repeats of a
case that passed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from itertools import groupby

from tui.testing.reports.wording import (
    attempt_summary,
    failure_lines,
    repeats_sentence,
    rerun_command,
)
from tui.testing.results import CaseAttempt, CaseResult, RunInfo, RunResult

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_OUTPUT = 8_000
_SKIPPED = frozenset({"known", "not_run", "inconclusive"})


def junit_xml(result: RunResult) -> str:
    """Return the report of a run."""
    cases = sorted(result.cases, key=lambda case: case.suite)
    root = ET.Element("testsuites", {"name": "genie-tui test", **_counts(cases)})
    for suite, own in groupby(cases, key=lambda case: case.suite):
        root.append(_suite(result, suite, list(own)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: RunResult, name: str, cases: Sequence[CaseResult]) -> ET.Element:
    file = next((suite.file for suite in result.suites if suite.name == name), "")
    attributes = {
        "name": name,
        **_counts(cases),
        "skipped": str(sum(case.verdict in _SKIPPED for case in cases)),
        "timestamp": result.run.started.partition(".")[0].removesuffix("Z"),
        "hostname": "localhost",
        "file": _legal(file),
    }
    element = ET.Element("testsuite", attributes)
    properties = ET.SubElement(element, "properties")
    run = result.run
    for key, value in (("run", run.id), ("agent", run.agent), ("shard", run.shard)):
        ET.SubElement(properties, "property", name=key, value=_legal(value))
    element.extend(_case(run, case) for case in cases)
    return element


def _counts(cases: Sequence[CaseResult]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.verdict in ("fail", "fixed") for case in cases)),
        "errors": str(sum(case.verdict == "error" for case in cases)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _case(run: RunInfo, case: CaseResult) -> ET.Element:
    element = ET.Element("testcase", classname=case.suite, name=case.id, time=f"{case.seconds:.3f}")
    match case.verdict:
        case "pass":
            for attempt in case.attempts:
                if attempt.verdict == "fail":
                    element.append(_flaky(case, attempt))
        case "known" | "not_run" | "inconclusive":
            label = {"known": "known failure: ", "not_run": "not run: "}.get(case.verdict, "")
            ET.SubElement(element, "skipped", message=_legal(label + case.reason))
        case "fixed":
            text = f"passes now; remove known_failure ({case.reason})"
            ET.SubElement(element, "failure", type="fixed", message=_legal(text))
        case verdict:
            tag = "error" if verdict == "error" else "failure"
            element.append(_failure(run, case, tag))
    if case.attempts and case.verdict not in _SKIPPED:
        ET.SubElement(element, "system-out").text = _legal(_output(case))[:_LONGEST_OUTPUT]
    return element


def _failure(run: RunInfo, case: CaseResult, tag: str) -> ET.Element:
    attempt = case.first_bad
    failed = attempt.failed_checks() if attempt else []
    kind = failed[0][1].kind if failed else "problem"
    lines = failure_lines(case)
    message = (
        f"{case.passed} of {case.repeats} passed; {lines[0]}" if case.repeats > 1 else lines[0]
    )
    element = ET.Element(tag, type=kind, message=_legal(message))
    element.text = _legal("\n".join([*lines, f"again:  {rerun_command(run, case)}"]))
    return element


def _flaky(case: CaseResult, attempt: CaseAttempt) -> ET.Element:
    summary = attempt_summary(attempt)
    kind = attempt.failed_checks()[0][1].kind
    message = f"repeat {attempt.n} of {len(case.attempts)}, {summary}"
    element = ET.Element("flakyFailure", type=kind, message=_legal(message))
    ET.SubElement(element, "stackTrace").text = _legal(f"{case.file}:{case.line}")
    return element


def _output(case: CaseResult) -> str:
    shown: Iterable[CaseAttempt] = [a for a in [case.first_bad] if a] or case.attempts[:1]
    lines = [sentence] if (sentence := repeats_sentence(case)) else []
    for attempt in shown:
        for turn in attempt.turns:
            lines += [f"> {turn.say}", turn.reply]
    return "\n".join(lines)


def _legal(text: str) -> str:
    """Return the text without characters that XML 1.0 forbids."""
    return _ILLEGAL.sub("\ufffd", text)
