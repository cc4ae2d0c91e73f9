"""Commands that judge a turn: any model or library can be behind them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tui.testing.results import Check
from tui.testing.suite.expectations import JudgeCommand

_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
_LONGEST_REASON = 500
_HOLDS, _FAILS = 0, 1


async def judged(
    value: list[str] | JudgeCommand,
    line: int,
    seen: Mapping[str, Any],
    folder: Path,
    environ: Mapping[str, str],
) -> Check:
    """Run a judge in the suite's folder with one line of JSON on stdin; return its verdict.

    Exit code 0: it holds; 1: it fails, and stdout is the reason; anything else is an error.
    ``environ`` has the further variables that the suite lists.
    """
    command = value if isinstance(value, JudgeCommand) else JudgeCommand(run=value)
    own = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    text = json.dumps(seen, ensure_ascii=False) + "\n"

    def check(ok: bool | None, message: str) -> Check:
        return Check(kind="judge", line=line, ok=ok, message=message and f"judge: {message}")

    try:
        process = await asyncio.create_subprocess_exec(
            *command.run,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={**own, **environ},
            start_new_session=True,
        )
    except OSError as error:
        return check(None, f"couldn't run {command.run[0]} ({error.strerror})")
    try:
        async with asyncio.timeout(command.timeout):
            output, errors = await process.communicate(text.encode())
    except TimeoutError:
        return check(None, f"no verdict after {command.timeout:g} s")
    finally:
        await _end(process)
    said = " ".join(output.decode(errors="replace").split())[:_LONGEST_REASON]
    if process.returncode == _HOLDS:
        return check(True, "")
    if process.returncode == _FAILS:
        return check(False, said or "no reason given")
    problem = " ".join(errors.decode(errors="replace").split())[-_LONGEST_REASON:]
    return check(None, f"exit code {process.returncode}: {problem or said or 'no message'}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the command and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
