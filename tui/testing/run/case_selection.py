"""Choice and order of the cases of a run."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.testing.suite.loading import PlannedCase


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of all cases; a new case does not move the others."""

    number: int = 1
    count: int = 1

    def has(self, key: str) -> bool:
        """Return True if a case belongs to this part."""
        digest = hashlib.sha256(key.encode()).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def selected(
    cases: Sequence[PlannedCase],
    *,
    words: Iterable[str] = (),
    tags: Iterable[str] = (),
    only: Iterable[str] | None = None,
    shard: Shard = Shard(),
    seed: int | None = None,
) -> list[PlannedCase]:
    """Return the cases to run, what others need first, in the order of the suites or of a seed.

    A case is selected if all words are in its ID, name or tags, and it has one of the tags; with
    it come the cases that it needs. A word that is the full name of a case selects no other.
    """
    tags, wanted = set(tags), {word.casefold() for word in words}
    keys = set(only) if only is not None else None
    by_key = {case.key: case for case in cases}
    if named := wanted & by_key.keys():
        keys, wanted = (keys or named) & named, wanted - named
    chosen = [
        case
        for case in cases
        if shard.has(case.key)
        and (keys is None or case.key in keys)
        and (not tags or tags & set(case.spec.tags))
        and all(word in _searched(case) for word in wanted)
    ]
    if seed is not None:
        random.Random(seed).shuffle(chosen)
    ordered: dict[str, PlannedCase] = {}
    for case in chosen:
        _add(case, by_key, ordered, set())
    return list(ordered.values())


def _searched(case: PlannedCase) -> str:
    return " ".join([case.key, case.spec.name, *case.spec.tags]).casefold()


def _add(
    case: PlannedCase,
    by_key: Mapping[str, PlannedCase],
    ordered: dict[str, PlannedCase],
    above: set[str],
) -> None:
    """Add a case behind those that it needs; a circle of needs is cut."""
    if case.key in ordered or case.key in above:
        return
    for need in case.spec.needs:
        needed = by_key.get(f"{case.suite}/{need}")
        if needed is not None:
            _add(needed, by_key, ordered, above | {case.key})
    ordered[case.key] = case
