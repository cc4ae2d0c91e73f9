"""Checks of ``genie-tui doctor``: settings, files, network, sign-in and agent. Sends no message."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from tui.bootstrap.backends import workflows_client
from tui.bootstrap.clients import key_client, network_of, open_account, signed_in_client
from tui.core.account import login_helps
from tui.core.diagnostics import STEPS, CheckResult, Step
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.text import clean_line, did_you_mean, plural
from tui.system.private_files import OTHERS, OTHERS_WRITE, Exposed, protect

if TYPE_CHECKING:
    from tui.api.headless import HeadlessClient
    from tui.api.network.probe import Reach
    from tui.api.workflows import WorkflowsClient
    from tui.config import Profile


def failed_check(step: Step, error: BackendError | StoreError) -> CheckResult:
    """Return the result for a failure."""
    if not isinstance(error, BackendError):
        return CheckResult(step, "bad", str(error))
    advice = "Run 'genie-tui login' to sign in." if login_helps(error) else error.hint
    request = f" Request ID {error.request_id}." if error.request_id else ""
    return CheckResult(step, "bad", str(error), f"{advice}{request}".strip())


def examine_files(config: Path | None) -> CheckResult:
    """Remove others' permissions where possible; a warning where not. Never raises."""
    exposed = [found for path, rights in _ours(config) if (found := protect(path, rights))]
    links = [_link(path) for path in _own_files() if path.is_symlink()]
    open_to_others = [found for found in exposed if not found.mended]
    told = [f"{found.path} {found.problem}" for found in exposed]
    if links or open_to_others:
        advice = " ".join(found.advice for found in (*open_to_others, *links) if found.advice)
        told += [f"{found.path} {found.problem}" for found in links]
        return CheckResult("files", "warning", f"{'; '.join(told)}.", advice)
    if told:
        return CheckResult("files", "good", f"{'; '.join(told)}: now only you can.")
    return CheckResult("files", "good", "only you can change them or read the private ones")


def _ours(config: Path | None) -> Iterator[tuple[Path, int]]:
    """Yield our files and folders, each with the permissions that other users must not have."""
    from tui.config import config_dir, config_file, data_dir, holds_secrets, state_dir

    settings = config or config_file()
    if config is None:
        yield config_dir(), OTHERS_WRITE
    yield settings, OTHERS if holds_secrets(settings) else OTHERS_WRITE
    yield from ((folder, OTHERS_WRITE) for folder in (data_dir(), state_dir()))
    yield from ((folder, OTHERS) for folder in (state_dir() / "logins", data_dir() / "unsent"))
    yield from ((path, OTHERS) for path in _own_files())


def _own_files() -> list[Path]:
    from tui.config import database_file

    return [Path(f"{database_file()}{suffix}") for suffix in ("", "-wal", "-shm", ".lock")]


def _link(path: Path) -> Exposed:
    problem = "is a symbolic link, which isn't followed"
    return Exposed(path, problem, False, "Put the file itself there, or move the whole folder.")


async def examine_network(profile: Profile) -> CheckResult:
    """Request the hosts of a profile without credentials; report proxies and certificates."""
    from tui.api.network.probe import probe

    urls = [profile.base_url]
    if profile.credential == "oauth":
        urls.append(profile.identity_url)
    network = network_of(profile)
    found: list[Reach] = []
    for url in dict.fromkeys(urls):
        reach = await probe(url, network)
        if reach.error is not None:
            finding = failed_check("network", reach.error)
            advice = f"{finding.advice} {_between([reach])}".strip()
            return CheckResult("network", "bad", finding.text, advice)
        found.append(reach)
    answers = " and ".join(_answer(reach) for reach in found)
    between = _between(found)
    return CheckResult("network", "good", f"{answers}. {between}" if between else answers)


def _answer(reach: Reach) -> str:
    if not reach.encrypted:
        return f"{reach.host} responds on this machine"
    issued = f" with a certificate from {reach.issuer}" if reach.issuer else ""
    return f"{reach.host} responds over TLS{issued}"


def _between(found: Sequence[Reach]) -> str:
    """Describe the proxies and the trusted certificates; empty if neither matters."""
    away = [reach for reach in found if reach.encrypted]
    if not away:
        return ""
    proxies = dict.fromkeys(reach.proxy or "none" for reach in away)
    trusts = dict.fromkeys(reach.trust for reach in away if reach.trust)
    told = [f"Proxy: {', '.join(proxies)}.", f"Trusted certificates: {', '.join(trusts)}."]
    if failed := next((reach for reach in away if reach.error and reach.issuer), None):
        told.append(f"The certificate of {failed.host} comes from {failed.issuer}.")
    told += _doubts()
    return " ".join(told)


def _doubts() -> list[str]:
    from tui.api.network.proxies import unreadable_exceptions

    entries = unreadable_exceptions(os.environ)
    words = clean_line(", ".join(entries), 80)
    return [f"Ignored in NO_PROXY because it can't be read: {words}."] if entries else []


