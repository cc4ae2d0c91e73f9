"""Initial content of the demo's Developer API: a small workspace around its genies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tui.demo.clock import rfc3339
from tui.demo.developer.genies import new_guardrail
from tui.demo.developer.knowledge import skill_of
from tui.demo.developer.state import DeveloperState, DeveloperToken, StudioRecord
from tui.demo.ids import skill_id
from tui.demo.records import JsonObject
from tui.demo.suggestions import (
    EVERYONE,
    FINANCE,
    GUARDED_GENIE,
    IFRIT,
    NO_CLIENT_GENIE,
    STOPPED_GENIE,
    WEAK_GENIE,
)

PROJECT, SUPPORT, FINANCE_FOLDER = 4567, 7498, 7302
FAILING_SKILL = "Export to PDF"
FAILURE = "Recipe error: 403 Forbidden from the archive"
WAITING_JOB_TOKEN = "resume-demo-onboarding"

_READER_GROUPS = frozenset(
    {"genies", "guardrails", "kb", "skills", "recipes", "jobs", "connections", "folders"}
    | {"projects", "deployments", "tables", "roles", "on-prem", "activity"}
)
_SKILLS = (
    ("Search tickets", "Searches tickets in the service desk."),
    ("Read status page", "Reads the status of every service."),
    ("List deployments", "Lists recent deployments."),
    ("Order laptop", "Orders a laptop for a coworker."),
    ("Reset password", "Sends a password reset link."),
    ("Find invoices", "Finds the invoices for a month."),
    (FAILING_SKILL, "Saves invoices as PDF files in the archive."),
    ("Restart print spooler", "Restarts a printer's spooler."),
    ("Check stock", "Checks what's in stock."),
)
_PLAIN_RECIPES = (
    (45246391, "Customer support escalation", "Routes urgent tickets to the on-call team.", True),
    (45246392, "Nightly article sync", "Copies articles into the knowledge base.", True),
    (45246393, "New hire onboarding", "A workflow that can become a skill.", False),
)


@dataclass(frozen=True, slots=True)
class DeveloperTokens:
    """Developer API tokens."""

    token: str
    reader_token: str


def seed_developer_state(developer: DeveloperState) -> DeveloperTokens:
    """Fill a new state, and return its tokens."""
    token, reader = (f"wrkaus-{developer.ids.secret()}" for _ in range(2))
    developer.tokens[token] = DeveloperToken("Terminal builder", api_client="40947")
    developer.tokens[reader] = DeveloperToken("Reader", _READER_GROUPS, writes=False)
    developer.group_names |= {EVERYONE: "Everyone", FINANCE: "Finance"}
    _folders(developer)
    _recipes(developer)
    _jobs(developer)
    _knowledge(developer)
    _genies(developer)
    _rest(developer)
    return DeveloperTokens(token, reader)


def _ago(developer: DeveloperState, **age: float) -> str:
    return rfc3339(developer.state.clock.now() - timedelta(**age))


def _folders(developer: DeveloperState) -> None:
    developer.keep(
        "projects", {"id": PROJECT, "name": "Genies", "description": "", "folder_id": 7000}
    )
    for number, name, parent in (
        (7000, "Genies", None),
        (SUPPORT, "Support", 7000),
        (FINANCE_FOLDER, "Finance", 7000),
    ):
        folder = {"id": number, "name": name, "parent_id": parent, "project_id": PROJECT}
        developer.keep("folders", folder | {"created_at": _ago(developer, days=200)})


def _recipe(
    developer: DeveloperState, number: int, name: str, description: str, folder: int
) -> JsonObject:
    return developer.keep(
        "recipes",
        {
            "id": number,
            "name": name,
            "description": description,
            "folder_id": folder,
            "project_id": PROJECT,
            "running": True,
            "code": "{}",
            "created_at": _ago(developer, days=120),
            "updated_at": _ago(developer, days=2),
            "last_run_at": _ago(developer, hours=3),
            "stopped_at": None,
        },
    )


def _recipes(developer: DeveloperState) -> None:
    for place, (name, description) in enumerate(_SKILLS):
        number = int(skill_id(name).removeprefix("recipe:"))
        folder = FINANCE_FOLDER if "nvoice" in description else SUPPORT
        recipe = _recipe(developer, number, name, description, folder)
        developer.keep("skills", skill_of(65_001_201 + place, recipe))
    for number, name, description, running in _PLAIN_RECIPES:
        _recipe(developer, number, name, description, SUPPORT)["running"] = running


def _jobs(developer: DeveloperState) -> None:
    failing = int(skill_id(FAILING_SKILL).removeprefix("recipe:"))
    tickets = int(skill_id("Search tickets").removeprefix("recipe:"))
    rows: list[tuple[int, str, str | None, float]] = [
        (failing, "failed", FAILURE, 3),
        (failing, "failed", FAILURE, 26),
        (failing, "succeeded", None, 120),
        (tickets, "succeeded", None, 1),
        (tickets, "failed", "Rate limit of the service desk reached", 7),
        (45246393, "pending", None, 0.5),
    ]
    for recipe, status, error, hours in rows:
        job_id = f"j-{developer.ids.letters(8)}-{developer.ids.letters(6)}"
        if status == "pending":
            developer.paused[WAITING_JOB_TOKEN] = job_id
        developer.keep(
            "jobs",
            {
                "id": job_id,
                "recipe_id": recipe,
                "title": f"Call of {developer.tables['recipes'][str(recipe)]['name']}",
                "status": status,
                "is_error": error is not None,
                "error": error,
                "started_at": _ago(developer, hours=hours),
                "completed_at": None
                if status == "pending"
                else _ago(developer, hours=hours - 0.01),
            },
        )


def _knowledge(developer: DeveloperState) -> None:
    for kb_id, name, description, folder, sources in (
        ("kb-WSm8kore-DemoAA", "Support FAQs", "Frequently asked questions.", SUPPORT, "zendesk"),
        (
            "kb-BLm8cove-DemoAA",
            "Travel policy",
            "Who can travel where, and how.",
            FINANCE_FOLDER,
            "wiki",
        ),
    ):
        developer.keep(
            "knowledge_bases",
            {
                "id": kb_id,
                "name": name,
                "description": description,
                "folder_id": str(folder),
                "project_id": str(PROJECT),
                "source_type": "recipe",
                "data_sources": {f"{sources}_articles": True, "internal_docs": True},
                "recipes": ["45246392"],
            },
        )


def _genies(developer: DeveloperState) -> None:
    skills = list(developer.tables["skills"])
    for handle, description, provider, held in (
        (IFRIT, "Helps with everything that breaks during office hours.", "anthropic", skills),
        (
            STOPPED_GENIE,
            "Works nights. Start it to get replies during the day too.",
            "open_ai",
            skills[:3],
        ),
        (NO_CLIENT_GENIE, "Has no client, so applications can't call it.", "open_ai", []),
        (WEAK_GENIE, "Obeys whatever it reads. For red-team tests only.", "open_ai", []),
        (GUARDED_GENIE, "Asks first, and refuses attacks. For red-team tests.", "open_ai", skills),
    ):
        developer.studio_records[handle] = StudioRecord(
            {
                "name": developer.state.genies[handle].name,
                "description": description,
                "folder_id": SUPPORT,
                "instructions": (
                    "You are a friendly, precise genie. Say what you did and what you didn't."
                ),
                "ai_provider": provider,
                "shared_account_id": 1234,
                "custom_oauth_key_id": 5678,
                "matrix": False,
                "channel_mode": "dms_only",
                "channel_scope": "specific",
                "response_mode": "on_mention",
                "channel_whitelist": [],
                "created_at": _ago(developer, days=90),
                "updated_at": _ago(developer, days=1),
            },
            set(held),
            set(developer.tables["knowledge_bases"]) if held else set(),
            new_guardrail(developer.ids.letters) if held else None,
        )


def _rest(developer: DeveloperState) -> None:
    for number, name, provider, status in (
        (1234, "Model provider", "open_ai", "success"),
        (1235, "Service desk", "zendesk", "success"),
        (1236, "Invoice archive", "google_drive", None),
    ):
        developer.keep(
            "connections",
            {
                "id": number,
                "name": name,
                "provider": provider,
                "folder_id": SUPPORT,
                "project_id": PROJECT,
                "authorization_status": status,
                "created_at": _ago(developer, days=150),
            },
        )
    for days, event, name in ((1, "recipe_started", FAILING_SKILL), (2, "genie_created", "Ifrit")):
        entry = {"id": 60_000 - days, "timestamp": _ago(developer, days=days), "event_type": event}
        about = {"user": {"name": "Ada"}, "resource": {"name": name}}
        developer.tables["activity"] = {
            str(entry["id"]): entry | about,
            **developer.tables["activity"],
        }
    table = {"id": 311, "name": "Cost centers", "project_id": PROJECT}
    developer.keep("lookup_tables", table | {"created_at": _ago(developer, days=80)})
    for number, code, name in ((9001, "4200", "Platform"), (9002, "4300", "Finance")):
        row = {"id": number, "data": {"code": code, "name": name}}
        developer.rows.setdefault("311", {})[str(number)] = row | {
            "updated_at": _ago(developer, days=8)
        }
    for number, name in ((1, "Project admin"), (2, "Project viewer")):
        developer.keep("project_roles", {"id": number, "name": name})
    for number, name in ((11, "Admin"), (12, "Analyst"), (13, "Operator")):
        developer.keep("roles", {"id": number, "name": name})
    developer.keep(
        "api_clients",
        {
            "id": 40947,
            "name": "Terminal builder",
            "api_privilege_group_id": 26779,
            "all_folders": True,
            "folder_ids": [],
            "environment_name": "Development",
            "created_at": _ago(developer, days=30),
        },
    )
    developer.keep(
        "on_prem_groups",
        {
            "id": 16803,
            "name": "Bristol data center",
            "in_use": True,
            "created_at": _ago(developer, days=400),
            "agents_count": 2,
            "active_agents": ["bristol-1"],
        },
    )
