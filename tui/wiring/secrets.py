"""Secrets on their way from the settings to the clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.core.secrets import Secret


@overload
def handed_over(secret: Secret) -> SecretStr: ...
@overload
def handed_over(secret: Secret | None) -> SecretStr | None: ...
def handed_over(secret: Secret | None) -> SecretStr | None:
    """A secret of the settings as what clients take."""
    from pydantic import SecretStr

    return SecretStr(secret.get_secret_value()) if secret else None
