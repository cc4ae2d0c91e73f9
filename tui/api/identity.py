"""Client of an OpenID provider: Workato Identity, or any other that follows the standards.

Source: OpenID Connect Discovery 1.0; RFC 6749; RFC 7636; RFC 9207; Headless API, OAuth 2.0 (PKCE)
authorization flow, whose paths are used if a provider has no discovery document.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from tui import __version__
from tui.api.coerce import int_of, object_of, web_url
from tui.api.error_hints import ANSWERS, FailureCase, FailureHint, Hints
from tui.api.failures import bad_answer, error_from, transport_error
from tui.api.http import checked_base_url
from tui.api.network.client import client
from tui.api.network.settings import Network
from tui.api.response_limits import ACCEPTED_ENCODINGS
from tui.api.retry import DELAYS, retry_after_s
from tui.config import is_loopback
from tui.core.errors import BackendError, ErrorKind
from tui.core.json_values import read_json
from tui.core.ports import Clock
from tui.core.redaction import redact
from tui.core.text import clean_line
from tui.system.clock import SystemClock

TIMEOUT = httpx.Timeout(15, connect=10)

_DISCOVERY = "/.well-known/openid-configuration"
_AUTHORIZE, _TOKEN = "/oauth/authorize", "/oauth/token"

_KINDS: Mapping[str, ErrorKind] = {
    "invalid_grant": ErrorKind.UNAUTHORIZED,
    "invalid_client": ErrorKind.UNAUTHORIZED,
    "unauthorized_client": ErrorKind.UNAUTHORIZED,
    "access_denied": ErrorKind.FORBIDDEN,
    "server_error": ErrorKind.SERVER,
    "temporarily_unavailable": ErrorKind.SERVER,
    "slow_down": ErrorKind.RATE_LIMITED,
}

_OPAQUE = FailureHint(
    ErrorKind.BAD_ANSWER,
    "The identity service rejected the request without an OAuth error",
    "Check the profile's identity URL, and any proxy in between.",
)
_HINTS: Hints = {**ANSWERS, 400: _OPAQUE, 401: _OPAQUE, 403: _OPAQUE, 404: _OPAQUE}


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _secret(value: object) -> object:
    return value if isinstance(value, str) and value else None


Form = Mapping[str, str | SecretStr]
Line = Annotated[str, BeforeValidator(_line)]
Secret = Annotated[SecretStr | None, BeforeValidator(_secret)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ProviderMetadata(_Answer):
    """Endpoints and issuer of a provider. URLs are https, or http to this machine."""

    issuer: str | None = None
    """Name of the provider, which may differ from the requested host."""
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None = None
    states_issuer: bool = Field(False, alias="authorization_response_iss_parameter_supported")
    """Every redirect carries ``iss``. Source: RFC 9207."""


class TokenResponse(_Answer):
    """Response of a token endpoint. Source: RFC 6749, 5.1."""

    access_token: SecretStr
    refresh_token: Secret = None
    """None: the previous one stays valid."""
    id_token: Secret = None
    expires_in_s: Annotated[int | None, BeforeValidator(int_of)] = Field(None, alias="expires_in")
    """Lifetime of the access token from the request on; None if unknown."""


class UserInfoResponse(_Answer):
    """User of an access token; clean lines, empty if the provider does not say."""

    sub: Line = ""
    name: Line = ""
    preferred_username: Line = ""
    email: Line = ""


class IdentityClient:
    """One public client of one provider. No secret, no redirects, TLS verified.

    Every call raises :class:`tui.core.errors.BackendError`; ``code`` is the OAuth error if the
    provider gave one, and ``UNAUTHORIZED`` means that the credential is never accepted again.
    Nothing is repeated, since codes and refresh tokens can be used once.
    """

    def __init__(
        self,
        identity_url: str,
        client_id: str,
        clock: Clock | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        """Raises BackendError(INVALID) for an unusable URL."""
        self._url = checked_base_url(identity_url)
        self._clock = clock or SystemClock()
        self.client_id = client_id
        self._network = network or Network()
        self._provider: ProviderMetadata | None = None

    async def provider(self) -> ProviderMetadata:
        """Return the discovery document; Workato's documented paths if there is none."""
        if self._provider is None:
            self._provider = await self._discover()
        return self._provider

    async def exchange(
        self, code: SecretStr, verifier: SecretStr, redirect_url: str
    ) -> TokenResponse:
        """Return the tokens for an authorization code, requested with the same ``redirect_url``."""
        return await self._grant(
            grant_type="authorization_code",
            client_id=self.client_id,
            redirect_uri=redirect_url,
            code=code,
            code_verifier=verifier,
        )

    async def refresh(self, refresh_token: SecretStr) -> TokenResponse:
        """Return new tokens for a refresh token, which is used up by this."""
        return await self._grant(
            grant_type="refresh_token",
            client_id=self.client_id,
            refresh_token=refresh_token,
        )

    async def userinfo(self, access_token: SecretStr) -> UserInfoResponse:
        """Return the user of an access token. Raises BackendError(UNSUPPORTED) if not available."""
        endpoint = (await self.provider()).userinfo_endpoint
        if endpoint is None:
            raise BackendError(
                ErrorKind.UNSUPPORTED, "The identity service has no user info endpoint."
            )
        response = await self._send("GET", endpoint, bearer=access_token)
        if not response.is_success:
            raise error_from(response)
        return UserInfoResponse.model_validate(_object(response))

    async def aclose(self) -> None:
        """Close all connections."""
        if "_http" in vars(self):
            await self._http.aclose()

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "User-Agent": f"genie-tui/{__version__}",
        }
        return client(self._network, timeout=TIMEOUT, headers=headers)

    async def _discover(self) -> ProviderMetadata:
        base = str(self._url).rstrip("/")
        try:
            response = await self._send("GET", base + _DISCOVERY)
            if not response.is_success:
                raise error_from(response)
            document = _object(response)
        except BackendError as error:
            if error.transient or error.status is None:  # no response
                raise
            return _provider(base, {})
        if not isinstance(document.get("issuer"), str):
            raise bad_answer(response, FailureCase.NOT_AN_OBJECT)
        return _provider(base, document)

    async def _grant(self, **form: str | SecretStr) -> TokenResponse:
        endpoint = (await self.provider()).token_endpoint
        response = await self._send("POST", endpoint, form=form)
        refusal = _oauth_error(response, form)
        if refusal is not None:
            raise refusal
        if not response.is_success:
            raise _failure(response, form)
        grant = _grant_in(response)
        if grant is None:
            raise bad_answer(response, FailureCase.NOT_AN_OBJECT)
        return grant

    async def _send(
        self, method: str, url: str, *, form: Form | None = None, bearer: SecretStr | None = None
    ) -> httpx.Response:
        # No variable holds a plain secret, and the chain of exceptions ends here: tracebacks may
        # be shown with local variables.
        address = httpx.URL(url)
        host, route = address.netloc.decode("ascii"), (method, address.path)
        DELAYS.check(host, route, self._clock.monotonic_s())
        try:
            response = await self._http.request(
                method, url, data=_revealed(form), headers=_authorization(bearer)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise transport_error(error, method, address.host) from None
        if not response.is_success:
            DELAYS.note(host, route, _failure(response, form or {}), self._clock.monotonic_s())
        return response


def _revealed(form: Form | None) -> dict[str, str] | None:
    return None if form is None else {name: _plain(value) for name, value in form.items()}


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _authorization(bearer: SecretStr | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer.get_secret_value()}"} if bearer else {}


def _provider(base: str, document: Mapping[str, Any]) -> ProviderMetadata:
    """Return a discovery document, checked; without one, the documented paths below ``base``.

    Raises BackendError(BAD_ANSWER) for endpoints that are unsafe for credentials, and
    BackendError(UNSUPPORTED) for a provider that rejects our way to sign in.
    """
    found = document or {
        "authorization_endpoint": base + _AUTHORIZE,
        "token_endpoint": base + _TOKEN,
    }
    methods = found.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise BackendError(ErrorKind.UNSUPPORTED, "The identity service doesn't support PKCE.")
    endpoints = {
        name: _endpoint(found.get(name))
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
    }
    try:
        return ProviderMetadata.model_validate({**found, **endpoints})
    except ValidationError:
        raise BackendError(
            ErrorKind.BAD_ANSWER,
            "The identity service's discovery document has no usable https addresses.",
            hint="Check the profile's identity URL.",
        ) from None


def _endpoint(value: object) -> str | None:
    """Return a URL that is safe for credentials; None for any other."""
    address = web_url(value)
    try:
        url = httpx.URL(address or "")
    except httpx.InvalidURL:
        return None
    encrypted = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
    return address if encrypted and not url.userinfo and not url.fragment else None


def _object(response: httpx.Response) -> dict[str, Any]:
    body = _json(response)
    if body is None:
        raise bad_answer(response, FailureCase.NOT_JSON)
    return object_of(body)


def _json(response: httpx.Response) -> object:
    """Return the content of a response; None if it is not JSON."""
    try:
        body: object = read_json(response.content)
    except ValueError:
        return None
    return body


def _failure(response: httpx.Response, form: Form) -> BackendError:
    error = error_from(response, _HINTS)
    error.args = (_without_secrets(str(error), form),)
    return error


def _without_secrets(words: str, form: Form) -> str:
    """Remove quoted secrets from a provider's message."""
    sent = (value.get_secret_value() for value in form.values() if isinstance(value, SecretStr))
    return redact(words, sent)


def _grant_in(response: httpx.Response) -> TokenResponse | None:
    body = object_of(_json(response))
    kind = body.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer" or not body.get("access_token"):
        return None
    try:
        return TokenResponse.model_validate(body)
    except ValidationError:
        return None


def _oauth_error(response: httpx.Response, form: Form) -> BackendError | None:
    """Return the OAuth error of a response, in the provider's own words. Source: RFC 6749, 5.2."""
    body = object_of(_json(response))
    code = _line(body.get("error"))
    unavailable = response.status_code == 429 or response.status_code >= 500
    if not code or unavailable or "access_token" in body:
        return None
    words = _without_secrets(_line(body.get("error_description")), form)
    return BackendError(
        _KINDS.get(code, ErrorKind.INVALID),
        f"The identity service rejected the request ({f'{code}: {words}'.rstrip(': .')}).",
        hint=_ADVICE.get(code, ""),
        status=response.status_code,
        code=code,
        request_id=_line(response.headers.get("x-request-id")) or None,
        retry_after_s=retry_after_s(response),
    )


_CLIENT = "Check the profile's OAuth client ID."
_ADVICE: Mapping[str, str] = {
    "invalid_grant": "Sign in again. If it fails every time, the profile's redirect URL doesn't "
    "exactly match the registered one.",
    "invalid_client": _CLIENT,
    "unauthorized_client": _CLIENT,
    "invalid_scope": "Allow the scope 'openid profile email' for the client.",
}
