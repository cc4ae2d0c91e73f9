from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.auth.login_fakes import ADA, ScriptedGrant, ScriptedIdentity, file_vault, grant
from tests.fakes import ManualClock
from tui.auth.tokens import OAuthTokens
from tui.core.errors import BackendError, ErrorKind, StoreError

INVALID_GRANT = BackendError(ErrorKind.UNAUTHORIZED, "Refused.", code="invalid_grant", status=400)
LOST = BackendError(ErrorKind.TIMED_OUT, "No answer.", sent=True)
OFFLINE = BackendError(ErrorKind.UNREACHABLE, "No network.", hint="Check it.")


class QuickClock(ManualClock):
    """Clock whose sleeps return immediately and move it forward."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


class Scene:
    """User signed in with the first of the scripted grants."""

    def __init__(self, folder: Path, *answers: ScriptedGrant | BackendError) -> None:
        self.folder = folder
        self.clock = QuickClock()
        self.service = ScriptedIdentity(list(answers))
        self.vault = file_vault(folder)
        self.tokens = OAuthTokens(self.service, self.vault, self.clock)

    async def sign_in(self, first: ScriptedGrant | None = None) -> None:
        await self.tokens.keep(first or grant(1), self.clock.now_ms() / 1000, ADA)

    async def get(self, refused: str | None = None) -> str:
        token = await self.tokens.get_token(SecretStr(refused) if refused else None)
        return token.get_secret_value()

    async def failure(self, refused: str | None = None) -> BackendError:
        with pytest.raises(BackendError) as caught:
            await self.get(refused)
        assert not caught.value.sent, "whoever wanted the token has sent nothing"
        return caught.value

    async def stored(self) -> tuple[str, str] | None:
        kept = await file_vault(self.folder).load()
        if kept is None or kept.refresh_token is None:
            return None
        return kept.access_token.get_secret_value(), kept.refresh_token.get_secret_value()

    def sibling(self) -> OAuthTokens:
        """The same login in another process."""
        return OAuthTokens(self.service, file_vault(self.folder), self.clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logins"


async def test_a_token_is_used_until_it_nearly_expires(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600 - 61)
    assert (await scene.get(), scene.service.spent) == ("access-1", [])
    scene.clock.advance(2)
    assert (await scene.get(), scene.service.spent) == ("access-2", ["refresh-1"])
    assert await scene.stored() == ("access-2", "refresh-2")


async def test_a_token_that_expires_soon_is_not_refreshed_too_early(folder: Path):
    scene = Scene(folder, grant(2, lifetime_s=2))
    await scene.sign_in(grant(1, lifetime_s=2))
    scene.clock.advance(1.4)
    assert await scene.get() == "access-1"
    scene.clock.advance(0.2)
    assert await scene.get() == "access-2"


async def test_a_token_without_expires_in_is_used_until_it_is_rejected(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in(grant(1, lifetime_s=None))
    scene.clock.advance(10 * 86_400)
    assert await scene.get() == "access-1"
    assert await scene.get(refused="access-1") == "access-2"


async def test_a_rejected_token_is_refreshed_once_and_then_reported(folder: Path):
    scene = Scene(folder, grant(2), grant(3))
    await scene.sign_in()
    assert await scene.get(refused="access-1") == "access-2"
    assert await scene.get(refused="access-2") == "access-2"
    assert scene.service.spent == ["refresh-1"]
    scene.clock.advance(31)
    assert await scene.get(refused="access-2") == "access-3"


async def test_the_rejection_of_an_older_token_does_not_refresh(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    await scene.get(refused="access-1")
    assert await scene.get(refused="access-1") == "access-2"
    assert scene.service.spent == ["refresh-1"]


async def test_concurrent_requests_share_one_refresh(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    assert await asyncio.gather(*(scene.get() for _ in range(20))) == ["access-2"] * 20
    assert scene.service.spent == ["refresh-1"]


async def test_processes_of_one_profile_share_one_refresh(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    siblings = [scene.sibling() for _ in range(5)]
    for sibling in siblings:
        await sibling.get_token()
    scene.clock.advance(3600)
    got = await asyncio.gather(*(sibling.get_token() for sibling in siblings))
    assert {token.get_secret_value() for token in got} == {"access-2"}
    assert scene.service.spent == ["refresh-1"]


async def test_a_refreshed_token_is_stored_before_it_is_used(folder: Path, monkeypatch):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    save, order = scene.vault.save, []

    async def watched(tokens) -> None:
        await save(tokens)
        order.append("stored")

    monkeypatch.setattr(scene.vault, "save", watched)
    scene.clock.advance(3600)
    order.append(await scene.get())
    assert order == ["stored", "access-2"]


async def test_a_refreshed_token_that_cannot_be_stored_is_neither_used_nor_lost(
    folder: Path, monkeypatch
):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    save = scene.vault.save

    async def full(tokens) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(scene.vault, "save", full)
    scene.clock.advance(3600)
    for _ in range(2):
        error = await scene.failure()
        assert (error.kind, str(error)) == (ErrorKind.UNREACHABLE, "The disk is full.")
    monkeypatch.setattr(scene.vault, "save", save)
    assert await scene.get() == "access-2"
    assert scene.service.spent == ["refresh-1"]
    assert await scene.stored() == ("access-2", "refresh-2")


async def test_a_canceled_request_does_not_stop_the_refresh(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    scene.service.gate = asyncio.Event()
    asking = asyncio.create_task(scene.get())
    await scene.service.asked.wait()
    asking.cancel()
    closing = asyncio.create_task(scene.tokens.aclose())
    scene.service.gate.set()
    await closing
    assert asking.cancelled()
    assert await scene.stored() == ("access-2", "refresh-2")


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_token(folder: Path):
    scene = Scene(folder, ScriptedGrant(SecretStr("access-2")))
    await scene.sign_in()
    scene.clock.advance(3600)
    await scene.get()
    assert await scene.stored() == ("access-2", "refresh-1")


async def test_a_rejected_refresh_signs_out_and_reports_why(folder: Path):
    scene = Scene(folder, INVALID_GRANT)
    await scene.sign_in()
    scene.clock.advance(3600)
    for _ in range(3):
        error = await scene.failure()
        assert (error.kind, str(error), error.hint) == (
            ErrorKind.UNAUTHORIZED,
            "Your sign-in has ended.",
            "Sign in again.",
        )
    assert await scene.stored() is None
    assert scene.service.spent == ["refresh-1"], "never a loop"


async def test_a_rejected_refresh_uses_tokens_stored_by_another_process_meanwhile(folder: Path):
    scene = Scene(folder, INVALID_GRANT)
    await scene.sign_in()
    kept = await scene.vault.load()
    assert kept is not None
    scene.clock.advance(3600)
    loads = 0
    load = scene.vault.load

    async def second_look():
        nonlocal loads
        loads += 1
        if loads == 3:
            await scene.vault.save(kept.renewed(grant(7), scene.clock.now_ms() / 1000))
        return await load()

    scene.vault.load = second_look
    assert await scene.get() == "access-7"
    assert await scene.stored() == ("access-7", "refresh-7")


@pytest.mark.parametrize(
    "error",
    [
        OFFLINE,
        BackendError(ErrorKind.SERVER, "It failed.", status=503, sent=True),
        BackendError(ErrorKind.BAD_ANSWER, "Not JSON.", status=200, sent=True),
    ],
)
async def test_a_temporary_refresh_error_keeps_the_tokens(folder: Path, error: BackendError):
    scene = Scene(folder, error, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    failure = await scene.failure()
    assert failure.kind is ErrorKind.UNREACHABLE
    assert str(failure).endswith("so your sign-in wasn't renewed.")
    assert await scene.get() == "access-2"


async def test_a_retry_after_of_a_refresh_is_kept(folder: Path):
    busy = BackendError(ErrorKind.RATE_LIMITED, "Too many.", retry_after_s=7)
    scene = Scene(folder, busy)
    await scene.sign_in()
    scene.clock.advance(3600)
    failure = await scene.failure()
    assert (failure.kind, failure.retry_after_s) == (ErrorKind.RATE_LIMITED, 7)


async def test_while_the_old_token_is_valid_a_failed_refresh_can_wait(folder: Path):
    scene = Scene(folder, OFFLINE, OFFLINE, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600 - 55)
    for _ in range(5):
        assert await scene.get() == "access-1"
    assert scene.service.spent == ["refresh-1"], "and is not tried again at once"
    scene.clock.advance(30)
    assert await scene.get() == "access-1"
    scene.clock.advance(20)
    assert await scene.get() == "access-2"


async def test_a_refresh_with_a_lost_response_is_retried_once_immediately(folder: Path):
    scene = Scene(folder, LOST, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    assert await scene.get() == "access-2"
    assert scene.service.spent == ["refresh-1"] * 2


async def test_a_lost_refresh_response_with_a_used_token_is_explained(folder: Path):
    scene = Scene(folder, LOST, INVALID_GRANT)
    await scene.sign_in()
    scene.clock.advance(3600)
    error = await scene.failure()
    assert "renewal was interrupted" in str(error)
    assert error.hint == "Sign in again."
    await scene.failure()
    assert scene.service.spent == ["refresh-1"] * 2


async def test_two_lost_refresh_responses_are_a_network_error(folder: Path):
    scene = Scene(folder, LOST, LOST, INVALID_GRANT)
    await scene.sign_in()
    scene.clock.advance(3600)
    assert (await scene.failure()).kind is ErrorKind.UNREACHABLE
    error = await scene.failure()
    assert (error.kind, "interrupted" in str(error)) == (ErrorKind.UNAUTHORIZED, True)


async def test_signing_out_ends_the_login_of_other_processes_too(folder: Path):
    scene = Scene(folder)
    await scene.sign_in()
    sibling = scene.sibling()
    await sibling.get_token()
    await scene.tokens.forget()
    assert (await scene.failure()).kind is ErrorKind.UNAUTHORIZED
    scene.clock.advance(3600)
    with pytest.raises(BackendError, match="You're not signed in"):
        await sibling.get_token()
    assert scene.service.spent == []


async def test_a_refresh_in_flight_cannot_undo_signing_out(folder: Path):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    scene.service.gate = asyncio.Event()
    asking = asyncio.create_task(scene.get())
    await scene.service.asked.wait()
    leaving = asyncio.create_task(scene.sibling().forget())
    scene.service.gate.set()
    await asyncio.gather(asking, leaving)
    assert await scene.stored() is None


async def test_a_new_login_of_another_process_is_used(folder: Path):
    scene = Scene(folder, INVALID_GRANT)
    await scene.sign_in()
    scene.clock.advance(3600)
    await scene.failure()
    await scene.sibling().keep(grant(5), scene.clock.now_ms() / 1000, ADA)
    assert await scene.get() == "access-5"


async def test_a_login_without_a_refresh_token_expires(folder: Path):
    scene = Scene(folder)
    await scene.sign_in(ScriptedGrant(SecretStr("access-1")))
    scene.clock.advance(3600)
    assert str(await scene.failure()) == "Your sign-in has expired."


@pytest.mark.parametrize(("jump_s", "refreshes"), [(-100_000, 1), (-50, 0), (100_000, 1)])
async def test_a_clock_jump_causes_at_most_one_refresh(
    folder: Path, monkeypatch, jump_s: int, refreshes: int
):
    scene = Scene(folder, grant(2), grant(3))
    await scene.sign_in()
    now_ms = scene.clock.now_ms
    monkeypatch.setattr(scene.clock, "now_ms", lambda: now_ms() + jump_s * 1000)
    sibling = scene.sibling()
    for _ in range(3):
        await scene.get()
        await sibling.get_token()
    assert len(scene.service.spent) in (0, refreshes)
    scene.clock.advance(3600)
    assert await scene.get() == f"access-{len(scene.service.spent) + 1}"
    assert len(scene.service.spent) in (1, refreshes + 1)


async def test_setting_the_clock_back_does_not_extend_the_token_expiry(folder: Path, monkeypatch):
    scene = Scene(folder, grant(2))
    await scene.sign_in()
    scene.clock.advance(3600)
    now_ms = scene.clock.now_ms
    monkeypatch.setattr(scene.clock, "now_ms", lambda: now_ms() - 3_550_000)
    assert await scene.get() == "access-2"


async def test_an_unreadable_token_store_is_reported_with_advice(folder: Path):
    scene = Scene(folder)
    await scene.sign_in()
    (folder / "work-1.json").chmod(0o644)
    with pytest.raises(BackendError, match="Other users can access") as caught:
        await scene.sibling().get_token()
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


async def test_the_signed_in_user_is_known_without_a_request(folder: Path):
    scene = Scene(folder)
    with pytest.raises(BackendError, match="You're not signed in"):
        await scene.tokens.identity()
    await scene.sign_in()
    assert await scene.sibling().identity() == ADA


async def test_no_token_is_in_any_repr(folder: Path):
    scene = Scene(folder, INVALID_GRANT)
    await scene.sign_in()
    scene.clock.advance(3600)
    error = await scene.failure()
    shown = repr(vars(scene.tokens) | {"_service": None}) + repr(vars(error)) + error.sentence()
    assert "access-1" not in shown
    assert "refresh-1" not in shown
