"""Imports of libraries without the parts that no command needs."""

from __future__ import annotations

import os
import sys


def import_less() -> None:
    """Have httpx leave out its command line, and pydantic its search for plugins.

    httpx's command line loads Rich and Pygments, and pydantic looks at every installed package,
    which a short command such as ``ask`` would wait for. Call it before either is imported.
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
