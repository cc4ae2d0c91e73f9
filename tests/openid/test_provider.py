"""Sign-in with a third-party OpenID provider: panva's certified ``oidc-provider``.

Paths, issuer (with a path of its own) and rules come from discovery alone. Needs Node and
``npm install --no-package-lock --prefix tests/openid``; run with ``-m openid``.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.auth.login_fakes import file_vault
from tests.signing_in import NO_KEYRING, free_redirect, login_command
from tui.api.identity import IdentityClient
from tui.auth.account import OAuthAccount
from tui.auth.login import OAuthClient
from tui.core.account import LoginProblem
from tui.core.errors import BackendError, ErrorKind
from tui.system.clock import SystemClock

pytestmark = pytest.mark.openid

HERE = Path(__file__).parent
CLIENT = "genie-tui"
ZOE = "Zoe (zoe@example.org)"


class Provider:
    """The provider in a process of its own."""

    def __init__(self) -> None:
        node = shutil.which("node")
        assert node, "Node must be installed: apt-get install nodejs npm"
        assert (HERE / "node_modules").is_dir(), (
            "the provider must be installed: npm install --no-package-lock --prefix tests/openid"
        )
        self.redirect_url = free_redirect()
        self._process = subprocess.Popen(
            [node, str(HERE / "provider.mjs"), self.redirect_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._told: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.issuer = self.next()

    def next(self) -> str:
        """Return the next line of output: the issuer, then the state of refresh tokens."""
        return self._told.get(timeout=60)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._told.put(line.strip())


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
async def window(provider: Provider, tmp_path: Path) -> AsyncIterator[Callable[[], OAuthAccount]]:
    """Opens an account; all share what is kept."""
    opened: list[OAuthAccount] = []

    def window() -> OAuthAccount:
        service = IdentityClient(provider.issuer, CLIENT)
        client = OAuthClient(CLIENT, provider.redirect_url)
        vault = file_vault(tmp_path / "logins")
        opened.append(OAuthAccount(client, service, vault, SystemClock()))
        return opened[-1]

    yield window
    for account in opened:
        await account.aclose()


@pytest.fixture
def account(window: Callable[[], OAuthAccount]) -> OAuthAccount:
    return window()


@pytest.fixture
def environ(provider: Provider, tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GENIE_TUI_")}
    return kept | {
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "data"),
        "GENIE_TUI_BASE_URL": "http://127.0.0.1:9",
        "GENIE_TUI_IDENTITY_URL": provider.issuer,
        "GENIE_TUI_GENIE": "gin-1",
        "GENIE_TUI_AUTH": "oauth",
        "GENIE_TUI_CLIENT_ID": CLIENT,
        "GENIE_TUI_REDIRECT_URL": provider.redirect_url,
        **NO_KEYRING,
    }


def redirected(url: str, redirect_url: str, answer: str = "allow") -> str:
    """Return the URL to which a browser is redirected after the user has signed in."""
    with httpx.Client(trust_env=False, headers={"x-answer": answer}) as browser:
        page = browser.get(url)
        while page.next_request and not str(page.next_request.url).startswith(redirect_url):
            page = browser.send(page.next_request)
    return str(page.headers["location"])


async def sign_in(account: OAuthAccount) -> str:
    attempt = await account.begin_login()
    attempt.paste(redirected(attempt.url, attempt.redirect_url))
    identity = await attempt.finished()
    await attempt.aclose()
    return identity.label()


def test_a_user_signs_in_by_redirect_and_signs_out(
    provider: Provider, environ: dict[str, str]
) -> None:
    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", command],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    with login_command(environ, "--no-browser") as attempt:
        shown = httpx.get(redirected(attempt.url, provider.redirect_url), trust_env=False)
        assert attempt.finish() == (0, f"Signed in as {ZOE}.\n")
    assert f"Welcome, {ZOE}." in shown.text
    assert run("whoami").stdout == f"{ZOE}\n"
    assert "Signed out" in run("logout").stderr
    assert run("whoami").returncode == 3


def test_a_pasted_redirect_url_is_accepted_and_a_denial_reported(
    provider: Provider, environ: dict[str, str]
) -> None:
    with login_command(environ) as attempt:
        attempt.paste(redirected(attempt.url, provider.redirect_url))
        assert attempt.finish()[0] == 0
    with login_command(environ) as attempt:
        attempt.paste(redirected(attempt.url, provider.redirect_url, "deny"))
        assert attempt.finish()[0] == 3
    assert "Access was denied in the browser" in attempt.told


async def test_an_issuer_that_was_not_discovered_is_rejected(
    provider: Provider, account: OAuthAccount
) -> None:
    attempt = await account.begin_login()
    answer = redirected(attempt.url, provider.redirect_url)
    issuer = str(httpx.URL(answer).params["iss"])
    assert issuer == provider.issuer
    for forged in ("", "https://id.example"):
        with pytest.raises(LoginProblem, match="a different identity service"):
            attempt.paste(str(httpx.URL(answer).copy_set_param("iss", forged)))
    attempt.paste(answer)
    assert (await attempt.finished()).label() == ZOE
    await attempt.aclose()


async def test_refresh_tokens_rotate_and_a_reused_one_ends_the_login(
    provider: Provider, window: Callable[[], OAuthAccount], tmp_path: Path
) -> None:
    account, other = window(), window()
    assert await sign_in(account) == ZOE
    assert provider.next() == "given"
    first = await account.tokens.get_token()
    second = await account.tokens.get_token(refused=first)
    assert first != second
    assert {provider.next(), provider.next()} == {"given", "spent"}
    stranger = IdentityClient(provider.issuer, CLIENT)
    kept = await file_vault(tmp_path / "logins").load()
    assert kept is not None
    assert kept.refresh_token is not None
    await stranger.refresh(kept.refresh_token)
    await stranger.aclose()
    with pytest.raises(BackendError, match="Your sign-in has ended") as caught:
        await other.tokens.get_token(refused=second)
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert caught.value.code == "invalid_grant"
