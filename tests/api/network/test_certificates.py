"""Trusted certificates, against real TLS servers of a private company CA."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.tls import HOST, Company, HttpProxy, Mute, Service, running
from tui.api.http import Http
from tui.api.network import certificates
from tui.api.network.certificates import context_of, trust_of
from tui.api.network.settings import Network
from tui.core.errors import BackendError, ErrorKind


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


async def ask(url: str, network: Network) -> object:
    http = Http(url, network=network)
    try:
        return await http.call("GET", "/x")
    finally:
        await http.aclose()


async def failed(url: str, network: Network) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await ask(url, network)
    return caught.value


WAYS: dict[str, Callable[[str], Network]] = {
    "SSL_CERT_FILE": lambda file: Network(environ={"SSL_CERT_FILE": file}),
    "ca_file": lambda file: Network(file, environ={}),
    "both": lambda file: Network(file, environ={"SSL_CERT_FILE": file}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_company_ca_certificate_is_trusted_once_configured(
    company: Company, tmp_path: Path, way: str
) -> None:
    with Service(company.server("localhost")) as service:
        network = WAYS[way](str(company.file(tmp_path)))
        assert await ask(f"https://localhost:{service.port}", network) == {"ok": True}


async def test_a_folder_of_certificates_needs_openssl_hashes(
    company: Company, tmp_path: Path
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    subject = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    subject.load_verify_locations(company.file(tmp_path))
    with Service(company.server("localhost")) as service:
        url = f"https://localhost:{service.port}"
        network = Network(environ={"SSL_CERT_DIR": f"/missing/folder:{folder}"})
        company.file(folder)
        error = await failed(url, network)
        assert error.kind is ErrorKind.SETTINGS
        assert str(error).startswith(f"SSL_CERT_DIR names /missing/folder:{folder}, which has no")
        (folder / "company-ca.pem").rename(folder / f"{_hash(company)}.0")
        assert await ask(url, network) == {"ok": True}


def _hash(company: Company) -> str:
    """The name under which OpenSSL looks for a certificate."""
    import hashlib

    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(company.ca.cert_pem.bytes())
    # OpenSSL hashes a canonical form: lower case, single spaces, every text as UTF-8.
    pieces = b""
    for part in certificate.subject.rdns:
        inner = b""
        for attribute in part:
            value = str(attribute.value)
            text = " ".join(value.lower().split()).encode()
            oid = _der_oid(attribute.oid.dotted_string)
            inner += _der(0x30, oid + _der(0x0C, text))
        pieces += _der(0x31, inner)
    digest = hashlib.sha1(pieces).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes((tag, len(content))) + content


def _der_oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    assert all(number < 128 for number in rest)
    return _der(0x06, bytes((first * 40 + second, *rest)))


async def test_unknown_issuer_wrong_hostname_and_expired_certificate_have_different_errors(
    company: Company, tmp_path: Path
) -> None:
    trusting = Network(str(company.file(tmp_path)), environ={})
    good = Service(company.server("localhost"))
    elsewhere = Service(company.server("other.test"))
    old = Service(company.server("localhost", days=(-30, -1)))
    early = Service(company.server("localhost", days=(1, 30)))
    plain = Mute(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with running(good, elsewhere, old, early, plain):
        told = {
            "unknown": await failed(f"https://localhost:{good.port}", Network(environ={})),
            "wrong name": await failed(f"https://localhost:{elsewhere.port}", trusting),
            "wrong address": await failed(f"https://127.0.0.1:{elsewhere.port}", trusting),
            "expired": await failed(f"https://localhost:{old.port}", trusting),
            "early": await failed(f"https://localhost:{early.port}", trusting),
            "no TLS": await failed(f"https://localhost:{plain.port}", trusting),
        }
    assert "doesn't trust" in str(told["unknown"])
    assert "ca_file" in told["unknown"].hint
    assert "is for a different name" in str(told["wrong name"])
    assert "is for a different name" in str(told["wrong address"])
    assert "has expired" in str(told["expired"])
    assert "isn't valid yet" in str(told["early"])
    assert "encrypt" in str(told["no TLS"])
    assert len({str(error) for error in told.values()}) == len(told)
    assert {error.kind for error in told.values()} == {ErrorKind.UNREACHABLE}
    assert not any(error.sent for error in told.values())


BAD: Mapping[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "nope.pem", "doesn't exist"),
    "folder": (lambda folder: folder, "couldn't be read (Is a directory)"),
    "no certificate": (
        lambda folder: _written(folder / "words.pem", "Hello\n"),
        "contains no PEM certificates",
    ),
    "empty": (lambda folder: _written(folder / "e.pem", ""), "contains no PEM certificates"),
    "below a file": (
        lambda folder: _written(folder / "f", "") / "x.pem",
        "couldn't be read (Not a directory)",
    ),
}


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "GENIE_TUI_CA_FILE"])
async def test_an_unusable_ca_file_is_named_with_its_setting(
    tmp_path: Path, case: str, name: str
) -> None:
    make, problem = BAD[case]
    path = make(tmp_path)
    network = (
        Network(environ={name: str(path)})
        if name == "SSL_CERT_FILE"
        else Network(str(path), name, environ={})
    )
    error = await failed("https://genie.invalid", network)
    assert (error.kind, error.sent) == (ErrorKind.SETTINGS, False)
    assert str(error) == f"{name} names {path}, which {problem}."
    assert name in error.hint


async def test_loopback_needs_no_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read at all, so nothing can be wrong with it."""
    monkeypatch.setattr(certificates, "_context", _must_not_be_called)
    network = Network("/nope", environ={"SSL_CERT_FILE": "/nope", "SSL_CERT_DIR": "/nope"})
    with Service() as service:
        assert await ask(f"http://127.0.0.1:{service.port}", network) == {"ok": True}


