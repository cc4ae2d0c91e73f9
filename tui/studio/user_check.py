"""Check if a user of Workato Identity can talk to a genie.

A genie rejects an unknown, an invited, and a not allow-listed user with the same code. Source:
Headless API troubleshooting, 401 user_nonactive_or_missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.core.text import clean_line, plural
from tui.studio.models import StudioModel, WireId

_NONE = WireId("")

Standing = Literal["allowed", "active", "not_allowed", "invited", "unknown", "other"]
"""``active``: unknown if a genie allows the user. ``other``: an undocumented status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityUser(StudioModel):
    """User, as seen by an administrator."""

    id: WireId = _NONE
    """Sent as ``X-IDP-User-Id``."""
    email: str = ""
    name: str = ""
    status: str = ""
    """``active``, ``invited``; the set is open."""


@dataclass(frozen=True, slots=True)
class UserCheck:
    """Result of looking up an email address."""

    standing: Standing
    text: str
    """One sentence."""
    advice: str = ""
    user: IdentityUser | None = None

    def sentence(self) -> str:
        """Return the finding and the advice on one line."""
        return f"{self.text} {self.advice}".strip()


def find_by_email(email: str, found: Sequence[IdentityUser]) -> IdentityUser | None:
    """Return the user with exactly this email: a search may find others as well."""
    wanted = email.strip().casefold()
    return next((user for user in found if user.email.casefold() == wanted), None)


def describe_user(
    email: str, found: Sequence[IdentityUser], *, allowed: bool | None = None
) -> UserCheck:
    """Describe the result of a search; ``allowed``: whether the genie allows the user, if known."""
    user, name = find_by_email(email, found), clean_line(email, 100)
    if user is None:
        similar = f" {plural(len(found), 'similar user')} found." if found else ""
        text = f"No user has the email {name}.{similar}"
        advice = "Check the spelling, or ask an administrator to invite them to Workato Identity."
        return UserCheck("unknown", text, advice)
    if user.status == "invited":
        text = f"{name} is invited, but hasn't finished setting up Workato Identity."
        return UserCheck("invited", text, "Ask them to accept the invitation email.", user)
    if user.status != "active":
        status = clean_line(user.status, 40) or "no status"
        text = f"{name} isn't active in Workato Identity: {status}."
        return UserCheck("other", text, "Ask an administrator to activate them.", user)
    if allowed is False:
        text = f"{name} is active, but not in a user group that the genie allows."
        advice = "Add them to one of the genie's user groups, or allow their group."
        return UserCheck("not_allowed", text, advice, user)
    if allowed:
        return UserCheck("allowed", f"{name} is active, and the genie allows them.", "", user)
    text = f"{name} is active."
    advice = "To talk to a genie, they must be in a user group that it allows."
    return UserCheck("active", text, advice, user)
