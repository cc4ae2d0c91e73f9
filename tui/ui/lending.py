"""The terminal in the hands of another program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App


@contextmanager
def terminal_lent(app: App[Any]) -> Iterator[None]:
    """Give the terminal away for a while; the app goes on, and is drawn anew afterwards.

    Raises ``SuspendNotSupported`` where there is none, and what happens inside.
    """
    failure: BaseException | None = None
    with app.suspend():
        # An error that left this block would leave the terminal as it is.
        try:
            yield
        except BaseException as error:
            failure = error
    app.screen.refresh(layout=True)
    if failure is not None:
        raise failure
