"""Settings: sources, precedence, and messages about invalid ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from tui.config import (
    DATA_CENTERS,
    INTERFACE,
    KEYS,
    ConfigError,
    Profile,
    Sources,
    check_url,
    config_dir,
    config_file,
    data_dir,
    is_configured,
    is_loopback,
    keys_and_hooks,
    load,
    profile_names,
    save_profile,
    state_dir,
)
from tui.core.secrets import Secret

SECRET = "c0ffee" * 10
OAUTH = {
    "GENIE_TUI_GENIE": "gin-Ab1-CD",
    "GENIE_TUI_CLIENT_ID": "client",
    "GENIE_TUI_REDIRECT_URL": "http://127.0.0.1:8765/callback",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def complaint(
    config_path: Path,
    profile: str | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = OAUTH,
) -> str:
    """Return the error of ``load`` for its arguments: one line."""
    with pytest.raises(ConfigError) as caught:
        load(profile, config_path, flags, environ)
    message = str(caught.value)
    assert "\n" not in message
    return message


# -- precedence -----------------------------------------------------------------------------


def test_flags_override_the_environment_and_that_the_file(path: Path) -> None:
    written(path, '[profiles.work]\ngenie = "file"\nclient_id = "file"\ntheme = "file"\n')
    environ = {**OAUTH, "GENIE_TUI_CLIENT_ID": "environ", "GENIE_TUI_GENIE": "environ"}
    settings = load(config_path=path, flags={"genie": "flag", "theme": None}, environ=environ)
    assert (settings.genie, settings.client_id, settings.theme) == ("flag", "environ", "file")
    assert settings.label == "work"


def test_an_empty_variable_counts_as_unset(path: Path) -> None:
    written(path, '[profiles.work]\ntheme = "nord"\n')
    assert load(config_path=path, environ={**OAUTH, "GENIE_TUI_THEME": ""}).theme == "nord"


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    settings = load(environ={**OAUTH, "GENIE_TUI_CONFIG_DIR": str(tmp_path)})
    assert settings.label == "default"
    assert settings.redirect_url == OAUTH["GENIE_TUI_REDIRECT_URL"]


def test_a_profile_created_in_code_ignores_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIE_TUI_GENIE", "elsewhere")
    monkeypatch.setenv("GENIE", "elsewhere")
    assert Profile(genie="gin-1").genie == "gin-1"
    assert Profile().genie is None


def test_the_process_environment_is_read_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    for name, value in OAUTH.items():
        monkeypatch.setenv(name, value)
    assert load().client_id == "client"


def test_booleans_are_parsed_from_words(path: Path) -> None:
    environ = {**OAUTH, "GENIE_TUI_NO_BROWSER": "1", "GENIE_TUI_NOTIFICATIONS": "false"}
    settings = load(config_path=written(path, ""), environ=environ)
    assert (settings.no_browser, settings.notifications) == (True, False)


def test_key_bindings_are_parsed_quoted_or_dotted(path: Path) -> None:
    written(path, '[keys]\n"conversation.new" = "f8"\napp.quit = ""\n[profiles.a]\n')
    assert keys_and_hooks(path) == (path, {"conversation.new": "f8", "app.quit": ""}, {})
    with pytest.raises(ConfigError, match=r"keys, app.quit: must be a string"):
        keys_and_hooks(written(path, "[keys]\napp.quit = 3\n"))
    with pytest.raises(ConfigError, match="keys: must be a string"):
        keys_and_hooks(written(path, 'keys = "x"\n'))


def test_interface_settings_are_loaded_without_a_profile() -> None:
    environ = {"GENIE_TUI_THEME": "nord", "GENIE_TUI_SCREEN_READER": "Yes"}
    sources = Sources({"theme": "genie-light", "screen_reader": None}, environ)
    assert sources.read(INTERFACE) == {"theme": "genie-light", "screen_reader": True}


# -- which profile --------------------------------------------------------------------------

TWO = '[profiles.work]\ntheme = "w"\n[profiles.home]\ntheme = "h"\n'


@pytest.mark.parametrize(
    ("text", "asked", "variable", "expected"),
    [
        (f'default_profile = "home"\n{TWO}', "work", "home", "work"),
        (f'default_profile = "home"\n{TWO}', None, "work", "work"),
        (f'default_profile = "home"\n{TWO}', None, "", "home"),
        (f"{TWO}[profiles.default]\n", None, "", "default"),
        ("[profiles.only]\n", None, "", "only"),
    ],
)
def test_the_requested_profile_is_loaded(
    path: Path, text: str, asked: str | None, variable: str, expected: str
) -> None:
    environ = {**OAUTH, "GENIE_TUI_PROFILE": variable}
    assert load(asked, written(path, text), environ=environ).label == expected


def test_a_missing_profile_error_lists_the_existing_ones(path: Path) -> None:
    message = complaint(profile="wrk", config_path=written(path, TWO))
    assert message == f"--profile: no profile 'wrk' in {path}. Did you mean 'work'?"


def test_a_missing_profile_error_names_the_environment_variable(path: Path) -> None:
    environ = {**OAUTH, "GENIE_TUI_PROFILE": "wrk"}
    message = complaint(config_path=written(path, ""), environ=environ)
    assert message.startswith("Environment variable GENIE_TUI_PROFILE: no profile 'wrk'")
    assert "Profiles: none." in message


@pytest.mark.parametrize("value", ['"gone"', "7", "['work']"])
def test_a_default_profile_must_exist(path: Path, value: str) -> None:
    message = complaint(config_path=written(path, f"default_profile = {value}\n{TWO}"))
    assert f"{path}, default_profile: no profile" in message


def test_several_profiles_without_default_are_an_error(path: Path) -> None:
    message = complaint(config_path=written(path, TWO))
    assert message == f"Choose a profile from {path} with --profile: 'work', 'home'."


# -- data centers and URLs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "api", "developer"),
    [
        ("us", "https://genie-api.workato.com", "https://app.workato.com"),
        ("EU", "https://genie-api.eu.workato.com", "https://app.eu.workato.com"),
        ("sg", "https://genie-api.sg.workato.com", "https://app.sg.workato.com"),
    ],
)
def test_a_data_center_determines_the_hosts(
    path: Path, code: str, api: str, developer: str
) -> None:
    settings = load(config_path=written(path, ""), flags={"data_center": code}, environ=OAUTH)
    assert (settings.base_url, settings.developer_url) == (api, developer)
    assert settings.identity_url == "https://id.workato.com"


def test_preview_has_an_identity_host_of_its_own() -> None:
    assert DATA_CENTERS["preview"].identity == "https://id.preview.workato.com"


def test_custom_hosts_override_the_data_center(path: Path) -> None:
    flags = {
        "base_url": "https://genie.example/prefix/",
        "identity_url": "https://id.example",
        "developer_url": "http://localhost:9/",
    }
    settings = load(config_path=written(path, ""), flags=flags, environ=OAUTH)
    assert settings.base_url == "https://genie.example/prefix"
    assert settings.identity_url == "https://id.example"
    assert settings.developer_url == "http://localhost:9"


def test_an_unknown_data_center_error_lists_the_known_ones(path: Path) -> None:
    message = complaint(config_path=written(path, ""), flags={"data_center": "mars"})
    assert message.startswith("--data-center: 'mars' isn't a known data center (us, eu, jp, ")
    assert "set base_url" in message


@pytest.mark.parametrize("code", ["cn", "trial"])
def test_without_a_published_host_base_url_is_required(path: Path, code: str) -> None:
    flags = {"data_center": code}
    message = complaint(config_path=written(path, ""), flags=flags)
    assert "isn't public. Set base_url (GENIE_TUI_BASE_URL)" in message
    flags["base_url"] = "https://genie.example.cn"
    assert load(config_path=path, flags=flags, environ=OAUTH).base_url == flags["base_url"]


@pytest.mark.parametrize(
    "url",
    [
        "https://host.example",
        "https://host.example:8443/a/b",
        "http://localhost:8000",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:8000",
    ],
)
def test_urls_safe_for_credentials_are_accepted(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://host.example", "must start with https://"),
        ("http://127.0.0.1.host.example", "must start with https://"),
        ("http://localhost.host.example", "must start with https://"),
        ("http://[::2]", "must start with https://"),
        ("http://0.0.0.0:80", "must start with https://"),
        ("ftp://host.example", "starts with https://"),
        ("host.example", "starts with https://"),
        ("https://", "names a host"),
        ("https://[::1", "must be a URL"),
        (f"https://me:{SECRET}@host\u2100.example", "must be a URL"),
        (f"https://me:{SECRET}@host.example", "user name or password"),
        (f"https://{SECRET}@host.example", "user name or password"),
        ("https://@host.example", "user name or password"),
        ("https://host.example?", "query"),
        ("https://host.example/#top", "fragment"),
        ("https://host.example:99999", "port"),
        ("https://host.example:x", "port"),
        ("https://host.example:0", "port"),
        ("https://host.example/ x", "spaces"),
        ("https://host.example\n", "spaces"),
        ("https://evil.example\\@host.example", "backslashes"),
    ],
)
def test_urls_unsafe_for_credentials_are_rejected(path: Path, url: str, told: str) -> None:
    message = complaint(config_path=written(path, ""), flags={"base_url": url})
    assert message.startswith("--base-url: must ")
    assert told in message
    assert SECRET not in message


def test_a_redirect_url_is_kept_exactly(path: Path) -> None:
    environ = {**OAUTH, "GENIE_TUI_REDIRECT_URL": "http://localhost:8765/callback/"}
    settings = load(config_path=written(path, ""), environ=environ)
    assert settings.redirect_url == "http://localhost:8765/callback/"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.0.9", "::1"])
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::2", "localhost.example", ""])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


# -- sign-in --------------------------------------------------------------------------------


def test_an_api_key_alone_means_api_key_sign_in(path: Path) -> None:
    environ = {
        "GENIE_TUI_GENIE": "gin-1",
        "GENIE_TUI_API_KEY": SECRET,
        "GENIE_TUI_IDP_USER_ID": "user",
    }
    settings = load(config_path=written(path, ""), environ=environ)
    assert settings.auth == "api_key"
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert SECRET not in str(asdict(settings))


def test_an_explicit_sign_in_method_is_kept_although_there_is_an_api_key(path: Path) -> None:
    written(path, f'[profiles.a]\nauth = "oauth"\napi_key = "{SECRET}"\n')
    assert load(config_path=path, environ=OAUTH).auth == "oauth"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (
            {"GENIE_TUI_DATA_CENTER": "eu"},
            "with auth 'oauth': missing genie, client_id, redirect_url.",
        ),
        ({"GENIE_TUI_AUTH": "api_key"}, "missing genie, api_key, idp_user_id."),
        ({"GENIE_TUI_API_KEY": SECRET, "GENIE_TUI_GENIE": "g"}, "missing idp_user_id."),
        ({"GENIE_TUI_BACKEND": "workflows"}, "for backend 'workflows': missing base_url, genie."),
    ],
)
def test_a_missing_setting_is_named_with_its_environment_variable(
    path: Path, environ: dict[str, str], told: str
) -> None:
    message = complaint(config_path=written(path, ""), environ=environ)
    assert told in message
    assert "GENIE_TUI_" in message
    assert str(path) in message
    assert SECRET not in message


def test_without_configuration_the_first_step_is_named(path: Path) -> None:
    message = complaint(config_path=written(path, ""), environ={})
    assert "Run 'genie-tui'" in message
    assert "--demo" in message
    assert "GENIE_TUI_GENIE" in message


def test_missing_settings_can_be_allowed(path: Path) -> None:
    settings = load(config_path=written(path, ""), environ={}, complete=False)
    assert settings.missing() == ["genie", "client_id", "redirect_url"]


def test_workflows_needs_no_token(path: Path) -> None:
    flags = {"backend": "workflows", "base_url": "http://localhost:8000", "genie": "agent"}
    settings = load(config_path=written(path, ""), flags=flags, environ={})
    assert (settings.token, settings.base_url) == (None, "http://localhost:8000")


def test_a_developer_token_is_rejected_as_api_key(path: Path) -> None:
    token = f"wrkaus-{SECRET}"
    message = complaint(config_path=written(path, ""), flags={"api_key": token})
    assert "this is a Developer API token" in message
    assert "developer_token" in message
    assert SECRET not in message


def test_an_api_key_is_rejected_as_developer_token(path: Path) -> None:
    key = f"{SECRET}ab12"
    message = complaint(config_path=written(path, ""), flags={"developer_token": key})
    assert "this is a genie client's API key" in message
    assert "api_key" in message
    assert SECRET not in message


# -- bad values -----------------------------------------------------------------------------


def test_an_invalid_value_from_the_environment_names_the_variable(path: Path) -> None:
    environ = {**OAUTH, "GENIE_TUI_BACKEND": "gpt"}
    message = complaint(config_path=written(path, '[profiles.a]\nbackend = "x"\n'), environ=environ)
    assert message == "Environment variable GENIE_TUI_BACKEND: must be 'genie' or 'workflows'."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("genie = 5", "genie: must be a string."),
        ("no_browser = 'perhaps'", "no_browser: must be true or false."),
        ("auth = 'magic'", "auth: must be 'oauth' or 'api_key'."),
        ("data_center = ['us']", "data_center: must be a string."),
        (f"api_key = ['{SECRET}']", "api_key: must be a string."),
        (f"token = {{ value = '{SECRET}' }}", "token: must be a string."),
        ("redirect_url = 'http://host.example/'", "redirect_url: must start with https://"),
    ],
)
def test_an_invalid_value_from_the_file_names_file_and_profile(
    path: Path, line: str, told: str
) -> None:
    message = complaint(config_path=written(path, f"[profiles.work]\n{line}\n"), environ={})
    assert message.startswith(f"{path}, profile 'work', {told}")
    assert SECRET not in message


def test_an_unknown_setting_suggests_the_closest_one(path: Path) -> None:
    message = complaint(config_path=written(path, "[profiles.work]\nbase_ulr = 'x'\n"))
    assert message == f"{path}, profile 'work': unknown key 'base_ulr'; did you mean 'base_url'?"


def test_an_unknown_setting_without_similar_ones_lists_all(path: Path) -> None:
    message = complaint(config_path=written(path, "[profiles.work]\nzzz = 1\n"))
    assert all(key in message for key in KEYS)


def test_a_profile_label_is_no_setting(path: Path) -> None:
    message = complaint(config_path=written(path, "[profiles.work]\nlabel = 'other'\n"))
    assert "unknown key 'label'" in message


def test_a_setting_outside_a_profile_is_unknown(path: Path) -> None:
    assert "unknown key 'genie'" in complaint(config_path=written(path, "genie = 'x'\n"))


def test_a_toml_syntax_error_is_reported_with_its_line(path: Path) -> None:
    message = complaint(config_path=written(path, f"[profiles.a]\napi_key = {SECRET}\n"))
    assert message.startswith(f"{path} isn't valid TOML: ")
    assert "line 2, column" in message
    assert SECRET not in message


@pytest.mark.parametrize("text", ["profiles = 3\n", "[profiles]\nwork = 3\n"])
def test_profiles_must_be_tables(path: Path, text: str) -> None:
    assert "each profile must be a table" in complaint(config_path=written(path, text))


def test_a_requested_config_file_must_exist(path: Path) -> None:
    assert complaint(config_path=path) == f"{path} doesn't exist."


def test_an_unreadable_config_file_is_an_error(tmp_path: Path) -> None:
    assert complaint(config_path=tmp_path) == f"Couldn't read {tmp_path}: Is a directory."


def test_a_config_file_that_is_not_utf8_is_an_error(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    assert complaint(config_path=path) == f"{path} isn't UTF-8 text."


# -- first run, folders ---------------------------------------------------------------------


def test_no_configuration_is_the_first_run(path: Path) -> None:
    assert not is_configured(path, {"GENIE_TUI_THEME": "nord", "GENIE_TUI_NO_BROWSER": "1"})
    assert is_configured(path, {"GENIE_TUI_GENIE": "gin-1"})
    assert profile_names(path) == []


def test_a_profile_in_the_file_is_no_first_run(path: Path) -> None:
    written(path, TWO)
    assert is_configured(path, {})
    assert profile_names(path) == ["work", "home"]


def test_folders_can_be_set_by_environment(tmp_path: Path) -> None:
    environ = {
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "c"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "d"),
    }
    assert config_file(environ) == tmp_path / "c" / "config.toml"
    assert data_dir(environ) == tmp_path / "d"
    assert state_dir(environ) == tmp_path / "d" / "state"


def test_folders_are_platform_defaults() -> None:
    folders = (config_dir({}), data_dir({}), state_dir({}))
    assert all(folder.is_absolute() and "genie-tui" in folder.parts for folder in folders)


# -- writing --------------------------------------------------------------------------------


def test_a_saved_profile_is_loaded_again(path: Path) -> None:
    key = Secret(SECRET)
    save_profile(path, "my work", {"genie": "gin-1", "api_key": key, "idp_user_id": "u"})
    settings = load(config_path=path, environ={})
    assert (settings.label, settings.genie, settings.auth) == ("my work", "gin-1", "api_key")
    assert settings.api_key == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_comments_order_and_other_profiles_survive_saving(path: Path) -> None:
    before = (
        "# mine\n"
        'default_profile = "home"  # not work\n'
        "\n"
        "[profiles.home]\n"
        'genie = "gin-h"\n'
        "\n"
        "# the office\n"
        "[profiles.work]\n"
        'genie = "gin-1" # the old one\n'
        'theme = "nord"\n'
    )
    save_profile(written(path, before), "work", {"genie": "gin-2", "theme": None})
    after = before.replace("gin-1", "gin-2").replace('theme = "nord"\n', "")
    assert path.read_text(encoding="utf-8") == after


def test_the_first_profile_becomes_the_default_and_the_second_does_not(path: Path) -> None:
    save_profile(path, "one", {"theme": "a"})
    save_profile(path, "two", {"theme": "b"})
    assert profile_names(path) == ["one", "two"]
    assert load(config_path=path, environ=OAUTH).label == "one"


@pytest.mark.parametrize(
    "values", [{"base_url": "http://host.example"}, {"base_ulr": "x"}, {"auth": "magic"}]
)
def test_an_invalid_profile_is_not_saved(path: Path, values: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        save_profile(path, "work", values)
    assert not path.exists()


def test_an_invalid_config_file_is_not_overwritten(path: Path) -> None:
    written(path, "[profiles.a\n")
    with pytest.raises(ConfigError, match="isn't valid TOML"):
        save_profile(path, "work", {"genie": "g"})
    assert path.read_text(encoding="utf-8") == "[profiles.a\n"


def test_a_symlinked_config_file_stays_a_symlink_and_its_target_is_written(
    tmp_path: Path, path: Path
) -> None:
    target = tmp_path / "dotfiles" / "genie.toml"
    target.parent.mkdir()
    target.touch(0o644)
    path.symlink_to(target)
    save_profile(path, "work", {"genie": "g"})
    assert path.is_symlink()
    assert profile_names(target) == ["work"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_keeps_the_old_config_file_and_leaves_no_temporary_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_profile(path, "work", {"genie": "old"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        save_profile(path, "work", {"genie": "new"})
    assert "old" in path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]


def test_a_config_folder_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Couldn't"):
        save_profile(tmp_path / "file" / "config.toml", "work", {"genie": "g"})


def test_settings_import_neither_textual_nor_httpx() -> None:
    code = "import sys, tui.config; sys.exit(bool({'textual', 'httpx'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_byte_order_mark_in_the_config_file_is_ignored(path: Path) -> None:
    """Editors on Windows write one."""
    path.write_bytes(b'\xef\xbb\xbf# mine\r\n[profiles.a]\r\ngenie = "g"\r\n')
    assert load(config_path=path, environ={}, complete=False).genie == "g"
    save_profile(path, "a", {"genie": "h"})
    assert load(config_path=path, environ={}, complete=False).genie == "h"
    assert b"# mine" in path.read_bytes()
