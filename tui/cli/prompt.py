"""Prompts and lines of standard input that do not block the event loop."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from tui.core.events import Decision
from tui.core.json_values import write_json
from tui.core.masking import masked_event
from tui.core.questions import changes
from tui.core.steps import ApprovalStep
from tui.core.text import clean, clean_line

_LARGEST_READ = 65_536


@contextmanager
def incoming_lines(source: TextIO, take: Callable[[str], None]) -> Iterator[None]:
    """Call ``take`` with each line of input while the block runs; skips sources without polling.

    No thread: one that is still reading would delay the end of the program.
    """
    loop = asyncio.get_running_loop()
    pending = bytearray()

    def read() -> None:
        data = os.read(source.fileno(), _LARGEST_READ)
        pending.extend(data)
        *lines, rest = bytes(pending).split(b"\n")
        pending[:] = rest if data else b""
        if not data:
            loop.remove_reader(source.fileno())
            lines.append(rest)
        for line in lines:
            take(line.decode("utf-8", "replace"))

    try:
        loop.add_reader(source.fileno(), read)
    except (OSError, ValueError):  # a file, /dev/null, or closed
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(source.fileno())


_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


async def ask_person(step: ApprovalStep) -> Decision:
    """Ask the person at the terminal for a decision on a skill call."""
    click.echo(f"\n{clean_line(step.request.skill)} wants to run with:", err=True)
    for change in changes(step.asked_first, step.request) if step.asked_first else ():
        click.echo(f"Changed: {change}", err=True)
    values = write_json(masked_event(step.request).parameters, ensure_ascii=False, indent=2)
    click.echo(clean(values), err=True)
    return "approved" if await _confirm("Approve?") else "rejected"


async def _confirm(question: str) -> bool:
    """Ask yes or no; Enter alone is no. Raises ``click.Abort`` at the end of the input."""
    while True:
        click.echo(f"{question} [y/N]: ", nl=False, err=True)
        line = await _next_line()
        if not line:
            raise click.Abort
        if (said := _ANSWERS.get(line.strip().lower())) is not None:
            return said


async def _next_line() -> str:
    """Return the next line of input; empty at its end.

    A reading thread would keep the program from ending while it waits. A terminal becomes readable
    only when a whole line is there.
    """
    loop = asyncio.get_running_loop()
    typed = asyncio.Event()
    loop.add_reader(sys.stdin, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()
