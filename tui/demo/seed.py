"""Initial content of the demo server: users, genies, credentials, history."""

from __future__ import annotations

from dataclasses import dataclass

from tui.demo.headless.seed import seed_history
from tui.demo.records import AccessToken, DemoGenie, DemoGenieClient, User
from tui.demo.state import DemoState
from tui.demo.suggestions import (
    ASLEEP_CLIENT_ID,
    CLIENT_ID,
    COLLEAGUE_ID,
    EVERYONE,
    FINANCE,
    GUARDED_GENIE,
    IFRIT,
    INVITED_ID,
    NO_CLIENT_GENIE,
    OUTSIDER_ID,
    STOPPED_GENIE,
    USER_ID,
    WEAK_GENIE,
)


@dataclass(frozen=True, slots=True)
class Seed:
    """Credentials for a client."""

    genie: str
    api_key: str
    idp_user_id: str
    access_token: str


def seed_state(state: DemoState) -> Seed:
    """Fill a new state, and return the first user's credentials."""
    for user in (
        User(USER_ID, "Ada", "ada@example.com"),
        User(COLLEAGUE_ID, "Grace", "grace@example.com"),
        User(INVITED_ID, "Alan", "alan@example.com", active=False),
        User(OUTSIDER_ID, "Linus", "linus@example.com"),
    ):
        state.users[user.user_id] = user
    for genie in (
        DemoGenie(IFRIT, "Ifrit"),
        DemoGenie(STOPPED_GENIE, "Asleep", started=False),
        DemoGenie(NO_CLIENT_GENIE, "Lampless", client_attached=False),
        DemoGenie(WEAK_GENIE, "Gullible", variant="weak"),
        DemoGenie(GUARDED_GENIE, "Guarded", variant="guarded"),
    ):
        genie.groups.add(EVERYONE)
        state.genies[genie.handle] = genie
    state.groups[EVERYONE] = frozenset(state.users) - {OUTSIDER_ID}
    state.groups[FINANCE] = frozenset({COLLEAGUE_ID})
    seed_history(state, state.genies[IFRIT], state.users[USER_ID])
    api_key, access_token = state.ids.secret(), state.ids.secret()
    state.api_keys.add(api_key)
    for client in (
        DemoGenieClient(CLIENT_ID, "Terminal", CLIENT_ID, api_key, IFRIT, shared=True),
        DemoGenieClient(
            ASLEEP_CLIENT_ID, "Night desk", "AsleepDemoOauthClient01", "", STOPPED_GENIE
        ),
    ):
        state.clients[client.client_id] = client
    state.access_tokens[access_token] = AccessToken(USER_ID)
    return Seed(IFRIT, api_key, USER_ID, access_token)
