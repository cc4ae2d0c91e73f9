"""Program that on SIGUSR1 fails in the way that ``GENIE_TUI_TEST_CRASH`` names."""

from __future__ import annotations

import ctypes
import gc
import os
import signal

from textual.app import App

from tui.cli import main


def _raise() -> None:
    raise RuntimeError("a fault")


def _crash(*_: object) -> None:
    match os.environ["GENIE_TUI_TEST_CRASH"]:
        case "fault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "exception":
            gc.unfreeze()  # frozen objects are not listed
            app = next(found for found in gc.get_objects() if isinstance(found, App))
            app.call_later(_raise)
        case "main thread":
            raise RuntimeError("a fault")


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _crash)
    main()
