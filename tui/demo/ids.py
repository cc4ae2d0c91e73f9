"""Identifiers in the forms the API uses; a seed makes them the same in every run."""

from __future__ import annotations

import random
import string
import zlib
from datetime import datetime
from uuid import UUID

_ALPHABET = string.ascii_letters + string.digits


class Ids:
    """A source of identifiers; without a seed they cannot be guessed."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)

    def short(self, prefix: str) -> str:
        """``cnv-`` or ``run-`` and twelve hexadecimal digits."""
        return f"{prefix}-{self._random.getrandbits(48):012x}"

    def call(self) -> str:
        """``call_`` and 22 characters: a call id looks like the model's tool-call id."""
        return "call_" + "".join(self._random.choices(_ALPHABET, k=22))

    def letters(self, count: int) -> str:
        """Letters and digits, as handles have them."""
        return "".join(self._random.choices(_ALPHABET, k=count))

    def secret(self) -> str:
        """64 hexadecimal digits, the form of a genie client's API key."""
        return f"{self._random.getrandbits(256):064x}"

    def request(self) -> str:
        """A version 4 UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def event(self, at: datetime) -> str:
        """A version 7 UUID that sorts like ``at``. Source: RFC 9562 section 5.7, method 3."""
        micros = int(at.timestamp() * 1_000_000)
        millis, rest = divmod(micros, 1000)
        fraction = rest * 4096 // 1000
        ordered = millis << 80 | 0x7 << 76 | fraction << 64
        return str(UUID(int=ordered | 0b10 << 62 | self._random.getrandbits(62)))


def skill_id(name: str) -> str:
    """The id of a skill as events carry it: ``recipe:`` and a number, the same for every call."""
    return f"recipe:{10_000 + zlib.crc32(name.encode()) % 90_000}"
