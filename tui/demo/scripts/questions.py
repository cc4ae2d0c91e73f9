"""Turns that wait for the user: approvals and runtime connections."""

from __future__ import annotations

from tui.demo.records import JsonObject
from tui.demo.scripts.steps import (
    AskApproval,
    AskConnection,
    Outcome,
    Say,
    Scenario,
    Script,
    ScriptPrompt,
    UseSkill,
)

_LAPTOP: JsonObject = {
    "model": "14",
    "quantity": 1,
    "budget": 2149.5,
    "express": True,
    "needed_by": "2026-12-01",
    "delivery": {
        "recipient": "Joan Clarke",
        "address": {"street": "12 Harbour Lane", "city": "Bristol", "floor": 3},
    },
    "accessories": [
        {"item": "Dock with 2 displays", "pieces": 1},
        {"item": "Quiet keyboard", "pieces": 1},
        {"item": "USB-C adapter", "pieces": 4},
    ],
    "tags": ["onboarding", "engineering"],
    "justification": (
        "Joan starts on December 1 in Platform Engineering and builds our container images "
        "every day.\n\n"
        "The 13-inch pool machines have 16 GB and swap during the first build, so her lead "
        "asked for 32 GB. Finance agreed to the budget in line 14 of the quarterly plan."
    ),
    "cost_centre_pin": "4200-7731",
    "notes": None,
}


def _field(name: str, label: str, kind: str, control: str, **more: object) -> JsonObject:
    schema: JsonObject = {"name": name, "label": label, "type": kind, "control_type": control}
    return schema | {"optional": False} | more


_LAPTOP_SCHEMA: list[JsonObject] = [
    _field(
        "model",
        "Model",
        "string",
        "select",
        hint="As listed in the catalog.",
        pick_list=[["13-inch, 16 GB", "13"], ["14-inch, 32 GB", "14"], ["16-inch, 64 GB", "16"]],
    ),
    _field(
        "quantity",
        "Quantity",
        "integer",
        "integer",
        hint="More than 5 needs approval from Procurement.",
    ),
    _field("budget", "Budget", "number", "number", hint="In euros, excluding VAT."),
    _field("express", "Express delivery", "boolean", "checkbox", optional=True),
    _field("needed_by", "Needed by", "date", "date", optional=True),
    _field(
        "delivery",
        "Delivery",
        "object",
        "form",
        properties=[
            _field("recipient", "Recipient", "string", "text"),
            _field(
                "address",
                "Address",
                "object",
                "form",
                properties=[
                    _field("street", "Street", "string", "text"),
                    _field("city", "City", "string", "text"),
                    _field("floor", "Floor", "integer", "integer", optional=True),
                ],
            ),
        ],
    ),
    _field(
        "accessories",
        "Accessories",
        "array",
        "table",
        of="object",
        optional=True,
        properties=[
            _field("item", "Item", "string", "text"),
            _field("pieces", "Quantity", "integer", "integer"),
        ],
    ),
    _field("tags", "Tags", "array", "multiselect", of="string", optional=True),
    _field("justification", "Justification", "string", "text-area", hint="Finance reads this."),
    _field("cost_centre_pin", "Cost center PIN", "string", "password", hint="Not shown again."),
    _field("notes", "Notes", "string", "text-area", optional=True),
]


def _laptop(prompt: ScriptPrompt) -> Script:
    yield Say("Sure. Let me check what's in stock.", 0.6)
    yield UseSkill("Check stock", 1.4)
    outcome = yield AskApproval("Order laptop", _LAPTOP, _LAPTOP_SCHEMA, seconds=2.2)
    if not outcome.accepted:
        yield Say(
            f"{_quoted(outcome)}\n\n"
            f"I won't order the laptop. Tell me what to change and I'll prepare a new "
            f"request."
        )
        return
    yield Say(
        "**Ordered.** Request `REQ-20417`: one *14-inch, 32 GB* laptop, express delivery.\n\n"
        "| What | When |\n"
        "| --- | --- |\n"
        "| Leaves the warehouse | tomorrow, 10:00 |\n"
        "| Arrives at 12 Harbour Lane | Thursday |\n\n"
        "The dock ships separately."
    )


