"""Folder of a run: plan, results so far, and the store of its conversations.

``results.jsonl`` has a line for each repeat that was judged, on the disk before the next begins,
so that a killed run can be resumed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ValidationError

from tui.config.paths import DATABASE
from tui.core.text import did_you_mean
from tui.system.private_files import make_folder, replace_text
from tui.testing.results import CaseAttempt

_PLAN, _RESULTS, _REPORT = "plan.json", "results.jsonl", "run.json"


class Plan(BaseModel):
    """What a run does; it can be resumed only with the same suites."""

    id: str
    started: str
    suites: dict[str, str]
    """Digest of each suite, by file."""
    cases: list[str]
    """Keys of the selected cases, in their order."""
    repeat: int | None = None
    seed: int | None = None
    shard: str = "1/1"
    agent: str = ""


class RunProblem(Exception):
    """A run that can't be read or resumed. The text is a sentence for the user."""


@dataclass(slots=True)
class RunFolder:
    """Files of one run."""

    path: Path
    _results: IO[str] | None = field(default=None, repr=False)
    _written: int = 0
    _synced: int = 0
    _syncing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def store(self) -> Path:
        """Path of the store of its conversations."""
        return self.path / DATABASE

    @property
    def report(self) -> Path:
        """Path of its report as JSON."""
        return self.path / _REPORT

    def begin(self, plan: Plan) -> None:
        """Create the folder and write the plan. Raises ``StoreError``."""
        make_folder(self.path)
        replace_text(self.path / _PLAN, plan.model_dump_json(indent=1))

    def plan(self) -> Plan:
        """Return the plan. Raises ``RunProblem``."""
        try:
            return Plan.model_validate_json((self.path / _PLAN).read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            there = [run.name for run in self.path.parent.glob("*") if (run / _PLAN).is_file()]
            hint = did_you_mean(self.path.name, there)
            text = f"There's no run '{self.path.name}' to resume. {hint}".rstrip()
            raise RunProblem(text) from None

    def attempts(self) -> Iterator[tuple[str, CaseAttempt]]:
        """Yield the judged repeats with the keys of their cases; a line cut short is left out."""
        try:
            lines = (self.path / _RESULTS).read_text(encoding="utf-8").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                entry: Mapping[str, Any] = json.loads(line)
                yield str(entry["case"]), CaseAttempt.model_validate(entry["attempt"])
            except (ValueError, KeyError, TypeError):
                continue

    async def add(self, key: str, attempt: CaseAttempt) -> None:
        """Store a judged repeat; it is on the disk on return. Raises ``OSError``.

        Repeats that are judged at the same time wait for one write to the disk.
        """
        if self._results is None:
            descriptor = os.open(
                self.path / _RESULTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
            )
            self._results = os.fdopen(descriptor, "a", encoding="utf-8")
            if self._results.tell() and not self._ends_with_newline():
                self._results.write("\n")
        entry = {"case": key, "attempt": attempt.model_dump(mode="json")}
        self._results.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._results.flush()
        self._written += 1
        number = self._written
        async with self._syncing:
            if self._synced < number:
                written = self._written
                await asyncio.to_thread(os.fsync, self._results.fileno())
                self._synced = written

    def close(self) -> None:
        """Close the file of results."""
        if self._results is not None:
            self._results.close()
            self._results = None

    def _ends_with_newline(self) -> bool:
        return (self.path / _RESULTS).read_bytes()[-1:] == b"\n"
