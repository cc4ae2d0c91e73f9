"""Users of Workato Identity, for administrators.

Source: Headless API troubleshooting, user_nonactive_or_missing; ``emails[]`` as public widgets do.
"""

from __future__ import annotations

from typing import Any

from tui.demo.developer import Call, Plain, Resource
from tui.demo.records import JsonObject, User


def user_resources() -> tuple[Resource, ...]:
    return (Resource("users", "GET", "/api/iam/users", find_users),)


def find_users(call: Call) -> Any:
    """Those whose name or email has ``query`` in it, or whose email is one of ``emails[]``."""
    words = call.query.get("query", "").strip().casefold()
    emails = {email.casefold() for email in call.query.getlist("emails[]") if email}
    users = [
        user
        for user in call.bureau.world.users.values()
        if (not words or words in f"{user.name}\n{user.email}".casefold())
        and (not emails or user.email.casefold() in emails)
    ]
    return Plain({"data": call.page([_shown(user) for user in users]), "total": len(users)})


def _shown(user: User) -> JsonObject:
    status = "active" if user.active else "invited"
    return {"id": user.user_id, "email": user.email, "name": user.name, "status": status}