def _quoted(outcome: Outcome) -> str:
    return f"Rejected by user: {outcome.reason or 'no reason given'}."


def _password(prompt: ScriptPrompt) -> Script:
    parameters: JsonObject = {"account": "ada@example.com", "sign_out_everywhere": True}
    schema = [
        _field("account", "Account", "string", "text"),
        _field("sign_out_everywhere", "Sign out everywhere", "boolean", "checkbox"),
    ]
    outcome = yield AskApproval("Reset password", parameters, schema, seconds=1.2)
    if outcome.accepted:
        yield Say("Done. I sent a reset link to your inbox.")
    else:
        yield Say(f"{_quoted(outcome)}\n\nYour password stays the same.")


def _trip(prompt: ScriptPrompt) -> Script:
    yield Say("That's two bookings, so I'll ask twice: first the ticket, then the hotel.", 0.8)
    ticket: JsonObject = {"from": "Bristol", "to": "Lisbon", "price": 184.0}
    train = yield AskApproval("Book ticket", ticket, _trip_schema("from", "to"))
    if not train.accepted:
        yield Say(f"{_quoted(train)}\n\nI won't book the ticket or the hotel.")
        return
    room: JsonObject = {"hotel": "Pensão da Lâmpada", "nights": "3", "price": 267.0}
    hotel = yield AskApproval("Book hotel", room, _trip_schema("hotel", "nights"))
    end = "and so is the hotel." if hotel.accepted else f"but the hotel isn't. {_quoted(hotel)}"
    yield Say(f"The ticket is booked, {end}")


def _trip_schema(*names: str) -> list[JsonObject]:
    texts = [_field(name, name.capitalize(), "string", "text") for name in names]
    return [*texts, _field("price", "Price", "number", "number", hint="In euros.")]


APPROVALS = (
    Scenario(_laptop, r"\b(laptop|notebook|macbook|computer)", "Laptop for a new hire"),
    Scenario(_password, r"\bpassword", "Password reset"),
    Scenario(_trip, r"\b(trip|travel|hotel|offsite)", "Trip to Lisbon"),
)


_REPLIES = {
    "Salesforce": (
        "**Acme** in Salesforce:\n\n"
        "| Opportunity | Stage | Amount |\n"
        "| --- | --- | ---: |\n"
        "| Lamp renewal 2027 | Negotiation | €48,000 |\n"
        "| Carpet pilot | Proposal | €12,500 |\n\n"
        "The carpet pilot has had no activity for 19 days. Should I *follow up* or *wait*?"
    ),
    "Jira": (
        "You have three issues:\n\n"
        "1. `LAMP-812` Smoke detector goes off during deploys\n"
        "2. `LAMP-790` Wish counter overflows at 3\n"
        "3. `LAMP-655` *Blocked:* waiting for a vendor"
    ),
    "Google Drive": (
        "I found **Q4 plan (final) (2)**, but it isn't the latest. The latest is **Q4 plan "
        "v7**, changed yesterday by Grace."
    ),
}


def _connect(prompt: ScriptPrompt) -> Script:
    connector = _connector_in(prompt.text)
    yield Say(f"To look that up, I need you to sign in to {connector}.", 0.8)
    outcome = yield AskConnection(connector)
    yield Say(_REPLIES[connector] if outcome.accepted else _refused(connector, outcome), 1.5)


def _connector_in(text: str) -> str:
    words = text.casefold()
    if "jira" in words:
        return "Jira"
    return "Google Drive" if "drive" in words else "Salesforce"


def _refused(connector: str, outcome: Outcome) -> str:
    reason = outcome.reason or "no reason given"
    return f"Rejected by user: {reason}.\n\nI won't use {connector}."


CONNECTIONS = (
    Scenario(_connect, r"\bjira\b", "My Jira issues"),
    Scenario(_connect, r"\b(google drive|drive)\b", "Q4 plan in Google Drive"),
    Scenario(_connect, r"\b(salesforce|connect)\b", "Acme in Salesforce"),
)
