"""Replies of any length, the same in every run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

MARK = "ENDMARK42"
WORDS = ("stream", "agent", "reply", "window", "token", "render", "scroll", "session", "event")


def words(seed: int, count: int) -> str:
    """Some words, the same for the same seed."""
    return " ".join(WORDS[(seed * 7 + n * 3) % len(WORDS)] for n in range(count))


def mixed(n: int) -> str:
    """A section with a bit of everything."""
    text = f"## Section {n}\n\n{words(n, 30)} **{words(n, 2)}** {words(n + 1, 25)} `f_{n}()`.\n\n"
    text += f"- first *{words(n, 3)}*\n- second {words(n, 4)}\n  - nested\n\n1. one\n2. two\n\n"
    if n % 2:
        text += f"```python\ndef f_{n}(x: int) -> int:\n    # {words(n, 3)}\n    return x\n```\n\n"
    if n % 4 == 0:
        rows = "".join(f"| {words(n + k, 1)} | {words(k, 2)} | {k} |\n" for k in range(4))
        text += f"| name | what | n |\n|---|---|---|\n{rows}\n"
    return text + (f"> {words(n, 5)} is quoted here.\n\n" if n % 3 == 0 else "")


Part = Callable[[int], str]
SHAPES: dict[str, tuple[str, Part, str]] = {
    "mixed": ("", mixed, ""),
    "paragraphs": ("", lambda n: words(n, 60) + "\n\n", ""),
    "list": ("", lambda n: f"- item {n} {words(n, 10)}\n", "\n"),
    "table": ("| n | a | b |\n|---|---|---|\n", lambda n: f"| {n} | {words(n, 4)} | x |\n", "\n"),
    "fence": ("```python\n", lambda n: f"x_{n} = call({n}, 'text')  # {words(n, 4)}\n", "```\n\n"),
}
"""Head, part and foot of an answer of one shape."""


def answer(shape: str, size: int) -> str:
    """About ``size`` characters of one shape, ending in the mark."""
    head, part, foot = SHAPES[shape]
    parts = [head]
    total = len(head)
    while total < size:
        parts.append(part(len(parts)))
        total += len(parts[-1])
    return "".join(parts) + f"{foot}The end: {MARK}\n"


async def growing(text: str, rate: float) -> AsyncIterator[str]:
    """The text so far, each time some of its 4-character tokens are due."""
    began, done = time.monotonic(), 0
    while done < len(text):
        due = min(len(text), (int((time.monotonic() - began) * rate) + 1) * 4)
        if due > done:
            yield text[:due]
            done = due
        await asyncio.sleep(0.005)
