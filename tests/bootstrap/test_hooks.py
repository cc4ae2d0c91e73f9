"""Hooks run one by one: what they get, how they fail, and that nothing waits for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.bootstrap import hooks
from tui.bootstrap.hooks import HookRunner
from tui.core.ids import ConversationId
from tui.engine.updates import ConversationsChanged, Notification, Update, UserNotice

REPLY = Notification(kind="reply", summary="the reply is ready", text="Hello")


def runner_of(**commands: list[str]) -> tuple[HookRunner, list[Update]]:
    passed_on: list[Update] = []
    runner = HookRunner(commands, passed_on.append, profile="work", agent_name="Ifrit")
    return runner, passed_on


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:  # the condition is in files that other processes write
            if condition():
                return
            await asyncio.sleep(0.01)


async def test_only_the_hook_of_a_notification_runs_and_updates_are_passed_on(
    tmp_path: Path,
) -> None:
    got = tmp_path / "got"
    runner, passed_on = runner_of(on_reply=["sh", "-c", f"cat > {got}.part; mv {got}.part {got}"])
    question = Notification(kind="question", summary="Order needs your answer")
    for update in (ConversationsChanged(), question, REPLY):
        runner.publish(update)
    assert passed_on == [ConversationsChanged(), question, REPLY]
    await until(got.exists)
    found = json.loads(got.read_text())
    assert found["event"] == "reply"
    assert found["text"] == "Hello"
    assert found["agent"] == "Ifrit"
    assert found.keys() == {
        *("version", "event", "time", "profile", "agent", "conversation_id"),
        *("conversation_title", "turn_id", "run_id", "request_id", "summary", "subject", "text"),
        "outcome",
    }
    await runner.aclose()


async def test_a_hook_gets_no_secrets_and_no_control_characters(tmp_path: Path) -> None:
    got = tmp_path / "got"
    runner, _ = runner_of(on_reply=["sh", "-c", f"cat > {got}.part; mv {got}.part {got}"])
    text = "Bearer pl4nted-secret\n\x1b]0;title\x07" + "x" * 100_000
    found = Notification(kind="reply", summary="x", text=text, subject="a\x1b[2Jb")
    runner.publish(found)
    await until(got.exists)
    assert "pl4nted" not in got.read_text()
    assert "\\u001b" not in got.read_text()
    assert len(got.read_text()) < 21_000
    await runner.aclose()


async def test_a_failing_hook_is_told_once() -> None:
    runner, passed_on = runner_of(on_reply=["sh", "-c", "exit 3"])
    for _ in range(3):
        runner.publish(REPLY)
    await until(lambda: not runner._running)
    told = [update.text for update in passed_on if isinstance(update, UserNotice)]
    assert told == ["The hook on_reply failed: exit code 3."]


async def test_a_hook_that_hangs_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "TIMEOUT_S", 0.5)
    pid = tmp_path / "pid"
    runner, passed_on = runner_of(on_reply=["sh", "-c", f"sleep 300 & echo $! > {pid}; wait"])
    runner.publish(REPLY)
    await until(lambda: not runner._running)
    [told] = [update.text for update in passed_on if isinstance(update, UserNotice)]
    assert told == "The hook on_reply failed: stopped after 0 s."
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    await until(lambda: not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z")


async def test_a_hook_that_does_not_read_its_input_has_not_failed() -> None:
    runner, passed_on = runner_of(on_reply=["true"])
    runner.publish(Notification(kind="reply", summary="x", text="y" * 20_000))
    await until(lambda: not runner._running)
    assert not [update for update in passed_on if isinstance(update, UserNotice)]


async def test_few_hooks_run_at_once_and_too_many_are_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "_MOST_WAITING", 10)
    runner, _ = runner_of(on_reply=["sh", "-c", f"echo x >> {tmp_path}/ran; sleep 0.2"])
    for _ in range(30):
        runner.publish(REPLY)
    await until(lambda: not runner._running)
    assert (tmp_path / "ran").read_text().count("x") == 10


async def test_closing_kills_what_still_runs() -> None:
    runner, _ = runner_of(on_failure=["sleep", "300"])
    found = Notification(kind="failure", summary="x", conversation_id=ConversationId("cnv-1"))
    runner.publish(found)
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await runner.aclose()
    assert not runner._running
