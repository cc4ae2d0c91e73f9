"""What failed at a step of a check-up, in words."""

from __future__ import annotations

from tui.core.account import login_helps
from tui.core.errors import BackendError, StoreError
from tui.core.health_check import Finding, Step


def bad(step: Step, error: BackendError | StoreError) -> Finding:
    """The finding that a failure stands for."""
    if not isinstance(error, BackendError):
        return Finding(step, "bad", str(error))
    advice = "Sign in with 'genie-tui login'." if login_helps(error) else error.hint
    request = f" Request id {error.request_id}." if error.request_id else ""
    return Finding(step, "bad", str(error), f"{advice}{request}".strip())
