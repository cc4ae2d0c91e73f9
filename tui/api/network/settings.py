"""Settings of the network, and the error for one that cannot be used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.core.errors import BackendError, ErrorKind


@dataclass(frozen=True, slots=True)
class Network:
    """The certificates and proxies that a profile and the environment ask for."""

    ca_file: str = ""
    """Certificates to trust besides the usual ones; a path."""
    ca_file_from: str = "ca_file"
    """Name of the key or variable that set ``ca_file``, for errors."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


def unusable(name: str, problem: str, hint: str = "") -> BackendError:
    """The error of a setting that cannot be used; ``name`` is its variable or key."""
    return BackendError(
        ErrorKind.SETTINGS, f"{name} {problem}.", hint=hint or f"Correct {name}, or remove it."
    )
