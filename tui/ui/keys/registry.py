"""Default keys of the commands that are named away from the widget that binds them.

Data alone: a widget that shows the key of a command must not import the screen that has it. The
bindings take their keys from here, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEFAULT_KEYS: Final[Mapping[str, str]] = {
    "app.back": "escape",
    "app.retry": "ctrl+r",
    "conversation.new": "ctrl+n",
    "conversation.wake": "alt+a",
    "question.answer": "ctrl+g",
    "studio.start": "f10",
    "turn.halt": "ctrl+s",
    "turn.stop_waiting": "ctrl+l",
}
"""By the id of the command."""
