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
        # An error that left this block would leave the terminal as it is. And nothing may be
        # drawn: Textual's writer has stopped, and after thirty frames the app would wait for it.
        driver = app._driver
        setattr(driver, "write", _nothing)  # noqa: B010
        try:
            yield
        except BaseException as error:
            failure = error
        finally:
            delattr(driver, "write")
    app.screen.refresh(layout=True)
    if failure is not None:
        raise failure


def _nothing(data: str) -> None:
    """Draw nothing."""
