"""State of the Identity server: running sign-ins, sessions, codes and tokens."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from tui.demo.identity.errors import invalid_grant
from tui.demo.records import AccessToken, User
from tui.demo.state import DemoState

_SIGN_IN_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """Registered public client."""

    client_id: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Valid authorization request of a client."""

    client: RegisteredClient
    state: str
    challenge: str
    nonce: str
    prompt: frozenset[str]


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """User who is signed in with a browser."""

    user: User
    since: datetime


@dataclass(slots=True)
class SignIn:
    """Authorization request on its way through the pages."""

    sign_in_id: str
    form_token: str
    """Hidden in every form, so that other sites cannot submit one."""
    browser: str
    """Cookie of the browser that began it; the pages are for that browser alone."""
    ask: Ask
    expires_at: datetime
    session: BrowserSession | None
    answer: str = ""
    """Final redirect URL, however often the form is submitted."""


@dataclass(slots=True)
class ConsentGrant:
    """Family of tokens from one consent, which are revoked together."""

    client: RegisteredClient
    session: BrowserSession
    nonce: str
    refresh_token: str = ""
    """The only valid one; empty if the family was revoked."""
    access_tokens: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AuthorizationCode:
    """Authorization code, valid for one attempt."""

    grant: ConsentGrant
    challenge: str
    expires_at: datetime
    spent: bool = False


class IdentityState:
    """Rules of codes and tokens. Source: RFC 6749, RFC 7636, RFC 9700 section 4.14."""

    def __init__(self, state: DemoState, client: RegisteredClient) -> None:
        self.client = client
        """The client that exists from the start."""
        self.clients = {client.client_id: client}
        self._world = state
        self._sessions: dict[str, BrowserSession] = {}
        self._sign_ins: dict[str, SignIn] = {}
        self._codes: dict[str, AuthorizationCode] = {}
        self._families: dict[str, ConsentGrant] = {}
        """By every refresh token ever issued, used ones included."""

    def begin(self, ask: Ask, browser: str, session: BrowserSession | None) -> SignIn:
        """Start the pages of an authorization request."""
        now = self._world.clock.now()
        self._sign_ins = {k: v for k, v in self._sign_ins.items() if v.expires_at > now}
        secret, expires_at = self._world.ids.secret, now + _SIGN_IN_LIFE
        sign_in = SignIn(secret(), secret(), browser, ask, expires_at, session)
        self._sign_ins[sign_in.sign_in_id] = sign_in
        return sign_in

    def find(self, sign_in_id: str, browser: str) -> SignIn | None:
        """Return a sign-in that this browser began a short while ago; None if there is none."""
        sign_in = self._sign_ins.get(sign_in_id)
        if sign_in is None or self._world.clock.now() >= sign_in.expires_at:
            return None
        same_browser = compare_digest(sign_in.browser.encode(), browser.encode())
        return sign_in if same_browser else None

    def session(self, cookie: str) -> BrowserSession | None:
        return self._sessions.get(cookie)

    def remember(self, user: User) -> tuple[str, BrowserSession]:
        """Create a session; return its cookie and the session."""
        cookie, session = self._world.ids.secret(), BrowserSession(user, self._world.clock.now())
        self._sessions[cookie] = session
        return cookie, session

    def issue_code(self, session: BrowserSession, ask: Ask) -> str:
        """Return the code for a granted consent."""
        code = self._world.ids.secret()
        life = timedelta(seconds=self._world.settings.code_life_s)
        self._codes[code] = AuthorizationCode(
            ConsentGrant(ask.client, session, ask.nonce),
            ask.challenge,
            self._world.clock.now() + life,
        )
        return code

    def redeem(self, client_id: str, code: str, redirect_url: str, verifier: str) -> ConsentGrant:
        """Exchange a code for a grant with its first tokens. Any attempt uses up the code.

        Raises:
            OAuthRefusal: invalid_grant; a reused code revokes the tokens it led to.
        """
        found = self._codes.get(code)
        if found is None:
            raise invalid_grant("The code is unknown.")
        if found.spent:
            self._revoke(found.grant)
            raise invalid_grant("The code was used before; its tokens are revoked.")
        found.spent = True
        if self._world.clock.now() >= found.expires_at:
            raise invalid_grant("The code has expired.")
        if client_id != found.grant.client.client_id:
            raise invalid_grant("The code was issued to another client.")
        if redirect_url != found.grant.client.redirect_url:
            raise invalid_grant("redirect_uri is not the one the code was issued for.")
        if not compare_digest(challenge_of(verifier), found.challenge):
            raise invalid_grant("code_verifier does not match the challenge.")
        self._issue_tokens(found.grant)
        return found.grant

    def refresh(self, refresh_token: str) -> ConsentGrant:
        """Exchange a refresh token for new tokens; the old refresh token is used up.

        Raises:
            OAuthRefusal: invalid_grant; a reused token revokes its family.
        """
        grant = self._families.get(refresh_token)
        if grant is None:
            raise invalid_grant("The refresh token is unknown.")
        if refresh_token != grant.refresh_token:
            self._revoke(grant)
            raise invalid_grant("The refresh token was used before; its family is revoked.")
        self._issue_tokens(grant)
        return grant

    def _issue_tokens(self, grant: ConsentGrant) -> None:
        state = self._world
        access_token, grant.refresh_token = state.ids.secret(), state.ids.secret()
        grant.access_tokens.append(access_token)
        self._families[grant.refresh_token] = grant
        expires_at = state.clock.now() + timedelta(seconds=state.settings.token_life_s)
        user_id = grant.session.user.user_id
        state.access_tokens[access_token] = AccessToken(user_id, expires_at, grant.client.client_id)

    def _revoke(self, grant: ConsentGrant) -> None:
        grant.refresh_token = ""
        for access_token in grant.access_tokens:
            self._world.access_tokens.pop(access_token, None)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier. Source: RFC 7636 section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
