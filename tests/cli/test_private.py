"""File permissions: other users of the machine can read nothing, and ``doctor`` checks it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_doctor import verdicts

pytestmark = pytest.mark.slow

CONFIG = '[profiles.work]\ntheme = "ember"\n'
KEY = f'api_key = "{"f" * 64}"\n'


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files_line(output: str) -> str:
    return next(line for line in output.splitlines() if line.split()[1] == "files")


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_created_files_and_folders_have_private_permissions(
    environ: dict[str, str], umask: int
) -> None:
    data = Path(environ["GENIE_TUI_DATA_DIR"])
    subprocess.run(
        [sys.executable, "-m", "tui", "ask", "What can you do?"],
        env=environ | {"GENIE_TUI_DATA_DIR": str(data / "deep" / "down")},
        umask=umask,
        check=True,
        capture_output=True,
        timeout=60,
    )
    found = {path: mode_of(path) for path in (data, *data.rglob("*"))}
    assert len(found) >= 4
    assert {m for path, m in found.items() if path.is_dir()} == {0o700}
    assert {m for path, m in found.items() if path.is_file()} == {0o600}


@pytest.mark.parametrize(("text", "after"), [(CONFIG, 0o644), (CONFIG + KEY, 0o600)])
def test_a_configuration_with_an_api_key_gets_private_permissions(
    run: Run, tmp_path: Path, text: str, after: int
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    config.chmod(0o644)
    run("whoami", "--config", str(config))
    assert mode_of(config) == after


def test_the_doctor_fixes_permissions_and_says_so_once(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG + KEY)
    config.chmod(0o664)
    data = Path(environ["GENIE_TUI_DATA_DIR"])
    data.mkdir()
    data.chmod(0o777)
    done = run("doctor", "--config", str(config))
    assert done.returncode == 0, done.stdout
    told = files_line(done.stdout)
    assert told.startswith("✓")
    assert f"{config} could be changed by other users" in told
    assert f"{data} could be changed by other users" in told
    assert (mode_of(config), mode_of(data)) == (0o600, 0o755)
    assert "only you can change them" in files_line(run("doctor", "--config", str(config)).stdout)


def test_the_doctor_warns_of_permissions_it_cannot_fix_and_continues(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    data = Path(environ["GENIE_TUI_DATA_DIR"])
    data.mkdir()
    (tmp_path / "elsewhere").write_text("")
    (data / "conversations.db").symlink_to(tmp_path / "elsewhere")
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert verdicts(done.stdout) == [
        ("✓", "configuration"),
        ("!", "files"),
        ("✓", "network"),
        ("✓", "sign-in"),
        ("✓", "genie"),
        ("✓", "stream"),
    ]
    assert "conversations.db is a symbolic link" in files_line(done.stdout)
    refused = run("ask", "hi")
    assert refused.returncode == 1
    assert "symbolic link" in refused.stderr
    assert os.path.islink(data / "conversations.db")
