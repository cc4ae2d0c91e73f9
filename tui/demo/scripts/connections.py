"""Turns that need the user's own account elsewhere. What follows is in the history only."""

from __future__ import annotations

from tui.demo.steps import AskConnection, Outcome, Prompt, Say, Scenario, Script

_REPLIES = {
    "Salesforce": (
        "**Acme**, as Salesforce sees it:\n\n"
        "| Opportunity | Stage | Amount |\n| --- | --- | ---: |\n"
        "| Lamp renewal 2027 | Negotiation | 48,000 € |\n| Carpet pilot | Proposal | 12,500 € |\n\n"
        "The carpet pilot has had no activity for 19 days. Shall I *nudge* or *wait*?"
    ),
    "Jira": (
        "Three issues are yours:\n\n"
        "1. `LAMP-812` Smoke detector goes off during deploys\n"
        "2. `LAMP-790` Wish counter overflows at 3\n"
        "3. `LAMP-655` *Blocked:* waiting for a camel"
    ),
    "Google Drive": (
        "I found **Q4 plan (final) (2)**, which is, of course, not the final one. "
        "The final one is **Q4 plan v7**, changed yesterday by Grace."
    ),
}


def _connect(prompt: Prompt) -> Script:
    connector = _connector_in(prompt.text)
    yield Say(f"For that I need to look into {connector} with your own eyes, not mine.", 0.8)
    outcome = yield AskConnection(connector)
    yield Say(_REPLIES[connector] if outcome.accepted else _refused(connector, outcome), 1.5)


def _connector_in(text: str) -> str:
    words = text.casefold()
    if "jira" in words:
        return "Jira"
    return "Google Drive" if "drive" in words else "Salesforce"


def _refused(connector: str, outcome: Outcome) -> str:
    reason = outcome.reason or "no reason given"
    return f"Rejected by user: {reason}.\n\nThen {connector} stays a closed door to me."


CONNECTIONS = (
    Scenario(_connect, r"\b(salesforce|jira|google drive|drive|connect)\b", "A look next door"),
)
