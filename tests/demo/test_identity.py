from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from tests.demo.browser import browser, form_of, open_page, press, sign_in
from tui.demo.identity.requests import Parameters
from tui.demo.identity.state import challenge_of
from tui.demo.identity.tokens import fingerprint
from tui.demo.server import DemoServer

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SCOPE = "openid profile email"
LOOK_ALIKES = (
    "http://127.0.0.1:8763/callback/",
    "http://127.0.0.1:8763/Callback",
    "http://127.0.0.1:8764/callback",
    "http://localhost:8763/callback",
    "https://127.0.0.1:8763/callback",
    "http://127.0.0.1:8763/callback?a=b",
    "http://127.0.0.1:8763/callback#x",
    "http://127.0.0.1:8763@evil.example/callback",
    "//evil.example",
    "javascript:alert(1)",
)


@dataclass
class App:
    """A public client, and the browser of the person who uses it."""

    server: DemoServer
    http: httpx.AsyncClient

    def authorize_url(self, extra: str = "", **changes: str | None) -> str:
        """A correct authorization request, but for the changes; None leaves a parameter out."""
        query = {
            "response_type": "code",
            "client_id": self.server.client_id,
            "redirect_uri": self.server.redirect_url,
            "scope": SCOPE,
            "state": "st-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        given = {name: value for name, value in query.items() if value is not None}
        url = httpx.URL(f"{self.server.identity_url}/oauth/authorize", params=given)
        return f"{url}{extra}"

    async def code(self, user: str = "ada") -> str:
        answer = httpx.URL(await sign_in(self.http, self.authorize_url(), user))
        return answer.params["code"]

    async def exchange(self, code: str, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.server.client_id,
            "redirect_uri": self.server.redirect_url,
            "code": code,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.ask_for_tokens(form)

    async def refresh(self, refresh_token: str, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.server.client_id,
            "refresh_token": refresh_token,
            **changes,
        }
        return await self.ask_for_tokens(form)

    async def ask_for_tokens(self, form: dict[str, str | None]) -> httpx.Response:
        given = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(self.token_url, data=given)

    async def tokens(self, user: str = "ada") -> dict[str, str]:
        answer = await self.exchange(await self.code(user))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def call(self, access_token: str) -> httpx.Response:
        """A call of the Headless API."""
        chat = f"{self.server.url}/api/v1/genies/{self.server.genie}/chat/conversations"
        return await self.http.get(chat, headers={"Authorization": f"Bearer {access_token}"})

    @property
    def token_url(self) -> str:
        return f"{self.server.identity_url}/oauth/token"


@pytest.fixture
async def app(visit) -> AsyncIterator[App]:
    async with browser() as http:
        yield App(visit().server, http)


def fields(location: str) -> dict[str, str]:
    return dict(httpx.URL(location).params)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"error", "error_description"}
    return answer.status_code, body["error"]


def test_the_pkce_challenge_is_that_of_the_specification():
    """Source: RFC 7636, appendix B."""
    assert challenge_of(VERIFIER) == CHALLENGE


async def test_discovery_lists_the_endpoints(app):
    url = f"{app.server.identity_url}/.well-known/openid-configuration"
    found = (await app.http.get(url)).json()
    issuer = app.server.identity_url
    assert found["issuer"] == issuer
    assert found["authorization_endpoint"] == f"{issuer}/oauth/authorize"
    assert found["token_endpoint"] == f"{issuer}/oauth/token"
    assert found["userinfo_endpoint"] == f"{issuer}/oauth/userinfo"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_methods_supported"] == ["none"]
    assert found["scopes_supported"] == SCOPE.split()
    assert found["authorization_response_iss_parameter_supported"] is True
    for endpoint in ("jwks_uri", "userinfo_endpoint"):
        assert (await app.http.get(found[endpoint])).status_code in (200, 401)


@pytest.mark.parametrize("state", ["st-1", "a b+c%20d", "<b>&\"'", "ä€\n\0", "x" * 2000])
async def test_the_browser_is_redirected_with_code_state_and_issuer(app, state):
    location = await sign_in(app.http, app.authorize_url(state=state))
    assert location.startswith(f"{app.server.redirect_url}?")
    assert fields(location).keys() == {"code", "state", "iss"}
    assert fields(location)["state"] == state
    assert fields(location)["iss"] == app.server.identity_url


async def test_a_registered_redirect_url_may_have_a_query(visit):
    registered = "http://127.0.0.1:8763/callback?from=identity"
    async with browser() as http:
        app = App(visit(redirect_url=registered).server, http)
        location = await sign_in(http, app.authorize_url())
        assert fields(location).keys() == {"from", "code", "state", "iss"}
        assert (await app.exchange(fields(location)["code"])).status_code == 200


async def test_a_code_is_exchanged_for_tokens_valid_for_the_headless_api(app):
    answer = await app.exchange(await app.code())
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {
        *("access_token", "token_type", "expires_in", "refresh_token", "id_token", "scope")
    }
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, SCOPE)
    assert (await app.call(body["access_token"])).status_code == 200


