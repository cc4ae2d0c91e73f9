"""Hooks: the user's own commands, run for the notifications of the app.

They come from ``[hooks]`` of the user's configuration file only; nothing that a server sends can
name one. Each gets one JSON object on stdin (:meth:`HookRunner._object`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from tui.core.redaction import redact
from tui.core.text import clean, clean_line
from tui.engine.updates import Notification, Publish, Update, UserNotice
from tui.system.browser import program_environment
from tui.system.logs import note

if TYPE_CHECKING:
    from tui.bootstrap.target import AgentTarget, Connect
    from tui.core.agents import GenieSource
    from tui.engine.session import Session

Hooks = Mapping[str, Sequence[str]]
"""Words of the commands, by hook."""

TIMEOUT_S = 10.0
"""Time after which a hook is killed, with all that it has started."""
_LEAVE_S = 0.5
"""Time that hooks have when the app ends."""
_MOST_AT_ONCE = 4
_MOST_WAITING = 50
_LONGEST_TEXT = 20_000
_LONGEST_COMPLAINT = 500


def target_with_hooks(target: AgentTarget) -> AgentTarget:
    """Return a target whose sessions run the user's hooks; the same one if there are none."""
    hooks, use_genie = target.preferences.hooks, target.use_genie
    if not hooks:
        return target

    def use_other(genie: str) -> tuple[Connect, GenieSource]:
        assert use_genie
        connect, kept = use_genie(genie)
        return _with_hooks(connect, hooks, target.label, genie), kept

    return replace(
        target,
        connect=_with_hooks(target.connect, hooks, target.label, target.agent_name),
        use_genie=use_other if use_genie else None,
    )


def _with_hooks(connect: Connect, hooks: Hooks, profile: str, agent_name: str) -> Connect:
    @asynccontextmanager
    async def connect_with_hooks(
        publish: Publish, *, one_shot: bool = False, store: Path | None = None
    ) -> AsyncGenerator[Session]:
        async with AsyncExitStack() as stack:
            runner = HookRunner(hooks, publish, profile=profile, agent_name=agent_name)
            stack.push_async_callback(runner.aclose)
            opened = connect(runner.publish, one_shot=one_shot, store=store)
            runner.session = await stack.enter_async_context(opened)
            yield runner.session

    return connect_with_hooks


class HookRunner:
    """Listener of a session that runs a hook for each notification, without waiting for it."""

    def __init__(self, hooks: Hooks, publish: Publish, *, profile: str, agent_name: str) -> None:
        self.session: Session | None = None
        """Tells the titles of conversations, once it is open."""
        self._hooks = hooks
        self._pass_on = publish
        self._profile = profile
        self._agent_name = agent_name
        self._running: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(_MOST_AT_ONCE)
        self._failed: set[str] = set()
        """Hooks whose failure the user has been told."""

    def publish(self, update: Update) -> None:
        """Pass on an update, and start the hook of a notification."""
        self._pass_on(update)
        if not isinstance(update, Notification):
            return
        hook = f"on_{update.kind}"
        if hook not in self._hooks:
            return
        if len(self._running) >= _MOST_WAITING:
            note("hook skipped", {"hook": hook}, level=logging.WARNING)
            return
        task = asyncio.create_task(self._run(hook, update))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def aclose(self) -> None:
        """Give running hooks a moment, then kill them."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=_LEAVE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, hook: str, notification: Notification) -> None:
        text = json.dumps(await self._object(notification), ensure_ascii=False) + "\n"
        async with self._free:
            problem, complaint = await _problem_of(self._hooks[hook], text)
        if not problem:
            note("hook ended", {"hook": hook})
            return
        fields = {"hook": hook, "problem": problem, "stderr": complaint or None}
        note("hook failed", fields, level=logging.WARNING)
        if hook not in self._failed:
            self._failed.add(hook)
            self._pass_on(UserNotice(f"The hook {hook} failed: {problem}."))

    async def _object(self, found: Notification) -> dict[str, Any]:
        """Return what a hook gets to know; texts are clean and have no secrets."""
        cid, title = found.conversation_id, ""
        if cid and self.session and (known := await self.session.conversations.find(cid)):
            title = known.name
        return {
            "version": 1,
            "event": found.kind,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "profile": self._profile,
            "agent": self._agent_name,
            "conversation_id": cid,
            "conversation_title": _line(title),
            "turn_id": found.turn_id,
            "run_id": found.run_id,
            "request_id": found.request_id,
            "summary": _line(found.summary),
            "subject": _line(found.subject),
            "text": redact(clean(found.text))[:_LONGEST_TEXT],
            "outcome": found.outcome,
        }


def _line(text: str) -> str:
    return clean_line(redact(text))


async def _problem_of(command: Sequence[str], text: str) -> tuple[str, str]:
    """Run a command with a text on stdin; return why it failed, empty if it did not, and the end
    of its stderr.
    """
    with TemporaryFile() as complaints:  # not a pipe: what the command starts may keep it open
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=complaints,
                env=program_environment(),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"couldn't run {clean_line(command[0], 80)} ({_reason(error)})", ""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await process.communicate(text.encode("utf-8", "replace"))
        except TimeoutError:
            return f"stopped after {TIMEOUT_S:.0f} s", _end_of(complaints)
        finally:
            await _end(process)
        if process.returncode:
            return f"exit code {process.returncode}", _end_of(complaints)
    return "", ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a command that has not ended, and what it started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _end_of(file: IO[bytes]) -> str:
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _LONGEST_COMPLAINT))
    return _line(file.read().decode("utf-8", "replace"))


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
