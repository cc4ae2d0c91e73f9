"""Targets of profiles."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tui.bootstrap.agent_names import agent_names, known_name, user_names
from tui.bootstrap.backends import open_backend, workflows_client
from tui.bootstrap.clients import key_vault, open_account
from tui.bootstrap.studio import open_studio, studio_of
from tui.bootstrap.target import AgentTarget, Connect, open_session
from tui.core.agents import GenieSource
from tui.core.errors import BackendError
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.bootstrap.agent_lookup import KnownAgents
    from tui.config import Profile
    from tui.engine.session import Session
    from tui.engine.updates import Publish


def read_profile(
    name: str | None,
    config: Path | None,
    *,
    key_needed: bool = True,
    flags: Mapping[str, object] | None = None,
) -> Profile:
    """Return a profile with all that a conversation needs, API key included, wherever it is stored.

    ``key_needed`` False accepts a missing key; ``flags`` override everything else. Raises
    ``tui.config.ConfigError``.
    """
    from tui.config import load

    profile = load(profile=name, config_path=config, flags=flags, complete=False)
    only_key = profile.missing() == ["api_key"]
    if not only_key or (key_needed and not key_vault(profile.label).holds_key()):
        load(profile=name, config_path=config, flags=flags)
    return profile


def profile_target(name: str | None, config: Path | None) -> AgentTarget:
    """Return the target of a profile. Raises ``tui.config.ConfigError``."""
    return agent_target(read_profile(name, config))


def agent_target(profile: Profile) -> AgentTarget:
    """Return the target of a complete profile."""
    from tui.config import data_dir
    from tui.system.draft_file import DraftFile

    oauth = profile.credential == "oauth"
    is_genie = profile.backend == "genie"
    return AgentTarget(
        agent_name=known_name(profile) or profile.genie or "genie",
        user_name=_user_name(profile),
        label=profile.label,
        connect=partial(_connect, profile),
        account=partial(open_account, profile) if oauth else None,
        studio=studio_of(profile),
        genie=profile.genie or "" if is_genie else "",
        backend=profile.backend,
        use_genie=partial(use_genie, profile, None) if is_genie else None,
        list_agents=partial(list_agents, profile),
        early_draft_store=DraftFile(data_dir() / "unsent" / quote(profile.label, safe="")),
    )


def _user_name(profile: Profile) -> str:
    """Return the name of the user if the profile tells, else the ID; empty if the sign-in tells."""
    if profile.credential != "api_key" or not profile.idp_user_id:
        return ""
    return user_names(profile).of(profile.idp_user_id) or profile.idp_user_id


def use_genie(profile: Profile, config: Path | None, genie: str) -> tuple[Connect, GenieSource]:
    """Return the way to another genie's session; saves the genie if the file has the profile.

    Raises ``tui.config.ConfigError``.
    """
    from tui.config import config_file, profile_names, save_profile, variable

    path = config or config_file()
    is_kept = profile.label in profile_names(path)
    if is_kept:
        save_profile(path, profile.label, {"genie": genie, "name": None})
    if profile.name:  # that of the genie until now
        agent_names(profile).learn(profile.genie or "", profile.name)
    connect = partial(_connect, replace(profile, genie=genie, name=""))
    overruled = (os.environ.get(variable("genie")) or genie) != genie
    return connect, GenieSource(
        str(path) if is_kept else "", variable("genie") if overruled else ""
    )


async def list_agents(profile: Profile, wanted: str) -> KnownAgents:
    """Return the agents of a profile's host: from the service, unless ``wanted`` is known here."""
    from tui.bootstrap.agent_lookup import KnownAgents

    stored = await asyncio.to_thread(agent_names(profile).all)
    if wanted in stored:
        return KnownAgents(stored)
    try:
        found = await _listed_agents(profile)
    except BackendError:
        found = None  # what needs the service reports why it does not answer
    return KnownAgents(stored) if found is None else KnownAgents(found, are_all=True)


async def _listed_agents(profile: Profile) -> dict[str, str] | None:
    """Return the names of all agents of the service; None if it does not list them."""
    if profile.backend == "workflows":
        client = workflows_client(profile)
        try:
            return {a.id: clean_line(a.name) for a in await client.list_agents() if a.id}
        finally:
            await client.aclose()
    if not profile.developer_token:
        return None
    async with open_studio(profile) as studio:
        return {genie.id: clean_line(genie.name) async for genie in studio.genies.list()}


@asynccontextmanager
async def _connect(
    profile: Profile, publish: Publish, *, one_shot: bool = False, store: Path | None = None
) -> AsyncGenerator[Session]:
    from tui.config import database_file

    async with open_backend(profile) as (backend, account):
        path = store or database_file()
        async with open_session(backend, path, account, publish, one_shot=one_shot) as session:
            yield session