async def test_a_token_belongs_to_the_signed_in_user(app):
    tokens = await app.tokens("grace")
    url = f"{app.server.identity_url}/oauth/userinfo"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    for answer in (
        await app.http.get(url, headers=headers),
        await app.http.post(url, headers=headers),
    ):
        claims = answer.json()
        assert (claims["name"], claims["email"]) == ("Grace", "grace@example.com")


async def test_an_invited_user_signs_in_and_is_rejected_by_the_api(app):
    answer = await app.call((await app.tokens("alan"))["access_token"])
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "user_nonactive_or_missing"


@pytest.mark.parametrize("token", ["", "nonsense"])
async def test_userinfo_needs_a_valid_token(app, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await app.http.get(f"{app.server.identity_url}/oauth/userinfo", headers=headers)
    assert refusal(answer)[0] == 401
    assert ("invalid_token" in answer.headers["www-authenticate"]) == bool(token)


async def test_the_id_token_is_signed_with_the_published_key(app):
    location = await sign_in(app.http, app.authorize_url(nonce="n-1"), "grace")
    tokens = (await app.exchange(fields(location)["code"])).json()
    [key] = (await app.http.get(f"{app.server.identity_url}/oauth/jwks")).json()["keys"]
    assert "d" not in key
    signed, _, signature = tokens["id_token"].rpartition(".")
    header, claims = (json.loads(unpack(part)) for part in signed.split("."))
    assert (header["alg"], header["kid"]) == ("RS256", key["kid"])
    assert recovered(signature, key).endswith(b"\0" + digest_info(signed))
    assert claims["iss"] == app.server.identity_url
    assert claims["aud"] == app.server.client_id
    assert (claims["name"], claims["email"]) == ("Grace", "grace@example.com")
    assert claims["nonce"] == "n-1"
    assert claims["exp"] - claims["iat"] == 3600
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert unpack(claims["at_hash"]) == half


def unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest_info(signed: str) -> bytes:
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    return prefix + hashlib.sha256(signed.encode()).digest()


def recovered(signature: str, key: dict[str, str]) -> bytes:
    """The padded message inside an RSA signature."""
    number, modulus, exponent = (
        int.from_bytes(unpack(text)) for text in (signature, key["n"], key["e"])
    )
    padded = pow(number, exponent, modulus).to_bytes(256)
    assert padded.startswith(b"\0\1\xff\xff\xff\xff\xff\xff\xff\xff")
    return padded


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": f"{SCOPE} offline_access"}, "invalid_scope"),
        ({"scope": "openid profile"}, "invalid_scope"),
        ({"scope": f"{SCOPE} admin"}, "invalid_scope"),
        ({"scope": "openid  profile email"}, "invalid_scope"),
        ({"scope": f"{SCOPE} email"}, "invalid_scope"),
        ({"scope": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": VERIFIER + "="}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"client_secret": "hush"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example"}, "request_uri_not_supported"),
        ({"prompt": "hello"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"extra": "&scope=openid"}, "invalid_request"),
        ({"extra": "&nonce=1&nonce=2"}, "invalid_request"),
    ],
)
async def test_an_invalid_authorization_request_is_redirected_to_the_client(app, changes, error):
    answer = await app.http.get(app.authorize_url(**changes))
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    location = answer.headers["location"]
    assert location.startswith(f"{app.server.redirect_url}?")
    told = fields(location)
    assert (told["error"], told["state"]) == (error, "st-1")
    assert told["iss"] == app.server.identity_url
    assert "code" not in told


