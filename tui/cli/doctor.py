"""``genie-tui doctor``."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import textwrap
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tui.cli.app import with_keymap
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target, open_log
from tui.core.diagnostics import STEPS, CheckResult, Verdict
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.config import Profile

_SIGNS: dict[Verdict, str] = {"good": "✓", "warning": "!", "bad": "✗", "open": "·"}
_COLOURS: dict[Verdict, str] = {
    "good": "green",
    "warning": "yellow",
    "bad": "red",
    "open": "bright_black",
}
_STEP_CELLS = max(map(len, STEPS)) + 2


def run_doctor(target: Target, *, as_json: bool) -> int:
    """Check step by step and print the results; the exit code is that of the first failure."""
    findings = asyncio.run(_examined(target, show=not as_json))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    return _code(findings)


def list_keys(*, as_json: bool) -> int:
    """Print each command that can have a key: name in the configuration, keys, purpose."""
    from tui.ui.keys.keymap import in_order

    commands = in_order()
    if as_json:
        known = [{"name": c.id, "keys": c.keys, "meaning": c.meaning} for c in commands]
        click.echo(json.dumps(known, indent=2))
        return ExitCode.FINISHED
    rows = [(command.id, " ".join(command.keys), command.meaning) for command in commands]
    name_cells, key_cells = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, keys, meaning in rows:
        click.echo(f"{name:<{name_cells}}  {keys:<{key_cells}}  {meaning}".rstrip())
    return ExitCode.FINISHED


async def _examined(target: Target, *, show: bool) -> list[CheckResult]:
    findings = []
    async with aclosing(findings_of(target)) as steps:
        async for finding in steps:
            findings.append(finding)
            if show:
                _print(finding)
    return findings


async def findings_of(target: Target) -> AsyncGenerator[CheckResult]:
    from tui.bootstrap.doctor import examine, examine_files
    from tui.config import ConfigError

    files = await asyncio.to_thread(examine_files, target.config)
    try:
        with_keymap(target.preferences())
        async with (
            _profile(target) as profile,
            aclosing(examine(profile, files=files)) as steps,
        ):
            async for finding in steps:
                yield finding
    except (ConfigError, CommandFailure) as error:
        yield CheckResult(
            "configuration", "bad", str(error), "Fix it, then run 'genie-tui doctor' again."
        )
        yield files
        for step in STEPS[2:]:
            yield CheckResult(step, "open", "skipped")


@asynccontextmanager
async def _profile(target: Target) -> AsyncGenerator[Profile]:
    """Yield the profile to check; with the demo, that of a server started for the check."""
    from tui.bootstrap import read_profile
    from tui.bootstrap.demo import running_demo

    if not target.demo:
        profile = read_profile(target.profile, target.config, key_needed=False, flags=target.flags)
        open_log(profile)
        yield profile
        return
    async with running_demo(target.backend or "genie") as profile:
        yield profile


def _print(finding: CheckResult) -> None:
    sign = click.style(_SIGNS[finding.verdict], fg=_COLOURS[finding.verdict])
    told = clean_line(finding.sentence(), 1000)
    indent = " " * (_STEP_CELLS + 2)
    if sys.stdout.isatty():  # paths and addresses stay whole, so that they can be copied
        room = max(40, shutil.get_terminal_size().columns)
        wrapper = textwrap.TextWrapper(room, initial_indent=indent, subsequent_indent=indent)
        wrapper.break_long_words = wrapper.break_on_hyphens = False
        lines = wrapper.wrap(told)
        told = "\n".join(lines).strip()
    click.echo(f"{sign} {finding.step:<{_STEP_CELLS}}{told}")


def _code(findings: list[CheckResult]) -> ExitCode:
    failed = next((finding.step for finding in findings if finding.verdict == "bad"), None)
    match failed:
        case None:
            return ExitCode.FINISHED
        case "configuration":
            return ExitCode.USAGE
        case "sign-in":
            return ExitCode.NOT_SIGNED_IN
        case _:
            return ExitCode.FAILED
