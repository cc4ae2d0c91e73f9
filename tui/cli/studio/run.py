"""Run a Studio command: check, confirm, call, print."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target, open_log
from tui.cli.studio.output import Printer
from tui.cli.studio.users import find_user
from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line, duration
from tui.studio.diff import Change, diff, has_changes
from tui.studio.endpoint import Endpoint, Values
from tui.studio.models import GenieId

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.studio.developer_client import DeveloperClient

_REPLACES = "guardrails set"
_FINDS_USER = "users find"


@dataclass(frozen=True, slots=True)
class Request:
    """Command as it was typed."""

    endpoint: Endpoint
    parts: tuple[str, ...]
    values: Values
    as_json: bool
    yes: bool
    limit: int


def run_request(target: Target, request: Request) -> int:
    """Run a command; return its exit code. Invalid input fails before anything is opened."""
    problems = request.endpoint.validate(request.parts, request.values)
    if problems:
        raise CommandFailure(" ".join(problems), ExitCode.USAGE)
    if request.endpoint.command != _REPLACES:
        _confirm(request)
    try:
        return asyncio.run(_run(target, request))
    except BackendError as error:
        raise _failure_of(error) from error


async def _run(target: Target, request: Request) -> int:
    async with _profile(target) as profile, _client(profile, target) as client:
        client.endpoints.rate_limiter.on_wait = _tell_of_wait
        printer = Printer(request.endpoint, request.as_json)
        if request.endpoint.command == _FINDS_USER:
            return await find_user(client, profile, str(request.values["query"]), printer)
        if request.endpoint.paging:
            await _list(client, request, printer)
            return ExitCode.FINISHED
        if request.endpoint.command == _REPLACES:
            answer = await _replace(client, request)
        else:
            answer = await client.endpoints.request(request.endpoint, request.parts, request.values)
        printer.show(answer)
    return ExitCode.FINISHED


@asynccontextmanager
async def _profile(target: Target) -> AsyncGenerator[Profile]:
    """Yield the profile to use; with the demo, that of a server started for the command."""
    from tui.bootstrap.demo import running_demo
    from tui.bootstrap.studio import read_studio_profile
    from tui.config import ConfigError

    if target.demo:
        target.preferences()
        async with running_demo() as profile:
            yield profile
        return
    try:
        profile = read_studio_profile(target.profile, target.config, target.flags)
    except ConfigError as error:
        raise CommandFailure(str(error), ExitCode.USAGE) from error
    open_log(profile)
    yield profile


def _client(profile: Profile, target: Target) -> AbstractAsyncContextManager[DeveloperClient]:
    from tui.bootstrap.studio import open_studio

    return open_studio(profile, alone=target.demo)


async def _list(client: DeveloperClient, request: Request, printer: Printer) -> None:
    """Print at most ``limit`` rows, and report that there are more."""
    found = client.endpoints.rows(
        request.endpoint, request.parts, request.values, limit=request.limit + 1
    )
    async with aclosing(found) as rows:
        listed = [row async for row in rows]
    printer.show_rows(listed[: request.limit])
    if len(listed) > request.limit:
        click.echo(f"Showing the first {request.limit}. Use --limit to see more.", err=True)


def _tell_of_wait(seconds: float) -> None:
    if seconds >= 1:
        told = f"Waiting {duration(seconds)} for this endpoint's rate limit."
        click.echo(told, err=True)


# -- what cannot be undone ---------------------------------------------------------------------


def _confirm(request: Request) -> None:
    """Ask before an irreversible action; raises ``CommandFailure`` if the answer is no."""
    if not request.endpoint.confirm or request.yes:
        return
    question = request.endpoint.confirm.format(*(clean_line(part, 60) for part in request.parts))
    if not sys.stdin.isatty():
        raise CommandFailure(f"{question} Not a terminal; pass --yes to confirm.", ExitCode.USAGE)
    if not click.confirm(question, err=True):
        raise CommandFailure("Canceled. Nothing was changed.")


async def _replace(client: DeveloperClient, request: Request) -> Any:
    """Show the changes of a full replacement, ask, and send it unless it changes nothing."""
    genie, policy_type = GenieId(request.parts[0]), request.parts[1]
    wanted: Any = request.values["configuration"]
    known = (await client.guardrails.get(genie)).policy(policy_type)
    found = diff(known.configuration if known else None, wanted)
    for change in found:
        click.echo(_coloured(change), err=True)
    if known and not has_changes(found):
        click.echo("No changes: the policy is already set like this.", err=True)
        return known.raw
    _confirm(request)
    return (await client.guardrails.put(genie, policy_type, wanted)).raw


def _coloured(change: Change) -> str:
    colours = {"added": "green", "removed": "red", "changed": "yellow"}
    return click.style(str(change), fg=colours.get(change.kind))


def _failure_of(error: BackendError) -> CommandFailure:
    if error.kind in (ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN):
        return CommandFailure(error.sentence(), ExitCode.NOT_SIGNED_IN)
    refused_here = error.kind is ErrorKind.INVALID and error.status is None
    refused_here = refused_here or error.kind is ErrorKind.SETTINGS
    return CommandFailure(error.sentence(), ExitCode.USAGE if refused_here else ExitCode.FAILED)
