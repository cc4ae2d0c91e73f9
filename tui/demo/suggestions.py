"""Suggestions and names of the demo. Cheap to import: the interface shows these at once."""

from __future__ import annotations

from tui.core.agents import Introduction, Suggestion

IFRIT = "gin-Ifrit001-DemoAA-CD"
STOPPED_GENIE = "gin-Asleep01-DemoAA-CD"
NO_CLIENT_GENIE = "gin-NoLamp01-DemoAA-CD"
WEAK_GENIE = "gin-Weak0001-DemoAA-CD"
GUARDED_GENIE = "gin-Guard001-DemoAA-CD"
CLIENT_ID = "gincl-Terminal-DemoAA-CD"
ASLEEP_CLIENT_ID = "gincl-NightDsk-DemoAA-CD"
EVERYONE = "grpEveryone4Demo1aB2cD"
FINANCE = "grpFinance7Demo3eF4gH5"
USER_ID = "usr-ada-4b1d"
COLLEAGUE_ID = "usr-grace-77c2"
INVITED_ID = "usr-alan-09fe"
OUTSIDER_ID = "usr-linus-3c5a"
ASKING_SKILLS = ("Book hotel", "Book ticket", "Order laptop", "Reset password")
"""Skills that need approval."""


SUGGESTIONS = (
    Suggestion(
        "Is anything broken?", "Four skills at the same time", "Is anything broken right now?"
    ),
    Suggestion("Order a laptop", "Asks for your approval first", "Order a laptop for our new hire"),
    Suggestion(
        "Drop the connection", "Resumes, and loses nothing", "Drop the stream while you work"
    ),
    Suggestion(
        "Connect Salesforce",
        "Signs you in while it waits",
        "Show open Acme opportunities in Salesforce",
    ),
    Suggestion("Write a runbook", "A long reply with code", "Write a runbook for a full disk"),
    Suggestion("Summarize a file", "Attach it with Ctrl+O first", "Summarize the file I attached"),
    Suggestion("See a skill fail", "Says why, and what to do", "Export the October invoices"),
    Suggestion("What can you do?", "Everything this genie can do", "What can you do?"),
)

_FOR_FILES = "Summarize a file"


def introduction(*, takes_files: bool) -> Introduction:
    """Return the introduction of the demo's agent; ``takes_files``: the backend can send files."""
    return Introduction(
        description="Your IT helpdesk. It asks before it changes anything.",
        suggestions=tuple(s for s in SUGGESTIONS if takes_files or s.title != _FOR_FILES),
        note="This is the demo. For your own genie, run genie-tui.",
    )
