"""Imports that each command loads; a layer contract can't see that an import is deferred."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "httpx", "pydantic", "starlette", "uvicorn", "sqlite3")


def loaded_by(code: str, *, codes: tuple[int, ...] = (0,)) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after running ``code``.

    ``codes`` are the exit codes with which it may have ended.
    """
    probe = f"""
import atexit, sys
def tell():
    sys.stderr.write("LOADED " + " ".join(name for name in {HEAVY!r} if name in sys.modules))
atexit.register(tell)
{code}
"""
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, done.stderr
    return set(done.stderr.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["ask", "--help"],
        ["login", "--help"],
        ["doctor", "--help"],
        ["doctor", "--keys", "--nonsense"],
        ["studio", "--help"],
        ["studio", "genies", "--help"],
        ["studio", "guardrails", "set", "--help"],
        ["studio", "genies", "delete"],
        ["studio", "genies", "delete", "gin-1"],
        ["studio", "guardrails", "set", "gin-1", "prompt_attack", "{}"],
        ["nonsense"],
        ["ask"],
        ["--no-such-option"],
        ["--login"],
    ],
)
def test_help_and_usage_errors_import_nothing_heavy(arguments: list[str]) -> None:
    code = f"sys.argv = ['genie-tui', *{arguments!r}]; from tui.cli import main; main()"
    assert loaded_by(code, codes=(0, 2)) == set()


@pytest.mark.parametrize("module", ["tui.core.turn", "tui.core.codec", "tui.engine.session"])
def test_core_and_engine_import_neither_textual_nor_httpx(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize("module", ["tui.api.headless", "tui.backends.genie.backend", "tui.store"])
def test_clients_and_store_import_no_textual(module: str) -> None:
    assert "textual" not in loaded_by(f"import {module}")


def test_ask_loads_neither_the_command_line_of_httpx_nor_its_libraries() -> None:
    code = "sys.argv = ['genie-tui', 'ask', '--demo', 'Hi']\nfrom tui.cli import main\nmain()"
    assert "rich" not in loaded_by(code)
