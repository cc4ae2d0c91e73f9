"""Agent of a run: what the suites name, unless the command names another one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tui.bootstrap import AgentTarget
from tui.bootstrap.agent_lookup import UnknownAgent
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target
from tui.testing.suite.loading import Suite


def target_of_suites(target: Target, suites: Sequence[Suite]) -> Target:
    """Return the target with what the suites say about the agent and the command does not.

    Raises ``CommandFailure`` if two suites want different ones.
    """
    first, *others = suites
    wanted = _filled_in(target, first)
    for other in others:
        if _filled_in(target, other) != wanted:
            text = (
                f"{first.file} and {other.file} name different agents. Run them one at a time, "
                "or name the agent with --profile and --genie."
            )
            raise CommandFailure(text, ExitCode.USAGE)
    return wanted


def _filled_in(target: Target, suite: Suite) -> Target:
    agent = suite.spec.wanted_agent
    named = {"backend": agent.backend, "genie": agent.genie}
    flags = {key: value for key, value in named.items() if value is not None}
    profile = target.profile if target.demo else target.profile or agent.profile
    return replace(target, profile=profile, flags={**flags, **target.flags})


def place_of(target: Target) -> tuple[AgentTarget, Target]:
    """Return the agent, and its target with the handle in place of a name.

    Raises ``CommandFailure`` if the service has no such agent.
    """
    place = target.place()
    wanted = target.flags.get("genie")
    if not isinstance(wanted, str) or place.list_agents is None:
        return place, target
    known = asyncio.run(place.list_agents(wanted))
    try:
        handle = known.find(wanted)
    except UnknownAgent as unknown:
        raise CommandFailure(
            f"{unknown} --genie overrides what a suite names.", ExitCode.USAGE
        ) from None
    if handle == wanted:
        return place, target
    found = replace(target, flags={**target.flags, "genie": handle})
    return replace(found.place(), agent_name=known.names.get(handle) or wanted), found
