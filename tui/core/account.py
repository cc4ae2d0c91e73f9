"""Interfaces of the sign-in, independent of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tui.core.errors import BackendError, ErrorKind


@dataclass(frozen=True, slots=True)
class Identity:
    """Person, as the identity service names them; clean text, empty where it is missing."""

    name: str = ""
    email: str = ""
    subject: str = ""
    """Id of the person at the service."""

    def label(self) -> str:
        """Return the person on one line: ``Ada Lovelace (ada@example.com)``."""
        named = self.name or self.email or self.subject or "unnamed user"
        return f"{named} ({self.email})" if self.email and self.email != named else named


_GRANT_IS_OVER = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


def login_helps(error: BackendError) -> bool:
    """Return True if a failure means that the user is no longer signed in.

    A service that refuses a valid login does not: signing in again would change nothing.
    """
    refused = error.kind is ErrorKind.UNAUTHORIZED
    return refused and (error.status is None or error.code in _GRANT_IS_OVER)


class LoginProblem(Exception):
    """Failed login, or one invalid answer to it.

    ``str(error)`` is one sentence that says what happened; ``hint`` says what to do about it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def sentence(self) -> str:
        """Return the problem and the next step on one line."""
        return f"{self} {self.hint}".rstrip()


class LoginAttempt(Protocol):
    """One login, from the address that the user opens to the identity that signed in.

    It waits for the redirect of the browser and for an address that is pasted; the first valid
    one counts. It ends by itself after five minutes.
    """

    @property
    def url(self) -> str:
        """Address to open, in any browser on any machine."""
        ...

    @property
    def redirect_url(self) -> str:
        """Registered address to which the browser is redirected."""
        ...

    @property
    def port(self) -> int:
        """Port of ``redirect_url``."""
        ...

    @property
    def listening_problem(self) -> str:
        """Reason why the redirect cannot arrive automatically, as a sentence; empty if it can."""
        ...

    @property
    def remote_reason(self) -> str:
        """Reason why no browser is expected here, as a clause (``you are connected over SSH``).

        Empty if one is. A guess, that only decides what is offered first.
        """
        ...

    @property
    def redirect_doubt(self) -> str:
        """Reason why the redirect may not arrive although a browser opens; a sentence, or empty."""
        ...

    @property
    def tunnel(self) -> str:
        """``ssh -L`` command that lets a browser elsewhere reach this machine; may be empty."""
        ...

    @property
    def seconds_left(self) -> float:
        """Seconds until the attempt ends, at least 0."""
        ...

    def open_browser(self) -> bool:
        """Open ``url`` in the system's browser; return False if there is none."""
        ...

    def paste(self, text: str) -> None:
        """Accept the redirected address, or its query alone, as the answer.

        Raises ``LoginProblem`` if it is not a redirect address, or belongs to another attempt; this
        attempt continues.
        """
        ...

    async def finished(self) -> Identity:
        """Return the signed-in identity once the tokens are stored. Raises ``LoginProblem``."""
        ...

    async def aclose(self) -> None:
        """Cancel the attempt if it has not finished, and close the port."""
        ...


class Account(Protocol):
    """Sign-in of one profile."""

    @property
    def storage(self) -> str:
        """Place where the secrets are stored, to complete "kept in ...": ``the keyring (GNOME)``.

        Empty as long as that is not decided.
        """
        ...

    async def whoami(self) -> Identity:
        """Return the signed-in identity. Raises ``BackendError(UNAUTHORIZED)`` without one."""
        ...

    async def begin_login(self) -> LoginAttempt:
        """Prepare storage and port, and start waiting for the user.

        Raises ``LoginProblem``, and ``BackendError`` if the identity service cannot be asked.
        """
        ...

    async def sign_out(self) -> None:
        """Remove the tokens from every place. Raises ``LoginProblem`` if that fails."""
        ...
