"""Proxy variables in every form, against real proxies of each kind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tls import HOST, Company, HttpProxy, Mute, Service, SocksProxy
from tui.api.http import Http
from tui.api.network import transport
from tui.api.network.proxies import Proxy, parse_proxy, proxy_for, unreadable_exceptions
from tui.api.network.settings import Network
from tui.core.errors import BackendError, ErrorKind

URL = f"https://{HOST}"


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


@pytest.fixture
def file(company: Company, tmp_path: Path) -> str:
    return str(company.file(tmp_path))


async def ask(network: Network, url: str = URL, method: str = "GET") -> object:
    http = Http(url, network=network)
    try:
        return await http.call(method, "/x")
    finally:
        await http.aclose()


async def failed(network: Network, url: str = URL, method: str = "POST") -> BackendError:
    with pytest.raises(BackendError) as caught:
        await ask(network, url, method)
    return caught.value


# -- proxies that work -------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_a_proxy_variable_in_any_spelling_is_used(
    company: Company, file: str, variable: str
) -> None:
    with Service(company.server(HOST)) as service, HttpProxy(service.port) as proxy:
        network = Network(file, environ={variable: proxy.url.removeprefix("http://")})
        assert await ask(network) == {"ok": True}
        assert [seen.line for seen in proxy.seen] == [f"CONNECT {HOST}:443 HTTP/1.1"]


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS5", "socks"])
async def test_socks_proxies_resolve_the_host(company: Company, file: str, scheme: str) -> None:
    with Service(company.server(HOST)) as service, SocksProxy(service.port) as proxy:
        network = Network(file, environ={"ALL_PROXY": f"{scheme}://127.0.0.1:{proxy.port}/"})
        assert await ask(network) == {"ok": True}
        assert proxy.seen == [f"{HOST}:443"]


async def test_an_https_proxy_is_used_over_tls(company: Company, file: str) -> None:
    server = company.server("127.0.0.1")
    with Service(company.server(HOST)) as service, HttpProxy(service.port, context=server) as proxy:
        environ = {"HTTPS_PROXY": proxy.url}
        assert await ask(Network(file, environ=environ)) == {"ok": True}
        error = await failed(Network(environ=environ))
        assert str(error) == f"Couldn't establish a secure connection to the proxy {proxy.url}."


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("password", ["p@ss word", "ä:/#?%", "x"])
async def test_proxy_credentials_are_sent_to_the_proxy_only(
    company: Company, file: str, kind: type[HttpProxy | SocksProxy], password: str
) -> None:
    from urllib.parse import quote

    login = f"jo:{password}"
    with (
        Service(company.server(HOST)) as service,
        kind(service.port, login=login) as proxy,
    ):
        with_login = proxy.url.replace("://", f"://jo:{quote(password, safe='')}@")
        assert await ask(Network(file, environ={"HTTPS_PROXY": with_login})) == {"ok": True}
        for address in (proxy.url, with_login.replace("jo", "joe")):
            error = await failed(Network(file, environ={"HTTPS_PROXY": address}))
            assert error.kind is ErrorKind.SETTINGS
            assert f"The proxy {proxy.url} requires a valid user name and password" in str(error)
            assert "HTTPS_PROXY" in error.hint
            assert "joe" not in error.sentence()


# -- proxies that do not -----------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_an_unreachable_proxy_is_named_in_the_error(
    unused_tcp_port: int, scheme: str
) -> None:
    address = f"{scheme}://127.0.0.1:{unused_tcp_port}"
    environ = {"HTTPS_PROXY": address.replace("://", "://jo:secret@")}
    error = await failed(Network(environ=environ))
    assert (error.kind, error.sent) == (ErrorKind.UNREACHABLE, False)
    assert str(error) == f"The proxy {address} refused the connection."
    assert "HTTPS_PROXY" in error.hint
    assert "secret" not in error.sentence()


async def test_an_unknown_proxy_host_is_named_in_the_error() -> None:
    error = await failed(Network(environ={"all_proxy": "proxy.invalid:8080"}))
    assert str(error) == "Couldn't find the proxy http://proxy.invalid:8080."
    assert "all_proxy" in error.hint


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("403 Forbidden", "blocked the connection to genie.test (403 Forbidden)"),
        ("502 Bad Gateway", "couldn't connect to genie.test (502 Bad Gateway)"),
        ("302 Found", "couldn't connect to genie.test (302 Found)"),
        ("200\x1b[2J", None),
    ],
)
async def test_a_proxy_rejection_reports_the_reason(status: str, told: str | None) -> None:
    with HttpProxy(9, status=status) as proxy:
        error = await failed(Network(environ={"HTTPS_PROXY": proxy.url}))
    assert (error.kind, error.sent) == (ErrorKind.UNREACHABLE, False)
    if told:
        assert str(error) == f"The proxy {proxy.url} {told}."
    assert error.sentence().isprintable()


@pytest.mark.parametrize("reply", ["forbidden", "unreachable"])
async def test_a_socks_proxy_rejection_reports_the_reason(reply: str) -> None:
    with SocksProxy(9, reply=reply) as proxy:
        error = await failed(Network(environ={"ALL_PROXY": proxy.url}))
    assert (error.kind, error.sent) == (ErrorKind.UNREACHABLE, False)
    allowed = "blocked the connection" if reply == "forbidden" else "couldn't connect"
    assert str(error).startswith(f"The proxy {proxy.url} {allowed} to genie.test")


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("says", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x05", b"\x05\xff", b"\x00" * 9])
async def test_a_server_that_is_no_proxy_is_named_in_the_error(scheme: str, says: bytes) -> None:
    with Mute(says) as mute, pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "_ANSWER_S", 0.3)
        address = f"{scheme}://127.0.0.1:{mute.port}"
        error = await failed(Network(environ={"ALL_PROXY": address}))
    assert error.sent is False
    assert f"The proxy {address}" in str(error)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_never_answers_times_out(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(transport, "_ANSWER_S", 0.2)
    with Mute() as mute:
        address = f"{scheme}://127.0.0.1:{mute.port}"
        async with asyncio.timeout(60):
            error = await failed(Network(environ={"ALL_PROXY": address}))
    assert (error.kind, error.sent) == (ErrorKind.UNREACHABLE, False)
    assert str(error) == f"The proxy {address} didn't respond in time."


async def test_a_failure_behind_a_proxy_names_proxy_and_service(
    company: Company, file: str
) -> None:
    with Mute() as mute, HttpProxy(mute.port, inspector=company.server(HOST)) as proxy:
        mute.serve = lambda connection: connection.recv(1) and None  # type: ignore[method-assign]
        error = await failed(Network(file, environ={"HTTPS_PROXY": proxy.url}))
    assert (error.kind, error.sent) == (ErrorKind.INTERRUPTED, True)
    assert f"{HOST} (through the proxy {proxy.url})" in str(error)


# -- variables ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "socks4://proxy.test:1080",
        "ftp://proxy.test",
        "http://",
        "http://:8080",
        "http://proxy.test:port",
        "http://proxy.test:99999",
        "http://proxy.test:0",
        "http://proxy.test:80:80",
        "http://[::1",
        "http://jo:s3cret/word@proxy test:80",
        "http://proxy.test:8080/path",
        "://",
        "\udcff",
        "http://pro\x1b[2Jxy:1",
    ],
)
async def test_an_invalid_proxy_variable_is_named_in_the_error(value: str) -> None:
    error = await failed(Network(environ={"HTTPS_PROXY": value}))
    assert (error.kind, error.sent) == (ErrorKind.SETTINGS, False)
    assert str(error).startswith("HTTPS_PROXY ")
    assert "s3cret" not in error.sentence()
    assert error.sentence().isprintable()


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("proxy.test:3128", "http://proxy.test:3128"),
        ("http://proxy.test", "http://proxy.test:80"),
        ("HTTPS://proxy.test/", "https://proxy.test:443"),
        ("socks5://proxy.test", "socks5://proxy.test:1080"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
        ("http://fd00::1", "http://[fd00::1]:80"),
        ("http://jo:a@b@proxy.test:1", "http://proxy.test:1"),
        (" http://proxy.test:3128 ", "http://proxy.test:3128"),
    ],
)
def test_a_proxy_in_each_common_form(value: str, url: str) -> None:
    assert parse_proxy(value, "HTTPS_PROXY").url == url


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("*", "genie.test", True),
        ("genie.test", "genie.test", True),
        ("GENIE.test.", "genie.test", True),
        ("test", "genie.test", True),
        (".test", "genie.test", True),
        ("*.test", "genie.test", True),
        ("*.test", "test", False),
        ("gen*", "genie.test", True),
        ("enie.test", "genie.test", False),
        ("genie.test:443", "genie.test", True),
        ("genie.test:8443", "genie.test", False),
        ("https://genie.test", "genie.test", True),
        ("http://genie.test", "genie.test", False),
        ("a.test, genie.test", "genie.test", True),
        ("a.test genie.test", "genie.test", True),
        ("a.test;genie.test", "genie.test", True),
        ("<local>", "genie", True),
        ("<local>", "genie.test", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.9.9.9/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "10.test", False),
        ("10.*", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("2.3", "10.1.2.3", False),
        ("fd07:b51a:cc66:f0::/64", "fd07:b51a:cc66:f0::8", True),
        ("fd07:b51a:cc66:f0::/64", "fd07:b51a:cc66:f1::8", False),
        ("[fd00::]/8", "fd00::1", True),
        ("[fd00::/8]", "fd00::1", True),
        ("[fd00::1]", "fd00::1", True),
        ("[FD00::1]:443", "fd00::1", True),
        ("[fd00::1]:444", "fd00::1", False),
        ("fd00:0::1", "fd00::1", True),
        ("::ffff:10.1.2.3", "10.1.2.3", True),
        ("[::1]", "genie.test", False),
        ("10.0.0.0/99,,[,]:,@", "genie.test", False),
        ("", "genie.test", False),
    ],
)
def test_no_proxy_exceptions_in_each_common_form(no_proxy: str, host: str, direct: bool) -> None:
    for spelling in ("no_proxy", "NO_PROXY"):
        environ = {"HTTPS_PROXY": "http://proxy.test:1", spelling: no_proxy}
        proxy = proxy_for(Network(environ=environ), "https", host, 443)
        assert (proxy is None) is direct


def test_invalid_no_proxy_exceptions_are_reported() -> None:
    good = "localhost,127.0.0.1,[::1],10.0.0.0/8,fd00::/8,*.corp.test,.corp.test:8080,<local>,*"
    assert unreadable_exceptions({"NO_PROXY": good}) == []
    assert unreadable_exceptions({"NO_PROXY": f"{good},10.0.0.0/99,a@b"}) == ["10.0.0.0/99", "a@b"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_no_proxy_is_used_for_this_machine(host: str) -> None:
    environ = {"HTTP_PROXY": "socks4://nonsense", "ALL_PROXY": "nonsense:::"}
    assert proxy_for(Network(environ=environ), "http", host, 80) is None


def test_the_system_proxy_is_used_where_no_variable_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As macOS has it; Python reads that where the environment says nothing."""
    monkeypatch.setattr("tui.api.network.proxies.getproxies", lambda: {"https": "http://mac:1"})
    monkeypatch.setattr("tui.api.network.proxies.proxy_bypass", lambda host: host == "in.test")
    empty = Network(environ={})
    found = proxy_for(empty, "https", HOST, 443)
    assert isinstance(found, Proxy)
    assert (found.url, found.variable) == ("http://mac:1", "The system's proxy setting")
    assert proxy_for(empty, "https", "in.test", 443) is None
    assert proxy_for(Network(environ={"NO_PROXY": "a.test"}), "https", HOST, 443) is None


