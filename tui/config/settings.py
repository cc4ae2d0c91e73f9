"""Settings of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Looks, sounds and keys; each has a default that suits most."""

    theme: str = ""
    """Name of a theme; empty follows the terminal's background."""
    no_browser: bool = False
    """Links are copied, never opened here."""
    notifications: bool = True
    """Whether to say so when a reply or a question arrives while the terminal has no focus."""
    screen_reader: bool = False
    """Plain lines in reading order instead of panes."""
    reduced_motion: bool = False
    """Nothing moves, and what counts does so every ten seconds."""
    mouse: bool = True
    """Whether clicks and the wheel are the app's; else the terminal's, to select text with."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of what they do, several separated by commas; empty: none."""
    keys_from: str = ""
    """The file that ``keys`` were read from."""
