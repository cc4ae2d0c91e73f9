"""Answers to the agent's questions: posted once, over all windows that share the store.

An answer is claimed in the store before it is posted. The claim of a process that died is taken
over, and after every failure that leaves open whether an answer arrived, the service is asked
whether it still waits before another one is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

from tui.chat.calls import SETTLED, TRIES, retry_once_on_401
from tui.chat.kit import Kit
from tui.chat.lanes import Lanes
from tui.chat.questions import Question
from tui.chat.updates import Notice
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.events import Decision
from tui.core.records import AnswerClaim
from tui.core.retry import wait_text
from tui.core.turn import turn_of

Later = Callable[[Coroutine[Any, Any, None]], None]
"""Runs something in the background."""

_TOLD_WAIT_S = 2.0
_FOLLOWED_S = 120.0
"""How long the answer of another window is waited for."""


class Answers:
    """The answers that one session gives."""

    def __init__(self, kit: Kit, lanes: Lanes, later: Later) -> None:
        self._kit = kit
        self._lanes = lanes
        self._later = later
        self._holder = uuid4().hex
        """Who claims answers, among all sessions of all processes."""
        self._given: set[str] = set()
        """Questions that have an answer from here, or are about to."""

    async def give(self, question: Question, answer: Decision) -> None:
        """Post an answer, once, and record it. Raises ``BackendError`` if it could not be said.

        The error is of kind ``BUSY`` if the question was answered elsewhere.
        """
        if question.name in self._given:
            return
        self._given.add(question.name)
        try:
            await self._give(question, answer)
        except BaseException:
            self._given.discard(question.name)
            raise

    async def _give(self, question: Question, answer: Decision) -> None:
        store, key = self._kit.store, (question.turn.id, question.name, self._holder)
        claim = await store.claim_answer(*key, answer)
        if claim is None:
            self._later(self._follow(question))
            raise _elsewhere()
        given = await _Posting(self._kit, question, self._holder, answer, claim).result()
        await self._lanes.record(question.turn, question.event(given))
        await store.end_answer(*key, given=True)
        if given != answer:
            raise _elsewhere()

    async def _follow(self, question: Question) -> None:
        """Show what another window has answered as soon as it is stored."""
        clock = self._kit.clock
        until_s = clock.monotonic_s() + _FOLLOWED_S
        while clock.monotonic_s() < until_s:
            record = await self._kit.store.turn(question.turn.id)
            if record is None:
                return
            if question.is_answered_in(turn_of(record)):
                await self._lanes.take_in(record)
                return
            await clock.sleep(self._kit.patience.elsewhere_poll_s)


class _Posting:
    """The way of one claimed answer to the service."""

    def __init__(
        self, kit: Kit, question: Question, holder: str, answer: Decision, claim: AnswerClaim
    ) -> None:
        self._kit = kit
        self._question = question
        self._key = (question.turn.id, question.name, holder)
        self._answer: Decision = answer
        self._maybe: Decision | None = claim.answer if claim.unclear else None
        """The answer that may have arrived."""
        self._posting = False

    async def result(self) -> Decision:
        """Post the answer; return the one that the service has. Lets go of it if that fails."""
        try:
            return await self._post_until_clear()
        except BaseException:
            store = self._kit.store
            with suppress(StoreError):  # the claim ends with this process at the latest
                if self._maybe is not None or self._posting:
                    await store.end_answer(*self._key, given=False)
                else:
                    await store.forget_answer(*self._key)
            raise

    async def _post_until_clear(self) -> Decision:
        attempt, look = 0, self._maybe is not None
        while True:
            try:
                if look and not await self._is_open():
                    return self._earlier(None)
                await self._post()
                return self._answer
            except BackendError as error:
                if error.kind in SETTLED and not error.asks_to_wait:
                    return self._earlier(error)
                attempt += 1
                too_long = (error.retry_after_s or 0) > self._kit.patience.longest_call_wait_s
                if not error.transient or attempt == TRIES or too_long:
                    raise
                wait_s = self._kit.wait_s(attempt, error)
                self._tell(error, wait_s)
                look = self._maybe is not None or error.asks_to_wait
            await self._kit.clock.sleep(wait_s)

    async def _is_open(self) -> bool:
        """Look whether an answer is still waited for; twice, since one may be on its way."""
        if not await self._question.is_open():
            return False
        if self._maybe is None:
            return True
        await self._kit.clock.sleep(self._kit.patience.second_look_s)
        return await self._question.is_open()

    async def _post(self) -> None:
        if self._maybe is not None:
            await self._kit.store.claim_answer(*self._key, self._answer)
        self._posting = True
        try:
            await retry_once_on_401(partial(self._question.post, self._answer))
        except BackendError as error:
            self._posting = False
            if error.sent:
                self._maybe = self._answer
            raise

    def _earlier(self, error: BackendError | None) -> Decision:
        """Return the answer that arrived earlier; raises if that was none of this store's."""
        if self._maybe is None:
            raise _no_longer(error) from error
        return self._maybe

    def _tell(self, error: BackendError, wait_s: float) -> None:
        if wait_s >= _TOLD_WAIT_S:
            text = f"{error} Your answer is posted again in {wait_text(wait_s)}."
            self._kit.publish(Notice(text))


def _elsewhere() -> BackendError:
    return BackendError(ErrorKind.BUSY, "Decided in another window.")


def _no_longer(error: BackendError | None) -> BackendError:
    return BackendError(
        ErrorKind.BUSY,
        "This call no longer waits for a decision.",
        hint="It was decided elsewhere, or the turn has ended.",
        status=error.status if error else None,
        code=error.code if error else None,
        request_id=error.request_id if error else None,
    )
