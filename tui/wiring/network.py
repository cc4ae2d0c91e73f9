"""The certificates and proxies that a profile asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.api.network.settings import Network
    from tui.config import Profile


def network_of(profile: Profile) -> Network:
    """Return the network settings of a profile."""
    from tui.api.network.settings import Network
    from tui.config import variable

    if not profile.ca_file:
        return Network()
    name = variable("ca_file")
    origin = name if os.environ.get(name) == profile.ca_file else "ca_file"
    return Network(os.path.expanduser(profile.ca_file), origin)
