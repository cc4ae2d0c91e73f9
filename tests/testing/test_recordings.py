"""Recordings of a run, and their replay without a server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testing.suite_runs import run_suite
from tui.api.recording.exchanges import RecordingIndex, recording_path
from tui.api.recording.recorder import Recorder
from tui.api.recording.replayer import Replayer
from tui.bootstrap.demo import target_of_demo
from tui.bootstrap.replay import replay_target
from tui.config import BackendName
from tui.demo.server import DemoServer, DemoSettings
from tui.testing.results import CaseResult
from tui.testing.suite.loading import Suite, load_suite

SUITES = Path(__file__).parent / "suites"
SECRET = "hunter2-and-more"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0)) as running:
        yield running


async def record(
    server: DemoServer, suite: Suite, tmp_path: Path, backend: BackendName = "genie"
) -> tuple[Path, dict[str, CaseResult]]:
    recorder = Recorder(tmp_path / "recordings", [SECRET])
    index = RecordingIndex(
        backend=backend, genie=server.genie, agent="Ifrit", recorded="", suites={}
    )
    recorder.begin(index)
    target = target_of_demo(server, backend=backend)
    results = await run_suite(suite, target.connect, tmp_path / "live", jobs=4, wire=recorder)
    return recorder.folder, results


async def replay(
    suite: Suite, recordings: Path, tmp_path: Path, backend: BackendName = "genie"
) -> dict[str, CaseResult]:
    genie = json.loads((recordings / "index.json").read_text())["genie"]
    target = replay_target(backend, genie, "Ifrit")
    wire = Replayer(recordings)
    return await run_suite(suite, target.connect, tmp_path / "replay", jobs=4, wire=wire)


def verdicts(results: dict[str, CaseResult]) -> dict[str, str]:
    return {name: result.verdict for name, result in results.items()}


async def test_a_replay_gives_the_verdicts_of_the_recorded_run_without_a_server(
    server: DemoServer, tmp_path: Path
) -> None:
    suite = load_suite(SUITES / "helpdesk.yaml", {}, os.environ)
    recordings, live = await record(server, suite, tmp_path)
    server.stop()
    again = await replay(suite, recordings, tmp_path)
    assert verdicts(again) == verdicts(live)
    assert len(set(verdicts(live).values())) == 3
    for name, result in live.items():
        pairs = zip(result.attempts[0].turns, again[name].attempts[0].turns, strict=True)
        for before, after in pairs:
            assert after.reply == before.reply
            assert after.skills == before.skills
            assert [(q.skill, q.parameters, q.answer) for q in after.approvals] == [
                (q.skill, q.parameters, q.answer) for q in before.approvals
            ]
            assert after.end_s == before.end_s


async def test_replies_of_the_workflows_api_are_replayed(
    server: DemoServer, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "version: 1\nsuite: s\ncases:\n"
        "  - {id: hello, turns: [{say: hello, expect: [{contains: ask}, {tokens_under: 99999}]}]}\n"
    )
    suite = load_suite(path, {}, {})
    recordings, live = await record(server, suite, tmp_path, "workflows")
    assert verdicts(live) == {"hello": "pass"}
    server.stop()
    assert verdicts(await replay(suite, recordings, tmp_path, "workflows")) == {"hello": "pass"}


async def test_a_recording_of_another_message_fails_loudly(
    server: DemoServer, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    text = "version: 1\nsuite: s\ncases:\n  - {id: a, turns: [{say: hello, expect: none}]}\n"
    path.write_text(text)
    recordings, _ = await record(server, load_suite(path, {}, {}), tmp_path)
    path.write_text(text.replace("hello", "hallo"))
    other = (await replay(load_suite(path, {}, {}), recordings, tmp_path))["a"]
    assert other.verdict == "error"
    [turn] = other.attempts[0].turns
    assert turn.error is not None
    assert "The recording is of another message: 'hello', now 'hallo'" in turn.error.text


async def test_a_missing_recording_is_an_error_and_never_goes_live(
    server: DemoServer, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    text = "version: 1\nsuite: s\ncases:\n  - {id: a, turns: [{say: hello, expect: none}]}\n"
    path.write_text(text)
    recordings, _ = await record(server, load_suite(path, {}, {}), tmp_path)
    seen = len(server.log)
    path.write_text(text.replace("id: a", "id: b"))
    [result] = (await replay(load_suite(path, {}, {}), recordings, tmp_path)).values()
    assert result.verdict == "error"
    assert "'s/b.1' isn't recorded" in result.attempts[0].problem + str(result.attempts[0].turns)
    assert len(server.log) == seen


async def test_recordings_hold_no_secret(server: DemoServer, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "version: 1\nsuite: s\ncases:\n"
        f"  - {{id: a, turns: [{{say: my word is {SECRET}, expect: none}}]}}\n"
        "  - {id: b, turns: [{say: What is open for Acme in Salesforce?, "
        "connections: {any: reject}, expect: none}]}\n"
    )
    recordings, _ = await record(server, load_suite(path, {}, {}), tmp_path)
    text = "".join(file.read_text() for file in recordings.iterdir())
    for secret in (SECRET, server.api_key, server.idp_user_id, "uthorization", "/connect/" + "0"):
        assert secret not in text
    assert recording_path(recordings, "s/a.1").exists()