@pytest.mark.parametrize("changes", [{"state": None}, {"state": ""}, {"extra": "&state=other"}])
async def test_an_authorization_request_without_exactly_one_state_is_rejected(app, changes):
    told = fields((await app.http.get(app.authorize_url(**changes))).headers["location"])
    assert told["error"] == "invalid_request"
    assert "state" not in told


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "someone-else"},
        {"client_id": None},
        {"redirect_uri": None},
        {"extra": "&redirect_uri=http://evil.example"},
        {"extra": "&client_id=2"},
        {"extra": "&x=%ff"},
        *({"redirect_uri": url} for url in LOOK_ALIKES),
    ],
)
async def test_an_unregistered_redirect_url_is_rejected(app, changes):
    answer = await app.http.get(app.authorize_url(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil" not in answer.text
    assert "<form" not in answer.text


async def test_a_denied_consent_is_reported_to_the_client(app):
    told = fields(await sign_in(app.http, app.authorize_url(), decision="deny"))
    assert (told["error"], told["state"]) == ("access_denied", "st-1")
    assert told["iss"] == app.server.identity_url


async def test_the_login_can_be_canceled(app):
    page = await open_page(app.http, app.authorize_url())
    answer = await press(app.http, page, "cancel")
    assert fields(answer.headers["location"])["error"] == "access_denied"


async def test_a_second_login_asks_only_for_consent(app):
    await sign_in(app.http, app.authorize_url(), "grace")
    page = await open_page(app.http, app.authorize_url())
    assert "/oauth/consent/" in page.url.path
    assert "grace@example.com" in page.text


@pytest.mark.parametrize("prompt", ["login", "select_account"])
async def test_a_client_can_force_the_login_page(app, prompt):
    await app.code()
    page = await open_page(app.http, app.authorize_url(prompt=prompt))
    assert "/oauth/login/" in page.url.path


async def test_a_silent_login_without_consent_is_rejected(app):
    await app.code()
    answer = await app.http.get(app.authorize_url(prompt="none"))
    assert fields(answer.headers["location"])["error"] == "consent_required"


async def test_another_user_can_sign_in_at_the_consent_page(app):
    await app.code("ada")
    page = await open_page(app.http, app.authorize_url())
    page = await press(app.http, page, "not")
    page = await press(app.http, page, "grace")
    answer = await press(app.http, page, "allow")
    assert app.server.log.of("grant")[-1].summary == "usr-grace-77c2 allow"
    assert "code" in fields(answer.headers["location"])


async def test_two_browser_tabs_sign_in_independently(app):
    tabs = [await open_page(app.http, app.authorize_url(state=state)) for state in "ab"]
    first = await press(app.http, tabs[0], "ada")
    second = await press(app.http, tabs[1], "grace")
    answers = [
        fields((await press(app.http, p, "allow")).headers["location"]) for p in (first, second)
    ]
    assert [answer["state"] for answer in answers] == ["a", "b"]
    assert [r.summary for r in app.server.log.of("grant")] == [
        "usr-ada-4b1d allow",
        "usr-grace-77c2 allow",
    ]


async def test_a_double_click_gives_the_same_code(app):
    page = await press(app.http, await open_page(app.http, app.authorize_url()), "ada")
    answers = [await press(app.http, page, "allow") for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert (await app.http.get(page.url)).status_code == 410


async def test_consent_comes_after_the_login(app):
    page = await open_page(app.http, app.authorize_url())
    consent = str(page.url).replace("/login/", "/consent/")
    assert (await app.http.get(consent)).headers["location"] == page.url.path
    hidden = form_of(page).hidden
    answer = await app.http.post(consent, data={**hidden, "decision": "allow"})
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize("form_token", [None, "", "0" * 64, "ä"])
async def test_a_cross_site_login_form_is_rejected(app, form_token):
    page = await press(app.http, await open_page(app.http, app.authorize_url()), "ada")
    data = {"decision": "allow"} | ({} if form_token is None else {"form_token": form_token})
    assert refusal(await app.http.post(page.url, data=data)) == (403, "access_denied")


@pytest.mark.parametrize("cookie", ["", "genie_demo_browser=other", "genie_demo_browser=\xe4"])
async def test_the_login_pages_work_only_in_the_browser_that_started(app, cookie):
    page = await open_page(app.http, app.authorize_url())
    headers = {"Cookie": cookie.encode("latin-1")}
    async with browser(headers=headers) as other:
        assert (await other.get(page.url)).status_code == 410
        pressed = await other.post(page.url, data=form_of(page).press("ada"))
        assert pressed.status_code == 410


async def test_a_sign_in_times_out(app):
    page = await open_page(app.http, app.authorize_url())
    app.server.clock.advance(601)
    assert (await app.http.get(page.url)).status_code == 410


async def test_the_session_cookie_is_httponly_and_samesite(app):
    page = await open_page(app.http, app.authorize_url())
    answer = await app.http.post(page.url, data=form_of(page).press("ada"))
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/oauth"} <= set(cookie.split("; "))


async def test_every_page_is_self_contained_and_locked_down(app):
    login = await open_page(app.http, app.authorize_url())
    consent = await press(app.http, login, "ada")
    wrong = await app.http.get(app.authorize_url(client_id="no"))
    over = await app.http.get(f"{app.server.identity_url}/oauth/consent/none")
    for page in (login, consent, wrong, over):
        policy = page.headers["content-security-policy"]
        [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
        expected = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{expected}'; ")
        assert "form-action 'self' http://127.0.0.1:8763; " in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"<script|<img|<link|style=|url\(|@import", page.text)
        assert "prefers-color-scheme: dark" in page.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code_verifier": VERIFIER[:-1] + "K"}, (400, "invalid_grant")),
        ({"code_verifier": CHALLENGE}, (400, "invalid_grant")),
        ({"redirect_uri": "http://127.0.0.1:8763/callback/"}, (400, "invalid_grant")),
        ({"code": "made-up"}, (400, "invalid_grant")),
        ({"code_verifier": "short"}, (400, "invalid_request")),
        ({"code_verifier": None}, (400, "invalid_request")),
        ({"redirect_uri": None}, (400, "invalid_request")),
        ({"code": ""}, (400, "invalid_request")),
        ({"grant_type": None}, (400, "invalid_request")),
        ({"client_id": None}, (400, "invalid_request")),
        ({"client_id": "someone-else"}, (401, "invalid_client")),
        ({"client_secret": "hush"}, (401, "invalid_client")),
        ({"client_secret": ""}, (401, "invalid_client")),
        ({"client_assertion": "e30.e30."}, (401, "invalid_client")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
    ],
)
async def test_an_invalid_code_exchange_is_rejected(app, changes, expected):
    code = await app.code()
    assert refusal(await app.exchange(**{"code": code, **changes})) == expected


async def test_client_authentication_is_rejected(app):
    code = await app.code()
    form = {"grant_type": "authorization_code", "code": code}
    answer = await app.http.post(app.token_url, data=form, auth=(app.server.client_id, "hush"))
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_failed_exchange_uses_up_the_code(app):
    code = await app.code()
    assert refusal(await app.exchange(code, code_verifier="x" * 43)) == (400, "invalid_grant")
    assert refusal(await app.exchange(code)) == (400, "invalid_grant")


async def test_a_code_expires(app):
    code = await app.code()
    app.server.clock.advance(61)
    assert refusal(await app.exchange(code)) == (400, "invalid_grant")


async def test_a_reused_code_revokes_its_tokens(app):
    code = await app.code()
    tokens = (await app.exchange(code)).json()
    assert refusal(await app.exchange(code)) == (400, "invalid_grant")
    assert (await app.call(tokens["access_token"])).status_code == 401
    assert refusal(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_parameters_are_form_encoded_in_the_body_of_a_post(app):
    form = {"grant_type": "refresh_token", "client_id": app.server.client_id, "refresh_token": "x"}
    assert (await app.http.get(app.token_url, params=form)).status_code == 405
    assert refusal(await app.http.post(app.token_url, json=form)) == (400, "invalid_request")
    assert refusal(await app.http.post(app.token_url, params=form)) == (400, "invalid_request")
    both = await app.http.post(app.token_url, params={"x": "1"}, data=form)
    assert refusal(both) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"grant_type=a&grant_type=a", id="repeated"),
        pytest.param(b"%ff=1", id="not UTF-8"),
        pytest.param(b"\xff", id="not ASCII"),
        pytest.param(b"&".join([b"a=1"] * 99), id="too many"),
        pytest.param(b"", id="empty"),
    ],
)
async def test_a_malformed_form_is_rejected(app, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = await app.http.post(app.token_url, content=body, headers=headers)
    assert refusal(answer) == (400, "invalid_request")


async def test_a_refresh_token_rotates(app):
    tokens = await app.tokens()
    renewed = (await app.refresh(tokens["refresh_token"])).json()
    for name in ("access_token", "refresh_token", "id_token"):
        assert renewed[name] != tokens[name]
    assert (await app.call(tokens["access_token"])).status_code == 200
    assert (await app.call(renewed["access_token"])).status_code == 200
    assert (await app.refresh(renewed["refresh_token"])).status_code == 200


async def test_a_refresh_token_used_twice_revokes_the_family(app):
    tokens, other = await app.tokens(), await app.tokens()
    renewed = (await app.refresh(tokens["refresh_token"])).json()
    assert refusal(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert refusal(await app.refresh(renewed["refresh_token"])) == (400, "invalid_grant")
    for lost in (tokens, renewed):
        assert (await app.call(lost["access_token"])).json()["error_code"] == "auth_failed"
    assert (await app.refresh(other["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "hush"}, (401, "invalid_client")),
        ({"client_id": "someone-else"}, (401, "invalid_client")),
        ({"scope": f"{SCOPE} offline_access"}, (400, "invalid_scope")),
        ({"refresh_token": None}, (400, "invalid_request")),
    ],
)
async def test_an_invalid_refresh_uses_up_nothing(app, changes, expected):
    refresh_token = (await app.tokens())["refresh_token"]
    answer = await app.refresh(**{"refresh_token": refresh_token, **changes})
    assert refusal(answer) == expected
    assert (await app.refresh(refresh_token, scope=SCOPE)).status_code == 200


async def test_an_access_token_expires_after_expires_in(visit):
    async with browser() as http:
        start = datetime(2026, 11, 20, 9, tzinfo=UTC)
        app = App(visit(token_life_s=2, start=start).server, http)
        tokens = await app.tokens()
        assert tokens["expires_in"] == 2
        app.server.clock.advance(1.9)
        assert (await app.call(tokens["access_token"])).status_code == 200
        app.server.clock.advance(0.2)
        answer = await app.call(tokens["access_token"])
        assert (answer.status_code, answer.json()["error_code"]) == (401, "auth_failed")
        renewed = (await app.refresh(tokens["refresh_token"])).json()
        assert (await app.call(renewed["access_token"])).status_code == 200


async def test_the_log_has_each_use_of_a_token_and_no_secret(app):
    tokens = await app.tokens()
    renewed = (await app.refresh(tokens["refresh_token"])).json()
    await app.refresh(renewed["refresh_token"])
    await app.refresh(renewed["refresh_token"])
    uses = Counter(record.summary for record in app.server.log.of("token")[1:])
    assert uses == {
        f"refresh_token {fingerprint(tokens['refresh_token'])}": 1,
        f"refresh_token {fingerprint(renewed['refresh_token'])}": 2,
    }
    assert [record.status for record in app.server.log.of("token")] == [200, 200, 200, 400]
    written = "\n".join(map(repr, app.server.log))
    for secret in (*tokens.values(), *renewed.values()):
        assert secret in (3600, "Bearer", SCOPE) or secret not in written


async def test_a_lost_refresh_response_has_used_up_the_refresh_token(app):
    tokens = await app.tokens()
    app.server.faults.add("lose_answer:on=token,times=1")
    with pytest.raises(httpx.TransportError):
        await app.refresh(tokens["refresh_token"])
    lost = app.server.log.of("token")[-1]
    assert lost.status == 0
    assert lost.summary == f"refresh_token {fingerprint(tokens['refresh_token'])}"
    assert refusal(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_a_refresh_request_that_never_arrived_uses_up_nothing(app):
    tokens = await app.tokens()
    app.server.faults.add("drop_request:on=token,times=1")
    with pytest.raises(httpx.TransportError):
        await app.refresh(tokens["refresh_token"])
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


def test_an_empty_parameter_is_absent_and_a_repeated_one_ambiguous():
    found = Parameters("a=&b=1&b=1&c=2")
    assert [found.get(name) for name in "abcd"] == ["", "", "2", ""]
