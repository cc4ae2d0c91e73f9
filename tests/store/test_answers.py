"""Claims on answers: one holder at a time, and a result that every process sees."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.store.test_processes import HERE, start
from tui.core.ids import TurnId
from tui.core.records import AnswerClaim, Prompt
from tui.store import SqliteStore

TURN = TurnId("t")


async def opened(path: Path) -> SqliteStore:
    store = await SqliteStore.open(path, "account")
    await store.save_turn(TURN, HERE, Prompt(text="hi", at_ms=1))
    return store


async def test_only_one_process_claims_an_answer(path: Path) -> None:
    stores = [await opened(path) for _ in range(4)]
    claims = await asyncio.gather(
        *(store.claim_answer(TURN, "call", "me", "approved") for store in stores)
    )
    assert sorted(claim is not None for claim in claims) == [False, False, False, True]
    for store in stores:
        await store.aclose()


async def test_a_given_answer_is_never_claimed_again(path: Path) -> None:
    one, other = await opened(path), await opened(path)
    assert await one.claim_answer(TURN, "call", "me", "approved") == AnswerClaim("approved")
    await one.end_answer(TURN, "call", "me", given=True)
    assert await one.claim_answer(TURN, "call", "me", "approved") is None
    assert await other.claim_answer(TURN, "call", "you", "rejected") is None
    await one.aclose()
    assert await other.claim_answer(TURN, "call", "you", "rejected") is None
    assert await other.claim_answer(TURN, "another call", "you", "rejected")
    await other.aclose()


async def test_an_answer_that_did_not_arrive_can_be_claimed_again(path: Path) -> None:
    one, other = await opened(path), await opened(path)
    await one.claim_answer(TURN, "call", "me", "approved")
    await other.forget_answer(TURN, "call", "you")  # it is not theirs
    assert await other.claim_answer(TURN, "call", "you", "rejected") is None
    await one.forget_answer(TURN, "call", "me")
    assert await other.claim_answer(TURN, "call", "you", "rejected") == AnswerClaim("rejected")
    await one.aclose()
    await other.aclose()


async def test_taking_over_an_unconfirmed_answer_returns_it(path: Path) -> None:
    one, other = await opened(path), await opened(path)
    await one.claim_answer(TURN, "call", "me", "approved")
    await one.end_answer(TURN, "call", "me", given=False)
    unclear = AnswerClaim("approved", unclear=True)
    assert await other.claim_answer(TURN, "call", "you", "rejected") == unclear
    assert await other.claim_answer(TURN, "call", "you", "rejected") == unclear  # now replaced
    await other.aclose()
    assert await one.claim_answer(TURN, "call", "me", "approved") == AnswerClaim(
        "rejected", unclear=True
    )
    await one.aclose()


async def test_the_claim_of_a_killed_process_is_taken_over_as_unconfirmed(path: Path) -> None:
    code = """
async def hold():
    store = await SqliteStore.open(path, "account")
    await store.save_turn(TurnId(name), HERE, Prompt(text="hi", at_ms=1))
    assert await store.claim_answer(TurnId(name), "call", "me", "rejected")
    os.write(1, b".")
    await asyncio.sleep(60)

asyncio.run(hold())
"""
    process = start(path, TURN, code)
    assert process.stdout is not None
    os.read(process.stdout.fileno(), 1)
    store = await SqliteStore.open(path, "account")
    assert await store.claim_answer(TURN, "call", "other", "approved") is None
    process.kill()
    process.communicate(timeout=60)
    claim = await store.claim_answer(TURN, "call", "other", "approved")
    assert claim == AnswerClaim("rejected", unclear=True)
    await store.aclose()


async def test_answers_are_deleted_with_their_conversation(path: Path) -> None:
    store = await opened(path)
    await store.claim_answer(TURN, "call", "me", "approved")
    await store.delete_conversation(HERE)
    assert await store.problems() == []
    assert await store.claim_answer(TURN, "call", "me", "approved") is None
    await store.aclose()
