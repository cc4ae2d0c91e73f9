"""``genie-tui export`` in a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, last_line
from tests.demo.conftest import Visitor
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow


def test_a_conversation_is_exported_to_stdout_or_a_file(run: Run, tmp_path: Path) -> None:
    cid = last_line(run("ask", "What can you do?", "--json"))["conversation_id"]
    done = run("export", cid)
    assert (done.returncode, done.stderr) == (0, "")
    assert "> Hi Ada, I'm **Ifrit**" in done.stdout
    page = tmp_path / "talk.html"
    done = run("export", cid, "-o", str(page))
    assert (done.returncode, done.stdout) == (0, "")
    assert f"Exported to {page}." in done.stderr
    assert page.read_text().startswith("<!doctype html>")
    assert json.loads(run("export", cid, "--format", "json").stdout)["conversation"]["id"] == cid


def test_an_export_loads_missing_turns_from_the_server(run: Run, tmp_path: Path) -> None:
    cid = last_line(run("ask", "What can you do?", "--json"))["conversation_id"]
    done = run("export", cid, GENIE_TUI_DATA_DIR=str(tmp_path / "another machine"))
    assert done.returncode == 0
    assert done.stdout.startswith("# ")
    assert "> What can you do?" in done.stdout
    assert "> Hi Ada, I'm **Ifrit**" in done.stdout


def test_an_export_uses_stored_turns_deleted_on_the_server(run: Run, server: DemoServer) -> None:
    cid = last_line(run("ask", "What can you do?", "--json"))["conversation_id"]
    with Visitor(server).http as http:
        assert http.delete(f"/conversations/{cid}").is_success
    done = run("export", cid)
    assert done.returncode == 0
    assert "> Hi Ada, I'm **Ifrit**" in done.stdout
    assert "Exported only what is stored on this machine" in done.stderr


def test_an_export_of_an_unknown_conversation_is_an_error(run: Run) -> None:
    done = run("export", "cnv-unknown")
    assert done.returncode == 1
    assert "genie-tui: " in done.stderr
    assert done.stdout == ""


def test_an_unwritable_export_file_is_an_error(run: Run, tmp_path: Path) -> None:
    cid = last_line(run("ask", "What can you do?", "--json"))["conversation_id"]
    done = run("export", cid, "-o", str(tmp_path / "missing" / "a.md"))
    assert done.returncode == 1
    assert "Couldn't write" in done.stderr
    assert run("export", cid, "--format", "doc").returncode == 2
