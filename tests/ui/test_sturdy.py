"""Every screen and list of ours is one that bears what comes too late."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from textual.screen import Screen
from textual.widgets import OptionList

import tui.ui
from tui.ui.sturdy import SturdyList, SturdyScreen


def _ours(base: type) -> Iterator[type]:
    for module in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        importlib.import_module(module.name)
    waiting = list(base.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("tui."):
            yield found


def test_screens_close_once_and_only_themselves() -> None:
    screens = set(_ours(Screen))
    assert len(screens) > 5
    assert {screen for screen in screens if not issubclass(screen, SturdyScreen)} == set()


def test_lists_bear_clicks_on_what_is_gone() -> None:
    lists = set(_ours(OptionList))
    assert len(lists) > 2
    assert {one for one in lists if not issubclass(one, SturdyList)} == set()
