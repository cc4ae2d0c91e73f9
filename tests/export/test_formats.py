"""Formats of the exported files, and how they are written."""

from __future__ import annotations

import json
import stat
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from tests.export.samples import chronicle, said
from tests.ui.widget_app import at
from tui.core.codec import from_json
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    SkillFinished,
    SkillStarted,
    TurnFinished,
    TurnStarted,
)
from tui.core.ids import CallId
from tui.export import CannotWrite, ExportSource, Format, file_name, format_of, render, write

CALL = CallId("call")


def ordered() -> ExportSource:
    return chronicle(
        at(TurnStarted, 1, 0),
        at(
            ApprovalRequested,
            2,
            1,
            skill="Order laptop",
            call_id=CALL,
            parameters={"model": "14 inch"},
        ),
        at(ApprovalResolved, 3, 2, call_id=CALL, decision="rejected", reason="Too dear"),
        at(SkillStarted, 4, 3, skill="Check stock"),
        at(SkillFinished, 5, 4.5, skill="Check stock", outcome="completed"),
        at(AgentMessage, 6, 5, text="**Done**, see [the shop](https://shop.example/x?a=1&b=2)."),
        at(TurnFinished, 7, 6),
        prompt="Order a laptop\n*please*",
        title="Laptop",
    )


def test_markdown_export_has_days_messages_skills_and_the_timeline() -> None:
    assert render(ordered(), "md").splitlines() == [
        "# Laptop",
        "",
        "2 messages with Ifrit. Exported on Sunday, November 22, 2026, 14:01 UTC."
        " Secrets are masked.",
        "",
        "## Sunday, November 22, 2026",
        "",
        "### You · 14:00",
        "",
        "> Order a laptop  ",
        "> *please*",
        "",
        "- ✗ **Order laptop** — rejected: Too dear",
        "  - model: 14 inch",
        "- ✓ **Check stock** (1.5 s)",
        "",
        "### Ifrit · 14:00",
        "",
        "> **Done**, see [the shop](https://shop.example/x?a=1&b=2).",
        "",
        "## Timeline",
        "",
        "### run-1",
        "",
        "- `14:00:00` ▸ **Started**",
        "- `14:00:01` ◆ **Order laptop** needs your approval",
        "- `14:00:02` ○ **Rejected** Too dear (1.0 s)",
        "- `14:00:03` ┄ **Check stock**",
        "- `14:00:04` ✓ **Check stock** (1.5 s)",
        "- `14:00:05` “ \\*\\*Done\\*\\*, see \\[the shop\\](https://shop.example/x?a=1\\&b=2).",
        "- `14:00:06` ✓ **Finished** (6.0 s)",
    ]


def test_the_html_page_is_self_contained_and_says_so() -> None:
    page = render(ordered(), "html")
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
    assert "src=" not in page
    assert " style=" not in page


def test_the_html_page_has_messages_and_skills() -> None:
    page = render(ordered(), "html")
    assert "<title>Laptop</title>" in page
    assert "Order a laptop\n*please*" in page
    assert "<strong>Done</strong>" in page
    link = '<a href="https://shop.example/x?a=1&amp;b=2" rel="noopener noreferrer">the shop</a>'
    assert link in page
    assert "rejected: Too dear" in page
    assert '<dt class="depth-0">model</dt><dd class="value">14 inch</dd>' in page
    assert '<details class="timeline"><summary>Timeline <span>7 events</span>' in page


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("- [x] yes\n- [ ] no", "☑ yes"),
        ("| a |\n|--:|\n| 1 |", '<td class="right">1</td>'),
        ("```python\nimport os\n```", '<span class="kn">import</span>'),
        ("```nonsense\n<b>\n```", "<pre><code>&lt;b&gt;"),
        ("![a cat](https://x.example/cat.png)", ">🖼 a cat</a>"),
        ("read notes.md", "<p>read notes.md</p>"),
    ],
)
def test_markdown_is_converted_to_html(source: str, shown: str) -> None:
    assert shown in render(said(source), "html")


def test_json_export_has_every_stored_event_with_its_payload() -> None:
    whole = json.loads(render(ordered(), "json"))
    assert (whole["format"], whole["version"]) == ("genie-tui conversation", 1)
    assert whole["turns"][0]["prompt"]["text"] == "Order a laptop\n*please*"
    assert whole["turns"][0]["replies"][0]["at"] == "2026-11-22T14:00:05.000Z"
    assert [from_json(event) for event in whole["events"]] == list(ordered().events)


def test_an_empty_conversation_is_exported() -> None:
    empty = ExportSource(
        conversation=ordered().conversation, turns=(), events=(), agent="Ifrit", exported_ms=0
    )
    for form in ("md", "html", "json"):
        assert "Laptop" in render(empty, form)  # type: ignore[arg-type]


# -- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Order a laptop!", "order-a-laptop-2026-11-24.md"),
        ("Crème brûlée", "creme-brulee-2026-11-24.md"),
        ("../../etc/passwd", "etc-passwd-2026-11-24.md"),
        ("password=hunter2!", "password-secret-2026-11-24.md"),
        ("漢字", "conversation-2026-11-24.md"),
        ("x" * 500, f"{'x' * 60}-2026-11-24.md"),
    ],
)
def test_a_file_name_is_made_of_title_and_date(title: str, name: str) -> None:
    assert file_name(title, date(2026, 11, 24), "md") == name


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.md", "md"), ("a.HTM", "html"), ("a.json", "json"), ("a.txt", None), ("-", None)],
)
def test_the_file_extension_determines_the_format(name: str, form: Format | None) -> None:
    assert format_of(Path(name)) == form


def test_a_new_file_is_private_and_an_existing_one_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    write(path, "one\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    write(path, "two\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_text() == "two\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_symlink_is_followed_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    write(tmp_path / "link.md", "new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"


def test_an_unwritable_export_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="isn't a file"):
        write(tmp_path, "x")
    with pytest.raises(CannotWrite, match="No such file or directory"):
        write(tmp_path / "missing" / "a.md", "x")


def test_a_json_reply_is_a_code_block() -> None:
    chronicle = said('{"state": "slow", "since": [8, 40]}')
    assert '> ```json\n> {\n>   "state": "slow",' in render(chronicle, "md")
    assert "<pre" in render(chronicle, "html")
