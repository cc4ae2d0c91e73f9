"""Settings of the network, and the error for an unusable one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.core.errors import BackendError, ErrorKind


@dataclass(frozen=True, slots=True)
class Network:
    """Certificates and proxies named by a profile and the environment."""

    ca_file: str = ""
    """Additional certificates to trust; a path."""
    ca_file_from: str = "ca_file"
    """Name of the key or variable that set ``ca_file``, for errors."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


def unusable(name: str, problem: str, hint: str = "") -> BackendError:
    """Return the error of an unusable setting; ``name`` is its variable or key."""
    return BackendError(
        ErrorKind.SETTINGS, f"{name} {problem}.", hint=hint or f"Correct {name}, or remove it."
    )
