"""``genie-tui studio users find``."""

from __future__ import annotations

import pytest

from tests.cli.studio.conftest import Studio
from tui.demo.server import DemoServer
from tui.demo.suggestions import USER_ID


@pytest.fixture
def with_genie(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile can ask the genie, too."""
    for name, value in {
        "BASE_URL": server.url,
        "GENIE": server.genie,
        "AUTH": "api_key",
        "API_KEY": server.api_key,
    }.items():
        monkeypatch.setenv(f"GENIE_TUI_{name}", value)


@pytest.mark.usefixtures("with_genie")
@pytest.mark.parametrize(
    ("email", "code", "told"),
    [
        ("ada@example.com", 0, "is active, and the genie allows them."),
        ("alan@example.com", 0, "accept the invitation email"),
        ("linus@example.com", 0, "not in a user group that the genie allows"),
        ("nobody@example.com", 1, "No user has the email nobody@example.com."),
    ],
)
def test_each_user_status_has_its_message(studio: Studio, email: str, code: int, told: str) -> None:
    done = studio("users", "find", email)
    assert done.code == code
    assert told in done.err
    assert (email in done.out) is (code == 0)


def test_the_json_output_has_the_user_id(studio: Studio) -> None:
    done = studio("users", "find", "ada@example.com", "--json")
    assert done.json["id"] == USER_ID
    assert "ada@example.com is active." in done.err
    assert studio("users", "find", "nobody@example.com", "--json").json == {}
