"""Prevent core dumps of this program, since its memory holds tokens."""

from __future__ import annotations

from contextlib import suppress


def forbid_core_dumps() -> None:
    """Set the soft limit for core dumps of this process and its children to zero."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no module ``resource``
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
