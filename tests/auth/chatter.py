"""A process that uses a login for a while, as a second window of the program would.

``python -m tests.auth.chatter FOLDER BASE_URL CLIENT_ID GENIE SECONDS`` prints how many calls
succeeded. With ``die`` in place of the seconds it is killed between the answer to a refresh and
its being stored.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from tests.auth.scenes import file_vault
from tui.api.headless import HeadlessClient
from tui.api.identity import IdentityClient
from tui.auth.bearer import BearerAuth
from tui.auth.stored import Tokens
from tui.auth.tokens import OAuthTokens
from tui.auth.vault import Vault
from tui.chat.kit import SystemClock


async def chat(folder: Path, base_url: str, client_id: str, genie: str, seconds: float) -> int:
    service = IdentityClient(base_url, client_id)
    tokens = OAuthTokens(service, file_vault(folder), SystemClock())
    client = HeadlessClient(base_url, genie, BearerAuth(base_url, tokens))
    conversation, calls = await client.create_conversation(), 0
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        await asyncio.gather(*(client.get_conversation(conversation) for _ in range(3)))
        await client.post_message(conversation, "hello")
        await asyncio.sleep(0.05)
        calls += 4
    await client.aclose()
    await tokens.aclose()
    await service.aclose()
    return calls


class DeadlyVault(Vault):
    """Kills the process when something is to be stored."""

    async def save(self, tokens: Tokens) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def die(folder: Path, base_url: str, client_id: str) -> None:
    tokens = OAuthTokens(
        IdentityClient(base_url, client_id), DeadlyVault(folder, "work-1"), SystemClock()
    )
    await tokens.get_token(refused=await tokens.get_token())


if __name__ == "__main__":
    where, url, client, handle, how_long = sys.argv[1:]
    if how_long == "die":
        asyncio.run(die(Path(where), url, client))
    print(asyncio.run(chat(Path(where), url, client, handle, float(how_long))))
