"""Looks whether a profile works, from its settings to the events of its genie. Sends no message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.health_check import STEPS, Finding
from tui.wiring.checkup_files import examine_files
from tui.wiring.checkup_network import examine_network
from tui.wiring.clients import key_client, open_account, signed_in_client
from tui.wiring.findings import bad

if TYPE_CHECKING:
    from tui.api.headless import HeadlessClient
    from tui.config import Profile


async def examine(
    profile: Profile, *, before_login: bool = False, files: Finding | None = None
) -> AsyncGenerator[Finding]:
    """One finding for each of ``STEPS``; after one that is bad the others are open.

    ``before_login``: nobody can have signed in through the browser yet. ``files`` is what was found
    before the configuration was read, which mends some of it.
    """
    steps = _examine(profile, files, before_login=before_login)
    done = 0
    async with aclosing(steps):
        try:
            async for finding in steps:
                yield finding
                done += 1
                if finding.verdict not in ("good", "warning"):
                    break
        except (BackendError, StoreError) as error:
            yield bad(STEPS[done], error)
            done += 1
        except OSError as error:
            problem = StoreError(f"{error.filename or 'The system'}: {error.strerror or error}.")
            yield bad(STEPS[done], problem)
            done += 1
    for step in STEPS[done:]:
        yield Finding(step, "open", "not checked")


async def _examine(
    profile: Profile, files: Finding | None, *, before_login: bool
) -> AsyncGenerator[Finding]:
    missing = profile.missing()
    if missing and missing != ["api_key"]:
        advice = "Set them in the profile or as environment variables."
        yield Finding("configuration", "bad", f"missing: {', '.join(missing)}", advice)
        return
    yield Finding("configuration", "good", f"profile '{profile.name}', {_way(profile)}")
    if files is None:
        files = await asyncio.to_thread(examine_files, None)
    yield files
    yield await examine_network(profile)
    if before_login and profile.credential == "oauth":
        yield Finding("sign-in", "open", "in the browser, as soon as the app is open")
        return
    signing_in = _signing_in(profile)
    async with aclosing(signing_in):
        async for finding in signing_in:
            yield finding


def _signing_in(profile: Profile) -> AsyncGenerator[Finding]:
    match profile.credential:
        case "oauth":
            return _with_login(profile)
        case "api_key":
            return _with_key(profile)
        case "token":
            from tui.wiring.checkup_workflows import ask_workflows

            return ask_workflows(profile)


def _way(profile: Profile) -> str:
    ways = {"oauth": "sign-in in the browser", "api_key": "sign-in by API key"}
    return ways.get(profile.credential, f"backend '{profile.backend}'")


# -- sign-in, genie, stream --------------------------------------------------------------------


async def _with_login(profile: Profile) -> AsyncGenerator[Finding]:
    try:
        async with open_account(profile) as account:
            identity = await account.whoami()
            await account.tokens.get_token()
            signed_in = f"{identity.label()}, kept in {account.storage}"
            findings = await _ask(signed_in_client(profile, account), signed_in)
    except (BackendError, StoreError) as error:
        yield bad("sign-in", error)
        return
    for finding in findings:
        yield finding


async def _with_key(profile: Profile) -> AsyncGenerator[Finding]:
    try:
        client = await key_client(profile)
    except (BackendError, StoreError) as error:
        yield bad("sign-in", error)
        return
    for finding in await _ask(client, f"user {profile.idp_user_id}, by API key"):
        yield finding


async def _ask(client: HeadlessClient, signed_in: str) -> Iterable[Finding]:
    """What the genie says to a credential; closes the client."""
    good = Finding("sign-in", "good", signed_in)
    try:
        conversations = await client.list_conversations(limit=1)
    except BackendError as error:
        if error.kind is ErrorKind.UNAUTHORIZED:
            return [bad("sign-in", error)]
        return [good, bad("genie", error)]
    else:
        known = "knows you" if conversations.conversations else "answers"
        return [good, Finding("genie", "good", f"the genie {known}"), await _events(client)]
    finally:
        await client.aclose()


async def _events(client: HeadlessClient) -> Finding:
    try:
        await client.list_events(limit=1)
    except BackendError as error:
        return bad("stream", error)
    text = "stored events can be read; no message was sent, so no live stream was tried"
    return Finding("stream", "good", text)
