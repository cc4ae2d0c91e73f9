"""Report as one HTML page: no requests, readable without its script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from tui.core.text import duration
from tui.export.html_page import words_as_html
from tui.testing.reports.comparison import Comparison
from tui.testing.reports.policy_results import PolicyResult, by_policy
from tui.testing.reports.wording import (
    LABELS,
    attempt_summary,
    case_summary,
    open_command,
    repeats_sentence,
    rerun_command,
    totals,
)
from tui.testing.results import (
    CaseAttempt,
    CaseResult,
    Check,
    RunInfo,
    RunResult,
    SkillCall,
    TurnResult,
    Verdict,
)

_LONGEST_REPLY = 20_000
_WORST: tuple[Verdict, ...] = (
    "fail", "error", "fixed", "pass", "known", "inconclusive", "not_run",
)  # fmt: skip
_SQUARES = {"pass": "■", "fail": "□", "error": "!"}


def html_report(result: RunResult, comparison: Comparison | None = None) -> str:
    """Return the page. All texts are escaped; links go nowhere until they are clicked."""
    script = _resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    title = f"{_names(result)} · genie-tui test"
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(title)}</title>\n<style>{_resource('page.css')}</style>\n",
            "</head>\n<body>\n",
            *_head(result),
            *(_comparison(comparison) if comparison else ()),
            *_policies(result),
            *_filters(result),
            *(part for case in _worst_first(result.cases) for part in _case(result.run, case)),
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _resource(name: str) -> str:
    return files("tui.testing.reports").joinpath(name).read_text(encoding="utf-8")


def _names(result: RunResult) -> str:
    return ", ".join(dict.fromkeys(suite.name for suite in result.suites))


def _head(result: RunResult) -> Iterator[str]:
    run = result.run
    verdict = "pass" if result.passed else "fail"
    word = "All passed" if result.passed else "Failed"
    yield f"<header>\n<h1>{escape(_names(result))}</h1>\n"
    for suite in result.suites:
        if suite.description:
            yield f'<p class="muted">{escape(suite.description)}</p>\n'
    counts = escape(totals(result.cases))
    yield f'<p class="verdict {verdict}"><strong>{word}</strong>: {counts}</p>\n'
    started = run.started.replace("T", " ").replace("Z", " UTC")
    facts = [run.agent, started, duration(run.seconds)]
    facts += [f"run {run.id}", f"genie-tui {run.version}"]
    facts += [f"shard {run.shard}"] if run.shard != "1/1" else []
    yield f'<p class="muted">{escape(" · ".join(fact for fact in facts if fact))}</p>\n'
    if run.problem:
        yield f'<p class="error">{escape(run.problem)}</p>\n'
    yield "</header>\n"


def _comparison(found: Comparison) -> Iterator[str]:
    yield f"<h2>Compared with run {escape(found.old)}</h2>\n"
    if found.guardrails:
        yield f"<p>Guardrail: {escape('; '.join(found.guardrails))}</p>\n"
    if not found.changes:
        yield '<p class="muted">No difference.</p>\n'
        return
    yield '<table class="checks">\n'
    for change in found.changes:
        bad = change.change in ("newly failing", "less often", "slower", "dearer")
        kind = "fail" if bad else "pass" if change.change == "newly passing" else "muted"
        yield f'<tr><td class="{kind}">{change.change}</td><td>{escape(change.case)}</td>'
        yield f"<td>{escape(change.text)}</td></tr>\n"
    yield f'</table>\n<p class="muted">Changed verdicts: p = {found.p:.2g}</p>\n'


def _policies(result: RunResult) -> Iterator[str]:
    found = by_policy(result.cases)
    if not found:
        return
    yield '<h2>By policy</h2>\n<div class="scroll"><table class="policies">\n'
    yield "<tr><th>Policy</th><th>Attacks withstood</th><th></th><th>Severity of what failed</th>"
    yield "<th>Harmless, answered</th>"
    yield "</tr>\n" if result.guardrails is None else "<th>Guardrail</th></tr>\n"
    for policy in found:
        yield _policy_row(policy, (result.guardrails or {}).get(policy.policy))
    yield "</table></div>\n"


def _policy_row(policy: PolicyResult, setting: object) -> str:
    share = 100 * policy.held / policy.judged if policy.judged else 0
    severities = ", ".join(f"{count} {name}" for name, count in policy.failed.items())
    shown = "" if setting is None else json.dumps(setting, ensure_ascii=False)
    name = policy.policy if policy.policy != "none" else "no policy"
    return (
        f"<tr><td>{escape(name)}</td><td>{policy.held} of {policy.judged}</td>"
        f'<td><span class="meter"><i style="width:{share:.0f}%"></i></span></td>'
        f'<td class="fail">{escape(severities)}</td><td>{policy.twins_text}</td>'
        f'<td class="mono">{escape(shown)}</td></tr>\n'
    )


def _filters(result: RunResult) -> Iterator[str]:
    yield '<h2>Cases <span class="muted" id="shown"></span></h2>\n<div class="counts">\n'
    for verdict, count in sorted(result.counts().items(), key=lambda pair: _WORST.index(pair[0])):
        yield f'<button type="button" data-verdict="{verdict}" aria-pressed="false">'
        yield f'<span class="{verdict}">{LABELS[verdict]}</span> {count}</button>\n'
    tags = sorted({tag for case in result.cases for tag in case.tags})
    options = "".join(f"<option>{escape(tag)}</option>" for tag in tags)
    yield '</div>\n<div class="filters" hidden>\n'
    yield '<input id="words" type="search" placeholder="Filter by words" aria-label="Words">\n'
    yield '<select id="tag" aria-label="Tag"><option value="">All tags</option>'
    yield f"{options}</select>\n"
    yield "</div>\n"


def _worst_first(cases: list[CaseResult]) -> list[CaseResult]:
    return sorted(cases, key=lambda case: (_WORST.index(case.verdict), not case.flaky))


def _case(run: RunInfo, case: CaseResult) -> Iterator[str]:
    flaky = case.flaky and case.verdict == "pass"
    kind, label = ("flaky", "flaky") if flaky else (case.verdict, LABELS[case.verdict])
    text = " ".join([case.key, case.name, *case.tags]).lower()
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in case.tags)
    opened = " open" if case.verdict in ("fail", "error", "fixed") else ""
    yield f'<details class="case" data-verdict="{case.verdict}" data-text="{escape(text)}"'
    yield f' data-tags="{escape(" ".join(case.tags))}"{opened}>\n<summary>'
    yield f'<strong class="{kind}">{label}</strong>'
    yield f'<span><span class="mono">{escape(case.key)}</span>{tags}</span>'
    yield f'<span class="squares" title="{case.passed} of {case.repeats}">{_squares(case)}</span>'
    yield f'<span class="muted">{duration(case.seconds)}</span>'
    if summary := case_summary(case) or case.name:
        yield f'<span class="why">{escape(summary)}</span>'
    yield '</summary>\n<div class="body">\n'
    if notes := ", ".join(_notes(case)):
        yield f'<p class="muted">{escape(notes)}</p>\n'
    if sentence := repeats_sentence(case):
        yield f'<p class="muted">{escape(sentence)}</p>\n'
    shown = _shown(case)
    for attempt in shown[:1]:
        yield from _attempt(run, case, attempt)
    for attempt in shown[1:]:
        summary = escape(attempt_summary(attempt))
        yield f"<details><summary>Repeat {attempt.n}: {summary}</summary>\n"
        yield from _attempt(run, case, attempt)
        yield "</details>\n"
    yield f'<p class="muted">{escape(case.file)}:{case.line} · again: '
    yield f"<code>{escape(rerun_command(run, case))}</code></p>\n</div>\n</details>\n"


def _notes(case: CaseResult) -> Iterator[str]:
    """Yield the notes on a case, such as its policy, for people."""
    for key, value in case.meta.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{key}: {shown}"


def _squares(case: CaseResult) -> str:
    if len(case.attempts) < 2:
        return ""
    return "".join(
        f'<span class="{attempt.verdict}">{_SQUARES[attempt.verdict]}</span>'
        for attempt in case.attempts
    )


def _shown(case: CaseResult) -> list[CaseAttempt]:
    """Return the repeats to show in full: those that did not pass, else the first."""
    bad = [attempt for attempt in case.attempts if attempt.verdict != "pass"]
    return bad or case.attempts[:1]


def _attempt(run: RunInfo, case: CaseResult, attempt: CaseAttempt) -> Iterator[str]:
    if len(case.attempts) > 1:
        yield f'<h3 class="muted">Repeat {attempt.n}</h3>\n'
    if attempt.problem:
        yield f'<p class="error">{escape(attempt.problem)}</p>\n'
    for turn in attempt.turns:
        yield from _turn(turn)
    yield from _checks(attempt.checks)
    if command := open_command(run, attempt):
        yield f'<p class="muted">open: <code>{escape(command)}</code></p>\n'


def _turn(turn: TurnResult) -> Iterator[str]:
    files = "".join(f'<span class="tag">{escape(name)}</span>' for name in turn.files)
    yield f'<div class="said">{escape(turn.say)}{files}</div>\n'
    if turn.skills:
        longest = max((call.end_s or call.start_s or 0.0) for call in turn.skills) or 1.0
        yield '<div class="skills">\n'
        for call in turn.skills:
            yield _skill(call, longest)
        yield "</div>\n"
    for question in turn.approvals:
        answer = question.answer or "not answered"
        parameters = json.dumps(question.parameters, ensure_ascii=False, indent=1)
        yield f'<div class="question"><strong>{escape(question.skill)}</strong>: {answer}'
        yield f' <span class="muted">{escape(question.reason)}</span>'
        yield f'<details><summary class="muted">Parameters</summary><pre>{escape(parameters)}</pre>'
        yield "</details></div>\n"
    for asked in turn.connections:
        outcome = asked.outcome or "not answered"
        yield f'<div class="question">Sign-in to <strong>{escape(asked.connector)}</strong>: '
        yield f"{escape(outcome)}</div>\n"
    yield f'<div class="reply">{_reply(turn.reply)}</div>\n'
    times = [
        ("first event", turn.first_event_s),
        ("first text", turn.first_text_s),
        ("end", turn.end_s),
    ]
    facts = [f"{name} {duration(value)}" for name, value in times if value is not None]
    facts += [turn.outcome] if turn.outcome != "finished" else []
    facts += [f"{turn.usage.tokens:,} tokens"] if turn.usage and turn.usage.tokens else []
    yield f'<p class="muted">{escape(" · ".join(facts))}</p>\n'
    if turn.error:
        request = f" Request ID {turn.error.request_id}." if turn.error.request_id else ""
        yield f'<p class="error">{escape(turn.error.text + request)}</p>\n'
    yield from _checks(turn.checks)


def _reply(text: str) -> str:
    cut = text[:_LONGEST_REPLY]
    more = f'<p class="muted">… {len(text) - len(cut):,} more characters</p>' if cut != text else ""
    return words_as_html(cut) + more


def _skill(call: SkillCall, longest_s: float) -> str:
    good = call.outcome == "completed"
    glyph = "✓" if good else "✗" if call.outcome == "failed" else "·"
    bar, took = "", ""
    if call.start_s is not None and call.end_s is not None:
        left = 100 * max(0.0, call.start_s) / longest_s
        width = 100 * max(0.0, call.end_s - call.start_s) / longest_s
        kind = "" if good else ' class="bad"'
        bar = f'<i{kind} style="left:{left:.1f}%;width:{width:.1f}%"></i>'
        took = duration(max(0.0, call.end_s - call.start_s))
    why = f' <span class="fail">{escape(call.error)}</span>' if call.error else ""
    return (
        f'<div class="skill"><span>{glyph} {escape(call.name)}{why}</span>'
        f'<span class="bar">{bar}</span>'
        f'<span class="muted">{took or escape(call.outcome)}</span></div>\n'
    )


def _checks(checks: list[Check]) -> Iterator[str]:
    if not checks:
        return
    yield '<table class="checks">\n'
    for check in checks:
        kind = {True: "pass", False: "fail", None: "error"}[check.ok]
        glyph = {True: "✓", False: "✗", None: "!"}[check.ok]
        text = check.message or check.kind
        line = f"line {check.line}" if check.line else ""
        yield f'<tr><td class="{kind}">{glyph}</td><td>{escape(text)}</td>'
        yield f'<td class="muted">{line}</td></tr>\n'
    yield "</table>\n"
