"""Import time of each library, alone and in a fresh process."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.bench.figures import Figure, Scale

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
_TIMED = """
import time
began = time.perf_counter()
import {module}
print(time.perf_counter() - began)
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Milliseconds, with all that the library imports itself."""
    for library in _libraries():
        module = _module(library)
        times = [_import_ms(module) for _ in range(scale.pick(scale.runs, 1) + 1)]
        yield Figure(what=f"import {module}", unit="ms", values=times[1:])


def _libraries() -> list[str]:
    """Names as the package index has them, without versions and extras."""
    wanted = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["dependencies"]
    return [re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0] for line in wanted]


def _module(library: str) -> str:
    """The module a library is imported by."""
    installed = packages_distributions()
    found = [module for module, owners in installed.items() if library in map(_plain, owners)]
    return min((module for module in found if not module.startswith("_")), key=len)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _import_ms(module: str) -> float:
    """The first run of each writes the caches and is left out."""
    command = [sys.executable, "-c", _TIMED.format(module=module)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout) * 1000
