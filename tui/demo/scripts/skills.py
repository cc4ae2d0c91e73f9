"""Turns that use skills: several at once, one that fails, one whose stream is cut."""

from __future__ import annotations

from tui.demo.steps import CutStream, Prompt, Say, Scenario, Script, Together, UseSkill


def _status(prompt: Prompt) -> Script:
    yield Say("Let me look everywhere at once; being smoke has its advantages.", 0.6)
    yield Together(
        (
            UseSkill("Read status page", 1.1),
            UseSkill("Search tickets", 2.6),
            UseSkill("List deployments", 1.8),
            UseSkill("Search tickets", 3.2),
        )
    )
    yield Say(
        "One thing is limping, the rest walks:\n\n"
        "| Service | State | Since |\n| --- | --- | --- |\n"
        "| Mail | ok | |\n| VPN Frankfurt | **slow** | 08:40 |\n| Build farm | ok | |\n\n"
        "- 14 tickets mention the VPN, the oldest is `INC-3301`\n"
        "- nothing was deployed to it today, so it is *not* your fault this time\n"
        "- the network team has it; they expect calm by noon"
    )


def _invoices(prompt: Prompt) -> Script:
    yield UseSkill("Find invoices", 1.3)
    yield Say("214 invoices found. Now the export, which has moods.", 0.5)
    yield UseSkill("Export to PDF", 2.4, error="Recipe error: 403 Forbidden from the archive")
    yield Say(
        "The export **failed**: the archive answered `403 Forbidden`.\n\n"
        "The invoices are fine; my key to the archive is not: somebody changed it on Friday. "
        "You can:\n\n"
        "1. ask *Finance Systems* to let `genie-export` in again\n"
        "2. ask me again afterwards; nothing was half-written, so it is safe to repeat"
    )


def _restart(prompt: Prompt) -> Script:
    yield UseSkill("Restart print spooler", 1.9, stopped=True)
    yield Say("The spooler is up again. It wishes to be remembered for its good days.")


def _cable(prompt: Prompt) -> Script:
    yield Say("Pulling it… *now*. I go on working; see whether you can catch up.", 0.6)
    yield CutStream()
    yield UseSkill("Count the clouds", 2.5)
    yield UseSkill("Plug it in again", 1.0)
    yield Say(
        "**Eleven clouds.** The line was cut after my first words and all of this happened behind "
        "your back. If you can read it, your client has recovered the turn."
    )


SKILLS = (
    Scenario(_cable, r"\b(cable|drop the (stream|line)|cut the (stream|line))\b", "The cable"),
    Scenario(_status, r"\b(broken|status|outage|down)\b", "What is broken"),
    Scenario(_invoices, r"\b(invoices?|export)\b", "Invoices of October"),
    Scenario(_restart, r"\b(restart|printer|spooler)\b", "The print spooler"),
)
