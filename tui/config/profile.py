"""The settings of one agent, and what makes a value of them acceptable."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator

from tui.config.hosts import DATA_CENTERS, check_url
from tui.core.credential import is_client_key, is_developer_token
from tui.core.text import clean_line

BackendName = Literal["genie", "workflows"]


class Profile(BaseModel):
    """Everything that is needed to talk to one agent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = "default"
    backend: BackendName = "genie"
    data_center: str = "us"
    base_url: str = ""
    """Host of the Headless API or the Workflows API; from the data center where not given."""
    identity_url: str = ""
    developer_url: str = ""
    genie: str | None = None
    """Genie handle (``gin-...``), or agent id of the Workflows API."""
    auth: Literal["oauth", "api_key"] = "oauth"
    """Without a choice: ``api_key`` where there is a key."""
    client_id: str | None = None
    redirect_url: str | None = None
    """As registered, to the character."""
    api_key: SecretStr | None = None
    idp_user_id: str | None = None
    token: SecretStr | None = None
    """Bearer token of the Workflows API."""
    developer_token: SecretStr | None = None
    theme: str | None = None
    no_browser: bool = False
    notifications: bool = True
    screen_reader: bool = False
    reduced_motion: bool = False

    @model_validator(mode="before")
    @classmethod
    def _choose_auth(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"auth": "api_key"} | values if values.get("api_key") else values

    @field_validator("data_center")
    @classmethod
    def _known_data_center(cls, code: str) -> str:
        code = code.lower()
        if code not in DATA_CENTERS:
            raise ValueError(
                f"{clean_line(code, 20)!r} is not a known data center"
                f" ({', '.join(DATA_CENTERS)}); base_url is accepted instead of any"
            )
        return code

    @field_validator("base_url", "identity_url", "developer_url")
    @classmethod
    def _host(cls, url: str) -> str:
        return check_url(url).rstrip("/") if url else url

    @field_validator("redirect_url")
    @classmethod
    def _redirect(cls, url: str | None) -> str | None:
        return check_url(url) if url else url

    @field_validator("api_key")
    @classmethod
    def _not_a_developer_token(cls, key: SecretStr | None) -> SecretStr | None:
        if key and is_developer_token(key.get_secret_value()):
            raise ValueError(
                "this is a Developer API token (wrka...): set it as developer_token;"
                " the Headless API takes the API key of the genie's client"
            )
        return key

    @field_validator("developer_token")
    @classmethod
    def _not_a_client_key(cls, token: SecretStr | None) -> SecretStr | None:
        if token and is_client_key(token.get_secret_value().strip()):
            raise ValueError(
                "this is the API key of a genie's client: set it as api_key;"
                " the Developer API takes the token of an API client (wrka...)"
            )
        return token

    @property
    def credential(self) -> Literal["oauth", "api_key", "token"]:
        """What the profile signs in with."""
        return "token" if self.backend == "workflows" else self.auth

    def missing(self) -> list[str]:
        """The keys that a conversation needs and this profile lacks."""
        return [key for key in self._needed() if not getattr(self, key)]

    def _needed(self) -> tuple[str, ...]:
        if self.backend == "workflows":
            return "base_url", "genie"
        if self.auth == "api_key":
            return "base_url", "genie", "api_key", "idp_user_id"
        return "base_url", "genie", "client_id", "redirect_url"


KEYS = tuple(key for key in Profile.model_fields if key != "name")
"""The keys of a profile in the file."""
