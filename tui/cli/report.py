"""``genie-tui report``: one archive for support."""

from __future__ import annotations

import asyncio
import io
import os
import time
import zipfile
from collections.abc import Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import click

from tui.bootstrap.report import Part, report_parts
from tui.cli.doctor import findings_of
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target
from tui.config import ConfigError, Profile, load
from tui.core.diagnostics import STEPS, CheckResult
from tui.core.text import size
from tui.system.private_files import open_file

_DOCTOR_S = 20.0
"""Longest time for the checks: a report must be possible without a network."""


def run_report(target: Target, output: Path | None) -> int:
    """Write the archive, list its content, and return the exit code."""
    path = _free_name() if output is None else output
    if path.exists() or path.is_symlink():
        text = f"{path} exists already. Choose another name with -o."
        raise CommandFailure(text, ExitCode.USAGE)
    if not path.absolute().parent.is_dir():
        text = f"Couldn't write {path}: there is no folder {path.absolute().parent}."
        raise CommandFailure(text, ExitCode.USAGE)
    click.echo("Checking the configuration, network, and sign-in…", err=True)
    findings = asyncio.run(_examined(target))
    profile, log = _settings(target)
    parts = list(report_parts(profile, findings, target.config, log))
    try:
        _write(path, parts)
    except OSError as error:
        text = f"Couldn't write {path} ({error.strerror or error})."
        raise CommandFailure(text, ExitCode.USAGE) from error
    _tell(path, parts, log)
    return ExitCode.FINISHED


def _free_name() -> Path:
    """Return a name with the date that no file in the current folder has."""
    stem = f"genie-tui-report-{time.strftime('%Y-%m-%d')}"
    names = (f"{stem}{f'-{number}' if number > 1 else ''}.zip" for number in range(1, 1000))
    return next((Path(name) for name in names if not os.path.lexists(name)), Path(f"{stem}.zip"))


async def _examined(target: Target) -> list[CheckResult]:
    """Return the results of the checks, as many as there are within the time limit."""
    found: list[CheckResult] = []
    try:
        async with asyncio.timeout(_DOCTOR_S):
            async with aclosing(findings_of(target)) as findings:
                async for finding in findings:
                    found.append(finding)
    except TimeoutError:
        late = f"not known: the check was stopped after {_DOCTOR_S:.0f} s"
        found += [CheckResult(step, "open", late) for step in STEPS[len(found) :]]
    return found


def _settings(target: Target) -> tuple[Profile | None, Path | None]:
    """Return the profile, if it can be read, and the log file, if one is set up."""
    with suppress(ConfigError):
        profile = load(target.profile, target.config, target.flags, complete=False)
        return profile, profile.log_file
    with suppress(CommandFailure):
        return None, target.preferences().log_file
    return None, None


def _write(path: Path, parts: Sequence[Part]) -> None:
    archive = io.BytesIO()
    now = time.localtime()[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for part in parts:
            entry = zipfile.ZipInfo(f"{path.stem}/{part.name}", now)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            file.writestr(entry, part.text)
    descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "wb") as written:
        written.write(archive.getvalue())


def _tell(path: Path, parts: Sequence[Part], log: Path | None) -> None:
    names, sizes = [part.name for part in parts], [size(len(part.text.encode())) for part in parts]
    for part, much in zip(parts, sizes, strict=True):
        name = f"{part.name:<{max(map(len, names))}}"
        click.echo(f"  {name}  {much:>{max(map(len, sizes))}}  {part.about}")
    if "log.txt" not in names:
        why = f"{log} is empty or can't be read" if log else "no log is set up"
        click.echo(
            f"It has no log, because {why}. To add one, use genie-tui with "
            "'--log genie.log' until the problem is back, then run "
            "'genie-tui report --log genie.log'."
        )
    click.echo(f"Written to {path.absolute()}")
    click.echo("Secrets are masked. Look through it before you send it to anyone.")
