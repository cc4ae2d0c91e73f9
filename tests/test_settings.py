"""Every setting from every source: flag, environment variable, profile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
import tomlkit
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.cli.exit_codes import CommandFailure
from tui.cli.options import Target
from tui.cli.root import root
from tui.config import DATA_CENTERS, INTERFACE, SETTINGS, Profile, Setting, load
from tui.config.value_types import COLUMNS, HOST, SWITCH, URL
from tui.core.secrets import Secret

_WORDS = {True: ("true", "1", "Yes", " on "), False: ("false", "0", "No", "off")}
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
_URLS = st.sampled_from(["https://genie.example", "http://localhost:8000", "http://[::1]:9/a"])


def values_of(setting: Setting) -> st.SearchStrategy[tuple[str, object]]:
    """Values that can be used: as text, and as the program has it."""
    if setting.type is SWITCH:
        pairs = [(word, value) for value, words in _WORDS.items() for word in words]
        return st.sampled_from(pairs)
    if setting.type.choices:
        return st.sampled_from([(choice, choice) for choice in setting.type.choices])
    if setting.type in (HOST, URL):
        return _URLS.map(lambda url: (url, url))
    if setting.type is COLUMNS:
        return st.integers(0, 9999).map(lambda columns: (str(columns), columns))
    convert = Secret if setting.type.is_secret else str
    return _TEXT.map(lambda text: (text, convert(text)))


def rejected_texts(setting: Setting) -> tuple[list[str], tuple[str, ...]]:
    """Texts that cannot be used, and the words of the error that say what is accepted."""
    if setting.type is SWITCH:
        return ["banana", "2", "yes please"], ("true", "false")
    if setting.type.choices:
        return ["banana", "nowhere"], setting.type.choices
    if setting.type in (HOST, URL):
        return ["banana", "http://host.example", "https://host.example/?q"], ("must",)
    if setting.type is COLUMNS:
        return ["banana", "-1", "12345"], ("columns",)
    if setting.key == "api_key":
        return ["wrkaus-123"], ("developer_token",)
    if setting.key == "developer_token":
        return ["a" * 64], ("api_key",)
    return [], ()


ALL = st.sampled_from(list(SETTINGS.values()))
CHECKED = [setting for setting in SETTINGS.values() if rejected_texts(setting)[0]]
SOURCES = ("flag", "environment", "profile")


def loaded(
    flags: Mapping[str, object], environ: Mapping[str, str], profile: Mapping[str, object]
) -> Profile:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(tomlkit.dumps({"profiles": {"work": dict(profile)}}), encoding="utf-8")
        return load(config_path=path, flags=flags, environ=environ, complete=False)


@given(data=st.data(), setting=ALL)
@settings(max_examples=150)
def test_a_value_is_the_same_from_each_source(data: st.DataObject, setting: Setting) -> None:
    text, value = data.draw(values_of(setting))
    from_flag = loaded({setting.key: text}, {}, {})
    from_environment = loaded({}, {setting.variable: text}, {})
    from_profile = loaded({}, {}, {setting.key: text})
    assert from_flag == from_environment == from_profile
    assert getattr(from_flag, setting.key) == value


@given(data=st.data(), setting=ALL)
@settings(max_examples=150)
def test_flags_override_environment_override_profile_override_default(
    data: st.DataObject, setting: Setting
) -> None:
    texts, values = zip(*(data.draw(values_of(setting)) for _ in SOURCES), strict=True)
    given = [{setting.key: texts[0]}, {setting.variable: texts[1]}, {setting.key: texts[2]}]
    for strongest, value in enumerate(values):
        hidden: list[dict[str, str]] = [{}] * strongest
        assert getattr(loaded(*hidden, *given[strongest:]), setting.key) == value
    default = getattr(loaded({}, {}, {}), setting.key)
    hosts = ("base_url", "identity_url", "developer_url")  # the data center's, see test_config
    assert default == setting.default or setting.key in hosts


def run(
    *arguments: str, folder: Path, environ: Mapping[str, str], profile: Mapping[str, object] | None
) -> Result:
    """Run a command in this process; what ends it is raised, for ``tui.cli`` to show."""
    if profile is not None:
        text = tomlkit.dumps({"profiles": {"work": dict(profile)}})
        (folder / "config.toml").write_text(text, encoding="utf-8")
    clean: dict[str, str | None] = {setting.variable: None for setting in SETTINGS.values()}
    folders = {"GENIE_TUI_CONFIG_DIR": str(folder), "GENIE_TUI_DATA_DIR": str(folder / "data")}
    variables = {**clean, **folders, **environ}
    return CliRunner().invoke(root, arguments, env=variables, standalone_mode=False)


def check_refused(done: Result, name: str, accepted: tuple[str, ...]) -> None:
    """Check that a command ended with exit code 2 and a line with these words."""
    error = done.exception
    assert isinstance(error, CommandFailure | click.UsageError), error
    code = error.code if isinstance(error, CommandFailure) else error.exit_code
    message = error.format_message()
    assert code == 2
    assert name in message
    assert all(word in message for word in accepted)
    assert "\n" not in message


@pytest.mark.parametrize("setting", CHECKED, ids=lambda setting: setting.key)
@pytest.mark.parametrize("source", ["environment", "profile"])
def test_an_invalid_value_ends_with_exit_code_2(
    tmp_path: Path, setting: Setting, source: str
) -> None:
    texts, accepted = rejected_texts(setting)
    for text in texts:
        environ = {setting.variable: text} if source == "environment" else {}
        profile = {} if source == "environment" else {setting.key: text}
        name = setting.variable if source == "environment" else f"profile 'work', {setting.key}"
        done = run("whoami", folder=tmp_path, environ=environ, profile=profile)
        check_refused(done, name, accepted)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
@pytest.mark.parametrize("value", [["us"], {"a": 1}, 7.5])
def test_a_value_of_another_type_in_a_profile_ends_with_exit_code_2(
    tmp_path: Path, setting: Setting, value: object
) -> None:
    done = run("whoami", folder=tmp_path, environ={}, profile={setting.key: value})
    check_refused(done, f"profile 'work', {setting.key}", ("must be",))


@pytest.mark.parametrize("setting", CHECKED, ids=lambda setting: setting.key)
def test_without_a_profile_the_environment_is_checked_too(tmp_path: Path, setting: Setting) -> None:
    """The demo has an agent of its own, and the settings of the interface."""
    texts, accepted = rejected_texts(setting)
    arguments = ("whoami",) if setting.group == "agent" else ("--demo",)
    for text in texts:
        done = run(*arguments, folder=tmp_path, environ={setting.variable: text}, profile=None)
        check_refused(done, f"Environment variable {setting.variable}", accepted)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_a_setting_outside_a_profile_ends_with_exit_code_2(
    tmp_path: Path, setting: Setting
) -> None:
    (tmp_path / "config.toml").write_text(f'{setting.key} = "x"\n')
    for arguments in (("whoami",), ("--demo",)):
        done = run(*arguments, folder=tmp_path, environ={}, profile=None)
        check_refused(done, f"unknown key '{setting.key}'", ("default_profile", "profiles"))


@pytest.mark.parametrize(
    "setting",
    [s for s in SETTINGS.values() if s.has_option and s.type.choices],
    ids=lambda setting: setting.key,
)
def test_an_invalid_flag_ends_with_exit_code_2(tmp_path: Path, setting: Setting) -> None:
    done = run("whoami", setting.option, "banana", folder=tmp_path, environ={}, profile=None)
    check_refused(done, setting.option, setting.type.choices)


def test_a_flag_reaches_the_setting_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Target] = []
    monkeypatch.setattr("tui.cli.app.run_app", seen.append)
    given = ("--theme", "nord", "--screen-reader", "--backend", "workflows", "--genie", "ag-1")
    given += ("--log", "a.log", "--log-format", "json")
    run(*given, folder=tmp_path, environ={}, profile=None)
    run(folder=tmp_path, environ={}, profile=None)
    flags = {"theme": "nord", "screen_reader": True, "backend": "workflows", "genie": "ag-1"}
    flags |= {"log": "a.log", "log_format": "json"}
    assert [target.flags for target in seen] == [flags, {}]
    assert flags.keys() == {setting.key for setting in SETTINGS.values() if setting.has_option}


def test_every_setting_has_one_group() -> None:
    assert {setting.group for setting in SETTINGS.values()} == {"agent", "interface", "log"}
    assert {setting.key for setting in INTERFACE} < SETTINGS.keys()
    assert set(DATA_CENTERS) == set(SETTINGS["data_center"].type.choices)
