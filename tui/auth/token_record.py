"""Stored form of the tokens of a login."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from pydantic import SecretStr

from tui.auth.provider import Grant
from tui.core.account import Identity

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of one login, and its identity."""

    access_token: SecretStr
    refresh_token: SecretStr | None
    obtained_s: float
    """Time of the request, seconds since the epoch (UTC)."""
    lifetime_s: float | None
    """Lifetime of the access token from then on; None if the provider did not say."""
    identity: Identity

    @classmethod
    def of(cls, grant: Grant, asked_s: float, identity: Identity) -> Tokens:
        """Return the tokens of a new login that was requested at ``asked_s``."""
        return cls(
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            obtained_s=asked_s,
            lifetime_s=grant.expires_in_s,
            identity=identity,
        )

    def renewed(self, grant: Grant, asked_s: float) -> Tokens:
        """Return the refreshed tokens; without a new refresh token the old one stays.

        Source: RFC 6749, 6.
        """
        fresh = Tokens.of(grant, asked_s, self.identity)
        return replace(fresh, refresh_token=grant.refresh_token or self.refresh_token)

    def remaining_s(self, now_s: float) -> float:
        """Return the remaining lifetime of the access token; 0 if the clock was set back."""
        if self.lifetime_s is None:
            return float("inf")
        age_s = now_s - self.obtained_s
        return max(0.0, self.lifetime_s - max(0.0, age_s)) if age_s > -_CLOCK_SKEW_S else 0.0

    def dump(self) -> SecretStr:
        """Return the tokens as JSON, including the secrets."""
        return SecretStr(
            json.dumps(
                {
                    "version": _VERSION,
                    "access_token": self.access_token.get_secret_value(),
                    "refresh_token": self.refresh_token and self.refresh_token.get_secret_value(),
                    "obtained_s": self.obtained_s,
                    "lifetime_s": self.lifetime_s,
                    "identity": asdict(self.identity),
                }
            )
        )


_CLOCK_SKEW_S = 60.0


def parse_tokens(text: str) -> Tokens | None:
    """Return the tokens stored by :meth:`Tokens.dump`; None for anything else."""
    try:
        kept = json.loads(text)
        refresh = kept["refresh_token"]
        return Tokens(
            access_token=SecretStr(str(kept["access_token"])),
            refresh_token=SecretStr(str(refresh)) if refresh else None,
            obtained_s=float(kept["obtained_s"]),
            lifetime_s=None if kept["lifetime_s"] is None else float(kept["lifetime_s"]),
            identity=Identity(**{name: str(kept["identity"][name]) for name in _WHO}),
        )
    except (ValueError, TypeError, KeyError):
        return None


_WHO = ("name", "email", "subject")
