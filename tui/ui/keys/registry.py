"""Default keys of commands whose keys are shown outside the widget that binds them.

Data only: a widget that shows the key of a command must not import its screen. The bindings take
their keys from here, so that both always agree.
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
"""By command id."""
