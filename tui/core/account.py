"""Who is signed in, and how one signs in, for interfaces that know no protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tui.core.errors import BackendError, ErrorKind


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the identity service names them; clean text, empty where it did not say."""

    name: str = ""
    email: str = ""
    subject: str = ""
    """The service's own id of the person."""

    def label(self) -> str:
        """The person on one line: ``Ada Lovelace (ada@example.com)``."""
        named = self.name or self.email or self.subject or "somebody without a name"
        return f"{named} ({self.email})" if self.email and self.email != named else named


_GRANT_IS_OVER = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


def login_helps(error: BackendError) -> bool:
    """Whether a failure says that nobody is signed in any more.

    A service that refuses a valid login does not: signing in again would change nothing.
    """
    refused = error.kind is ErrorKind.UNAUTHORIZED
    return refused and (error.status is None or error.code in _GRANT_IS_OVER)


class LoginProblem(Exception):
    """A login, or one answer to it, that came to nothing.

    ``str(error)`` is one sentence that says what happened; ``hint`` says what to do about it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def sentence(self) -> str:
        """What happened and what to do, on one line."""
        return f"{self} {self.hint}".rstrip()


class LoginAttempt(Protocol):
    """One login, from the address that the user opens to the name of who signed in.

    It waits for the redirect of the browser and for an address that is pasted; the first valid
    one counts. It ends by itself after five minutes.
    """

    @property
    def url(self) -> str:
        """What the user opens, in any browser on any machine."""
        ...

    @property
    def redirect_url(self) -> str:
        """Where the browser ends, as registered."""
        ...

    @property
    def port(self) -> int:
        """The port of ``redirect_url``."""
        ...

    @property
    def listening_problem(self) -> str:
        """Why the redirect cannot arrive by itself, as a sentence; empty if it can."""
        ...

    @property
    def remote_reason(self) -> str:
        """Why no browser is expected to open here, as a clause (``you are connected over SSH``).

        Empty if one is. A guess, that only decides what is offered first.
        """
        ...

    @property
    def redirect_doubt(self) -> str:
        """Why the redirect may go astray although a browser starts, as a sentence; or empty."""
        ...

    @property
    def tunnel(self) -> str:
        """The ``ssh -L`` line that lets the browser of another machine reach us; may be empty."""
        ...

    @property
    def seconds_left(self) -> float:
        """Until the attempt ends, at least 0."""
        ...

    def open_browser(self) -> bool:
        """Show ``url`` in the system's browser; False where there is none."""
        ...

    def paste(self, text: str) -> None:
        """Take the redirected address, or its query alone, as the answer.

        Raises ``LoginProblem`` when it is none, or of another attempt; this one goes on.
        """
        ...

    async def finished(self) -> Identity:
        """Who signed in, once the tokens are stored. Raises ``LoginProblem``."""
        ...

    async def aclose(self) -> None:
        """Give up if it has not finished, and close the port."""
        ...


class Account(Protocol):
    """The sign-in of one profile."""

    @property
    def storage(self) -> str:
        """Where its secrets are kept, as words for "kept in ...": ``the keyring (GNOME)``.

        Empty as long as that is not decided.
        """
        ...

    async def whoami(self) -> Identity:
        """Who is signed in. Raises ``BackendError``, ``UNAUTHORIZED`` if nobody is."""
        ...

    async def begin_login(self) -> LoginAttempt:
        """Prepare storage and port, and wait for the user.

        Raises ``LoginProblem``, and ``BackendError`` if the identity service cannot be asked.
        """
        ...

    async def sign_out(self) -> None:
        """Remove the tokens from every place. Raises ``LoginProblem`` where that fails."""
        ...
