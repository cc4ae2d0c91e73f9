"""``ask --batch``: rows in, results out, in order; and ``ask`` as a target of promptfoo."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow


def results(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_rows_of_csv_are_asked_and_answered_in_their_order(
    run: Run, server: DemoServer, tmp_path: Path
) -> None:
    path, out = tmp_path / "prompts.csv", tmp_path / "out.csv"
    path.write_text('team,prompt\nred,Is anything broken?\nblue,"hello"\ngreen,Order a laptop\n')
    before = len(server.log.of("send"))
    done = run("ask", "--batch", str(path), "--jobs", "3", "--approve-all", "-o", str(out))
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(out.read_text().splitlines(keepends=True)))
    assert [(row["team"], row["outcome"]) for row in rows] == [
        ("red", "finished"), ("blue", "finished"), ("green", "finished"),
    ]  # fmt: skip
    assert "VPN" in rows[0]["reply"]
    assert "Ordered" in rows[2]["reply"]
    assert len(server.log.of("send")) - before == 3


def test_lines_are_prompts_and_a_needed_approval_is_told_per_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "prompts.txt"
    path.write_text("hello\n\nOrder a laptop\n")
    done = run("ask", "--batch", str(path), "--jobs", "2")
    assert done.returncode == 1
    first, second = results(done.stdout)
    assert (first["error"], first["outcome"]) == (None, "finished")
    assert str(second["error"]).startswith("Order laptop asked for approval. Use --approve")
    assert "1 of 2 answered." in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "a,b\n1\n", "line 2 has 1 cells, not 2"),
        ("a.jsonl", '{"prompt": ""}\n', "a row has no text in column 'prompt'"),
        ("a.jsonl", "[]\n", "line 1 isn't a JSON object"),
        ("a.txt", "\n\n", "has no prompts"),
        ("a.csv", "prompt,file\nhello,../x\n", "must be a path beside the suite"),
    ],
)
def test_a_file_that_holds_no_prompts_is_a_usage_error(
    run: Run, server: DemoServer, tmp_path: Path, name: str, text: str, problem: str
) -> None:
    (tmp_path / name).write_text(text)
    before = len(server.log)
    done = run("ask", "--batch", str(tmp_path / name))
    assert (done.returncode, len(server.log)) == (2, before)
    assert problem in done.stderr


def test_a_killed_batch_is_resumed_without_asking_again(
    environ: dict[str, str], server: DemoServer, tmp_path: Path
) -> None:
    path = tmp_path / "prompts.txt"
    path.write_text("".join(f"hello number {number}\n" for number in range(30)))
    command = [sys.executable, "-m", "tui", "ask", "--batch", str(path), "--jobs", "3"]
    before = len(server.log.of("send"))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stderr.readline()
        for _ in range(6):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    run_id = re.search(r"--resume (\S+)", told)
    assert run_id, told
    again = subprocess.run(
        [*command, "--resume", run_id[1]], env=environ, capture_output=True, text=True, timeout=60
    )
    assert again.returncode == 0, again.stderr
    assert [row["prompt"] for row in results(again.stdout)] == path.read_text().splitlines()
    sent = len(server.log.of("send")) - before
    assert 30 <= sent <= 33  # those in flight when it was killed are asked again


def test_json_objects_behind_the_text_are_ignored_as_promptfoo_adds_them(
    run: Run, server: DemoServer
) -> None:
    done = run("ask", "hello", '{"basePath": "/x"}', '{"vars": {"a": 1}}')
    assert done.returncode == 0, done.stderr
    assert server.log.of("send")[-1].summary == "hello"
    assert run("ask", "hello", "genie", "{}").returncode == 2
    assert run("ask", "hello", "[1]").returncode == 2
