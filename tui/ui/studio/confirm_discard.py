"""Confirmation before unsaved changes are discarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tui.ui.toolkit.confirm import ConfirmModal

if TYPE_CHECKING:
    from tui.ui.textual_fixes.screens import SafeModal

THROW_AWAY = "Discard your changes?"


def confirm_discard(screen: SafeModal[Any], *, changed: bool, then: Callable[[], object]) -> None:
    """Call ``then`` now, or after a confirmation if there are unsaved changes."""

    def answered(sure: bool | None) -> None:
        if sure:
            then()

    if changed:
        screen.app.push_screen(
            ConfirmModal(THROW_AWAY, yes="Discard", no="Keep editing", danger=True), answered
        )
    else:
        then()