async def ask_workflows(profile: Profile) -> AsyncGenerator[CheckResult]:
    """Check sign-in, agent and stream, up to the first failure."""
    client = workflows_client(profile)
    try:
        yield await _sign_in(client, profile)
        yield await _agent(client, profile.genie or "")
        text = "not tested: events need a run, and doctor sends no message"
        yield CheckResult("stream", "good", text)
    finally:
        await client.aclose()


async def _sign_in(client: WorkflowsClient, profile: Profile) -> CheckResult:
    try:
        workflows = await client.list_workflows()
    except BackendError as error:
        return failed_check("sign-in" if error.kind is ErrorKind.UNAUTHORIZED else "genie", error)
    whose = "token" if profile.token else "no token (anonymous)"
    return CheckResult("sign-in", "good", f"{whose}; {plural(len(workflows), 'workflow')}")


async def _agent(client: WorkflowsClient, agent_id: str) -> CheckResult:
    try:
        agents = await client.list_agents()
    except BackendError as error:
        return failed_check("genie", error)
    found = next((agent for agent in agents if agent.id == agent_id), None)
    if found is not None:
        return CheckResult("genie", "good", f"agent {clean_line(found.name) or agent_id}")
    known = ", ".join(f"{agent.id} ({clean_line(agent.name)})" for agent in agents) or "none"
    near = did_you_mean(agent_id, [str(agent.id) for agent in agents])
    advice = f"{near} Available: {known}.".lstrip()
    return CheckResult("genie", "bad", f"no agent '{agent_id}'", advice)


async def examine(
    profile: Profile, *, before_login: bool = False, files: CheckResult | None = None
) -> AsyncGenerator[CheckResult]:
    """Yield one result for each of ``STEPS``; after a failed one the others are not run.

    ``before_login``: the user cannot have signed in through the browser yet. ``files``: result from
    before the configuration was read, since reading it corrects permissions.
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
            yield failed_check(STEPS[done], error)
            done += 1
        except OSError as error:
            problem = StoreError(f"{error.filename or 'The system'}: {error.strerror or error}.")
            yield failed_check(STEPS[done], problem)
            done += 1
    for step in STEPS[done:]:
        yield CheckResult(step, "open", "skipped")


async def _examine(
    profile: Profile, files: CheckResult | None, *, before_login: bool
) -> AsyncGenerator[CheckResult]:
    missing = profile.missing()
    if missing and missing != ["api_key"]:
        advice = (
            "Set them in the profile or as environment variables, or run 'genie-tui' to set "
            "them up."
        )
        yield CheckResult("configuration", "bad", f"missing: {', '.join(missing)}", advice)
        return
    yield CheckResult("configuration", "good", f"profile '{profile.label}', {_way(profile)}")
    if files is None:
        files = await asyncio.to_thread(examine_files, None)
    yield files
    yield await examine_network(profile)
    if before_login and profile.credential == "oauth":
        yield CheckResult("sign-in", "open", "you sign in with the browser when the app opens")
        return
    signing_in = _signing_in(profile)
    async with aclosing(signing_in):
        async for finding in signing_in:
            yield finding


def _signing_in(profile: Profile) -> AsyncGenerator[CheckResult]:
    match profile.credential:
        case "oauth":
            return _with_login(profile)
        case "api_key":
            return _with_key(profile)
        case "token":
            return ask_workflows(profile)


def _way(profile: Profile) -> str:
    ways = {"oauth": "browser sign-in", "api_key": "API key"}
    return ways.get(profile.credential, f"backend '{profile.backend}'")


# -- sign-in, genie, stream --------------------------------------------------------------------


async def _with_login(profile: Profile) -> AsyncGenerator[CheckResult]:
    try:
        async with open_account(profile) as account:
            identity = await account.whoami()
            await account.tokens.get_token()
            signed_in = f"signed in as {identity.label()}, stored in {account.storage}"
            findings = await _ask(signed_in_client(profile, account), signed_in)
    except (BackendError, StoreError) as error:
        yield failed_check("sign-in", error)
        return
    for finding in findings:
        yield finding


async def _with_key(profile: Profile) -> AsyncGenerator[CheckResult]:
    try:
        client = await key_client(profile)
    except (BackendError, StoreError) as error:
        yield failed_check("sign-in", error)
        return
    for finding in await _ask(client, f"user {profile.idp_user_id}, API key"):
        yield finding


async def _ask(client: HeadlessClient, signed_in: str) -> Iterable[CheckResult]:
    """Check the genie's reply to a credential; closes the client."""
    good = CheckResult("sign-in", "good", signed_in)
    try:
        conversations = await client.list_conversations(limit=1)
    except BackendError as error:
        if error.kind is ErrorKind.UNAUTHORIZED:
            return [failed_check("sign-in", error)]
        return [good, failed_check("genie", error)]
    else:
        known = (
            "responds and has conversations of yours" if conversations.conversations else "responds"
        )
        return [good, CheckResult("genie", "good", f"the genie {known}"), await _events(client)]
    finally:
        await client.aclose()


async def _events(client: HeadlessClient) -> CheckResult:
    try:
        await client.list_events(limit=1)
    except BackendError as error:
        return failed_check("stream", error)
    text = "stored events are readable (live stream not tested, because doctor sends no message)"
    return CheckResult("stream", "good", text)