VALUES = st.one_of(
    st.text(alphabet=st.characters(exclude_characters="\0"), max_size=40),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "http://", "https://", "socks5://", "socks4://", "x://", "//", "::"]),
        st.sampled_from(["", "jo:secret@", "jo@", "@", ":@", "%zz:%@"]),
        st.sampled_from(["proxy.test", "[::1]", "::1", "[", "10.0.0.1", "prö.test", "a b", ""]),
        st.sampled_from(["", ":80", ":", ":0", ":99999", ":x", "/", "/p", ":80/", "?q", "#f"]),
    ),
)


@given(
    st.dictionaries(
        st.sampled_from(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY"]),
        VALUES,
        max_size=4,
    ),
    st.sampled_from(["genie.test", "10.1.2.3", "fd00::1", "localhost", "xn--4gbrim.test"]),
)
def test_any_proxy_variables_give_a_route_or_a_clear_error(
    environ: dict[str, str], host: str
) -> None:
    network = Network(environ=environ)
    error = None
    try:
        proxy = proxy_for(network, "https", host, 443)
        transport.NetworkTransport(network)._way(proxy, encrypted=False)
    except BackendError as caught:
        error = caught
    if error is None:
        assert host != "localhost" or proxy is None
        assert proxy is None or proxy.variable in environ
        assert "secret" not in repr(proxy)
    else:
        assert error.kind is ErrorKind.SETTINGS
        assert str(error).split()[0] in environ
        assert "secret" not in error.sentence()
        assert error.sentence().isprintable()
