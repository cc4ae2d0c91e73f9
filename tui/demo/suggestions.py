"""Suggestions and names of the demo. Standard library only: the interface shows these at once."""

from __future__ import annotations

from dataclasses import dataclass

IFRIT = "gin-Ifrit001-DemoAA-CD"
STOPPED_GENIE = "gin-Asleep01-DemoAA-CD"
NO_CLIENT_GENIE = "gin-NoLamp01-DemoAA-CD"
CLIENT_ID = "gincl-Terminal-DemoAA-CD"
ASLEEP_CLIENT_ID = "gincl-NightDsk-DemoAA-CD"
EVERYONE = "grpEveryone4Demo1aB2cD"
FINANCE = "grpFinance7Demo3eF4gH5"
USER_ID = "usr-ada-4b1d"
COLLEAGUE_ID = "usr-grace-77c2"
INVITED_ID = "usr-alan-09fe"
OUTSIDER_ID = "usr-linus-3c5a"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggestion in an empty conversation: its label, and the text that it sends."""

    label: str
    text: str
    needs_files: bool = False
    """Useful only if the backend can send files."""


SUGGESTIONS: tuple[Suggestion, ...] = (
    Suggestion("What can you do?", "What can you do?"),
    Suggestion("Order a laptop", "Order a laptop for our new hire"),
    Suggestion("Is anything broken?", "Is anything broken right now?"),
    Suggestion("Write a runbook", "Write a runbook for a full disk"),
    Suggestion("Connect Salesforce", "Show open Acme opportunities in Salesforce"),
    Suggestion("Summarize a file", "Summarize the file I attached", needs_files=True),
    Suggestion("See a skill fail", "Export the October invoices"),
    Suggestion("Drop the connection", "Drop the stream while you work"),
)