def _must_not_be_called(*_: object) -> ssl.SSLContext:
    raise AssertionError("certificates were read")


async def test_a_corrected_ca_file_is_used_immediately(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("not yet")
    with Service(company.server("localhost")) as service:
        http = Http(f"https://localhost:{service.port}", network=Network(str(path), environ={}))
        with pytest.raises(BackendError):
            await http.call("GET", "/x")
        company.ca.cert_pem.write_to_path(path)
        assert await http.call("GET", "/x") == {"ok": True}
        await http.aclose()


async def test_a_tls_inspecting_proxy_is_trusted_like_a_server(
    company: Company, tmp_path: Path
) -> None:
    with (
        Service() as service,
        HttpProxy(service.port, inspector=company.server(HOST)) as proxy,
    ):
        environ = {"HTTPS_PROXY": proxy.url}
        network = Network(str(company.file(tmp_path)), environ=environ)
        assert await ask(f"https://{HOST}", network) == {"ok": True}
        assert [seen.line for seen in proxy.seen] == [f"CONNECT {HOST}:443 HTTP/1.1"]
        error = await failed(f"https://{HOST}", Network(environ=environ))
        assert "doesn't trust" in str(error)
        assert proxy.url in str(error)


async def test_sslkeylogfile_is_written(company: Company, tmp_path: Path) -> None:
    file = str(company.file(tmp_path))
    with Service(company.server("localhost")) as service:
        url = f"https://localhost:{service.port}"
        log = tmp_path / "keys"
        environ = {"SSL_CERT_FILE": file, "SSLKEYLOGFILE": str(log)}
        assert await ask(url, Network(environ=environ)) == {"ok": True}
        assert "CLIENT_HANDSHAKE" in log.read_text()
        error = await failed(url, Network(environ=environ | {"SSLKEYLOGFILE": "/nope/keys"}))
        assert str(error).startswith("SSLKEYLOGFILE names /nope/keys, which couldn't be written")


def test_the_system_certificates_are_trusted_unless_a_ca_file_is_set() -> None:
    usual = trust_of(Network(environ={}), "linux")
    assert context_of(usual).cert_store_stats()["x509_ca"] > 50
    assert context_of(usual) is context_of(usual)
    assert "SSL_CERT_FILE=/a" in str(trust_of(Network(environ={"SSL_CERT_FILE": "/a"})))
    both = trust_of(Network("/b", environ={}), "linux")
    assert str(both) == f"{usual} and ca_file=/b"


def test_a_system_without_certificates_falls_back_to_certifi(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = ssl.DefaultVerifyPaths(None, None, "", "/nope.pem", "", "/nope")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(certificates, "_SYSTEM_FILES", ())
    trust = trust_of(Network(environ={}), "linux")
    assert "certifi" in str(trust)
    assert context_of(trust).cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize("platform", ["darwin", "win32"])
async def test_where_the_system_checks_certificates_ca_file_adds_to_it(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """truststore, which works here as well."""
    import truststore

    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(certificates.trust_of, "__defaults__", (platform,))
    file = str(company.file(tmp_path))
    assert isinstance(context_of(trust_of(Network(file, environ={}))), truststore.SSLContext)
    with Service(company.server("localhost")) as service:
        url = f"https://localhost:{service.port}"
        assert await ask(url, Network(file, environ={})) == {"ok": True}
        assert "doesn't trust" in str(await failed(url, Network(environ={})))


async def test_a_broken_tls_server_is_a_clear_error() -> None:
    with Mute(b"\x16\x03\x01\x00\x05hello") as mute:
        error = await failed(f"https://localhost:{mute.port}", Network(environ={}))
    assert error.kind is ErrorKind.UNREACHABLE
