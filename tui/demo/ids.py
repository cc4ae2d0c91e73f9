"""Identifiers in the API's formats; a seed makes them reproducible."""

from __future__ import annotations

import random
import string
import zlib
from datetime import datetime
from uuid import UUID

_ALPHABET = string.ascii_letters + string.digits


class Ids:
    """Source of identifiers; without a seed they cannot be guessed."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)

    def short(self, prefix: str) -> str:
        """Return ``cnv-`` or ``run-`` and twelve hexadecimal digits."""
        return f"{prefix}-{self._random.getrandbits(48):012x}"

    def call(self) -> str:
        """Return ``call_`` and 22 characters: call ids look like the model's tool-call ids."""
        return "call_" + "".join(self._random.choices(_ALPHABET, k=22))

    def letters(self, count: int) -> str:
        """Return letters and digits, as in handles."""
        return "".join(self._random.choices(_ALPHABET, k=count))

    def secret(self) -> str:
        """Return 64 hexadecimal digits, the format of a genie client's API key."""
        return f"{self._random.getrandbits(256):064x}"

    def request(self) -> str:
        """Return a version 4 UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def event(self, at: datetime) -> str:
        """Return a version 7 UUID that sorts by ``at``. Source: RFC 9562 section 5.7, method 3."""
        micros = int(at.timestamp() * 1_000_000)
        millis, rest = divmod(micros, 1000)
        fraction = rest * 4096 // 1000
        ordered = millis << 80 | 0x7 << 76 | fraction << 64
        return str(UUID(int=ordered | 0b10 << 62 | self._random.getrandbits(62)))


def skill_id(name: str) -> str:
    """Return the id of a skill in events: ``recipe:`` and a number, the same for every call."""
    return f"recipe:{10_000 + zlib.crc32(name.encode()) % 90_000}"
