"""What to ask the demo's genie. Standard library only: the interface shows these at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chip of an empty conversation: what it says, and what it sends."""

    label: str
    text: str
    needs_files: bool = False
    """It only makes sense where files can go with a message."""


SUGGESTIONS: tuple[Suggestion, ...] = (
    Suggestion("What can you do?", "What can you do?"),
    Suggestion("Order a laptop", "Order a laptop for our new colleague"),
    Suggestion("Is anything broken?", "Is anything broken right now?"),
    Suggestion("Write a runbook", "Write a runbook for a full disk"),
    Suggestion("Connect Salesforce", "What is open for Acme in Salesforce?"),
    Suggestion("Summarise a file", "Summarise the file I attach", needs_files=True),
    Suggestion("Watch something fail", "Export the invoices of October"),
    Suggestion("Pull the cable", "Pull the cable while you work"),
)
