"""Names that the demo's residents go by. Standard library only, like the suggestions."""

from __future__ import annotations

IFRIT = "gin-Ifrit001-DemoAA-CD"
STOPPED_GENIE = "gin-Asleep01-DemoAA-CD"
NO_CLIENT_GENIE = "gin-NoLamp01-DemoAA-CD"
CLIENT_ID = "gincl-Terminal-DemoAA-CD"
ASLEEP_CLIENT_ID = "gincl-NightDsk-DemoAA-CD"
EVERYONE = "grpEveryone4Demo1aB2cD"
FINANCE = "grpFinance7Demo3eF4gH5"
USER_ID = "usr-ada-4b1d"
COLLEAGUE_ID = "usr-grace-77c2"
INVITED_ID = "usr-alan-09fe"
OUTSIDER_ID = "usr-linus-3c5a"
