"""``genie-tui login``, ``logout`` and ``whoami``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import click

from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of
from tui.cli.options import Target
from tui.cli.prompt import incoming_lines
from tui.core.account import Identity, LoginAttempt, LoginProblem
from tui.core.errors import BackendError
from tui.core.links import link_host

if TYPE_CHECKING:
    from tui.config import Profile


def run_login(target: Target, *, no_browser: bool) -> int:
    """Sign in; print the user and where the credentials are stored."""
    profile = _profile(target)
    if profile.auth == "api_key":
        return _run(_take_key(profile))
    return _run(_sign_in(profile, no_browser=no_browser))


def run_logout(target: Target) -> int:
    """Remove the credentials from every place where we store them."""
    profile = _profile(target)
    return _run(_forget_key(profile) if profile.auth == "api_key" else _sign_out(profile))


def run_whoami(target: Target) -> int:
    """Print who is signed in; exit code 3 if the user is not."""
    profile = _profile(target)
    if profile.auth == "api_key":
        from tui.bootstrap.agent_names import user_names

        name = user_names(profile).of(profile.idp_user_id or "")
        click.echo(
            f"{name} (API key, {profile.idp_user_id})"
            if name
            else f"{profile.idp_user_id} (API key)"
        )
        return ExitCode.FINISHED
    return _run(_whoami(profile))


def _profile(target: Target) -> Profile:
    if target.demo:
        text = "The demo needs no sign-in. To try signing in, run 'genie-tui --demo --login'."
        raise CommandFailure(text, ExitCode.USAGE)
    profile = target.read(key_needed=False)
    if profile.credential == "token":
        text = "This profile uses a token (GENIE_TUI_TOKEN), so there is nothing to sign in to."
        raise CommandFailure(text, ExitCode.USAGE)
    return profile


def _run(work: Coroutine[Any, Any, None]) -> int:
    try:
        asyncio.run(work)
    except LoginProblem as problem:
        raise CommandFailure(problem.sentence(), ExitCode.NOT_SIGNED_IN) from problem
    except BackendError as error:
        raise failure_of(error) from error
    return ExitCode.FINISHED


# -- OAuth -------------------------------------------------------------------------------------


async def _whoami(profile: Profile) -> None:
    from tui.bootstrap.clients import open_account

    async with open_account(profile) as account:
        try:
            identity = await account.whoami()
        except BackendError as error:
            error.hint = f"Run 'genie-tui login{_option(profile)}' to sign in."
            raise
        click.echo(identity.label())


async def _sign_out(profile: Profile) -> None:
    from tui.bootstrap.clients import open_account

    async with open_account(profile) as account:
        try:
            identity: Identity | None = await account.whoami()
        except BackendError:
            identity = None
        place = account.storage
        await account.sign_out()
    who = f"Signed out {identity.label()}" if identity else "You weren't signed in"
    click.echo(f"{who}; {f'removed from {place}' if place else 'nothing was stored'}.", err=True)


async def _sign_in(profile: Profile, *, no_browser: bool) -> None:
    from tui.bootstrap.clients import open_account

    async with open_account(profile) as account:
        attempt = await account.begin_login()
        try:
            _explain(attempt, no_browser=no_browser)
            identity = await _answered(attempt)
        finally:
            await attempt.aclose()
        click.echo(f"Signed in as {identity.label()}.")
        click.echo(f"Your sign-in is stored in {account.storage}.", err=True)


def _explain(attempt: LoginAttempt, *, no_browser: bool) -> None:
    """Print all ways to sign in, the most likely first; the address always comes first."""
    minutes = round(attempt.seconds_left / 60)
    click.echo(
        f"To sign in to {link_host(attempt.url)}, open this address within {minutes} minutes:\n",
        err=True,
    )
    click.echo(f"{attempt.url}\n", err=True)
    remote = attempt.remote_reason
    # Another program on our port would receive the redirect, so the user decides whether to
    # continue.
    at_home = not no_browser and not remote and not attempt.listening_problem
    if at_home and attempt.open_browser():
        doubt = attempt.redirect_doubt
        click.echo(f"Opening it in your browser. {doubt}".rstrip(), err=True)
    elif remote:
        click.echo(
            f"Didn't start a browser because {remote}. Open the address in your own browser.",
            err=True,
        )
    else:
        click.echo("Open it in your browser.", err=True)
    if attempt.listening_problem:
        click.echo(attempt.listening_problem, err=True)
    elif attempt.tunnel:
        click.echo("If your browser is on another machine, run this there first:", err=True)
        click.echo(f"\n{attempt.tunnel}\n", err=True)
    click.echo(
        "If the browser ends on an error page, paste that page's address here and press Enter:",
        err=True,
    )


async def _answered(attempt: LoginAttempt) -> Identity:
    """Return the identity, by the redirect or an address on standard input, whichever is first."""
    with incoming_lines(sys.stdin, lambda line: _paste(attempt, line)):
        return await attempt.finished()


def _paste(attempt: LoginAttempt, line: str) -> None:
    if not line.strip():
        return
    try:
        attempt.paste(line)
    except LoginProblem as problem:
        click.echo(f"{problem.sentence()} Still waiting for your sign-in.", err=True)


# -- API keys ----------------------------------------------------------------------------------


async def _take_key(profile: Profile) -> None:
    from pydantic import SecretStr

    from tui.bootstrap.clients import key_vault

    if profile.api_key:
        click.echo("Nothing to do: this profile already has an API key.", err=True)
        return
    vault = key_vault(profile.label)
    key = click.prompt("API key of the genie's client", hide_input=True, err=True)
    await vault.save(SecretStr(_checked_key(key)))
    click.echo(f"The key is stored in {await vault.storage()}.", err=True)


def _checked_key(key: str) -> str:
    from tui.config import problem_with

    key = key.strip()
    if problem := problem_with("api_key", key):
        raise CommandFailure(f"That isn't a valid key: {problem}.", ExitCode.USAGE)
    return key


async def _forget_key(profile: Profile) -> None:
    from tui.bootstrap.clients import key_vault

    vault = key_vault(profile.label)
    was_kept = vault.holds_key()
    await vault.clear()
    click.echo("Removed the API key." if was_kept else "No API key was stored.", err=True)
    if profile.api_key:
        where = "GENIE_TUI_API_KEY or the configuration file still sets an API key"
        click.echo(f"{where}. Remove it there too.", err=True)


def _option(profile: Profile) -> str:
    return "" if profile.label == "default" else f" --profile {profile.label}"
