"""Trusted certificates: those of the operating system, unless the settings name others.

On macOS and Windows the system itself checks a server's certificate (``truststore``). Elsewhere
OpenSSL does, with the system's files: truststore would read them again for every connection, which
takes 15 to 50 ms. certifi's list is the fallback for a system without certificates.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from tui.api.network.settings import Network, unusable
from tui.core.errors import BackendError

_FILE, _FOLDERS = "SSL_CERT_FILE", "SSL_CERT_DIR"
_KEY_LOG = "SSLKEYLOGFILE"
_HASHED = re.compile("[0-9a-f]{8}[.][0-9]+")
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Files of distributions, for a Python built elsewhere."""


@dataclass(frozen=True, slots=True)
class Source:
    """Source of certificates."""

    name: str
    """Setting that names it; empty for a place of the system."""
    path: str
    is_folders: bool = False
    """``path`` is a list of folders, in which OpenSSL finds certificates by their hash."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Sources of trusted certificates."""

    sources: tuple[Source, ...]
    by_system: bool = False
    """The operating system checks them, with its own store in addition to the sources."""
    key_log: str = ""
    """File to which TLS keys are written, for debugging the network."""

    def __str__(self) -> str:
        """Return words for ``certificates of ...``."""
        places = ["the operating system"] if self.by_system else []
        places += [_told(source) for source in self.sources]
        return " and ".join(places)


def trust_of(network: Network, platform: str = sys.platform) -> Trust:
    """Return the sources named by the settings; nothing is read yet."""
    named = tuple(
        Source(name, path, is_folders=name == _FOLDERS)
        for name in (_FILE, _FOLDERS)
        if (path := network.environ.get(name))
    )
    extra = (Source(network.ca_file_from, network.ca_file),) if network.ca_file else ()
    key_log = network.environ.get(_KEY_LOG, "")
    if named:
        return Trust((*named, *extra), key_log=key_log)
    if platform in ("darwin", "win32"):
        return Trust(extra, by_system=True, key_log=key_log)
    return Trust((*_system_sources(), *extra), key_log=key_log)


def context_of(trust: Trust) -> ssl.SSLContext:
    """Return the context that checks certificates, cached until a file of the trust changes.

    Raises ``BackendError(SETTINGS)``, with the variable and the path, for unusable files.
    """
    return _context(trust, tuple(_stamp(source) for source in trust.sources))


@cache
def no_trust() -> ssl.SSLContext:
    """Return a context that trusts no server, for clients that only connect to this machine."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@lru_cache(maxsize=4)
def _context(trust: Trust, stamps: tuple[object, ...]) -> ssl.SSLContext:
    context = _system_context() if trust.by_system else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for source in trust.sources:
        _load(context, source)
    if any(source.name for source in trust.sources):
        # A company's file may contain the certificate that signs and not the root above it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if trust.key_log:
        try:
            context.keylog_filename = trust.key_log
        except OSError as error:
            told = f"names {trust.key_log}, which couldn't be written ({_reason(error)})"
            raise unusable(_KEY_LOG, told) from None
    return context


def _system_context() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _system_sources() -> Iterator[Source]:
    """Yield the system's own certificates, in all places that this Python's OpenSSL would use."""
    usual = ssl.get_default_verify_paths()
    files = (usual.openssl_cafile, *_SYSTEM_FILES)
    file = next((Source("", file) for file in files if os.path.isfile(file)), None)
    folder = _usable(usual.openssl_capath)
    if file is None and not folder:
        import certifi

        file = Source("", certifi.where())
    if file is not None:
        yield file
    if folder:
        yield Source("", folder, is_folders=True)


def _told(source: Source) -> str:
    if source.name:
        return f"{source.name}={source.path}"
    if "certifi" in Path(source.path).parts:
        return "certifi, since the system has none"
    return source.path


def _stamp(source: Source) -> object:
    """Return a value that changes when the certificates do. Raises ``BackendError(SETTINGS)``."""
    paths = source.path.split(os.pathsep) if source.is_folders else [source.path]
    found: list[tuple[int, int]] = []
    problem = "is empty"
    for path in filter(None, paths):
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            problem = _not_readable(error)
        else:
            found.append((status.st_mtime_ns, status.st_size))
    if not found:
        raise _bad(source, problem)
    return tuple(found)


def _load(context: ssl.SSLContext, source: Source) -> None:
    try:
        if not source.is_folders:
            context.load_verify_locations(cafile=source.path)
        elif folders := _usable(source.path):
            context.load_verify_locations(capath=folders)
        else:
            raise _bad(source, "has no certificates filed by hash (run openssl rehash)")
    except ssl.SSLError:
        raise _bad(source, "contains no PEM certificates") from None
    except (OSError, ValueError) as error:
        raise _bad(source, _not_readable(error)) from None


def _usable(folders: str) -> str:
    """Return the folders of a list in which OpenSSL finds certificates."""
    return os.pathsep.join(filter(_has_hashes, folders.split(os.pathsep)))


def _has_hashes(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(_HASHED.fullmatch(entry.name) for entry in entries)
    except (OSError, ValueError):
        return False


def _not_readable(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "doesn't exist"
    return f"couldn't be read ({_reason(error)})"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _bad(source: Source, problem: str) -> BackendError:
    if not source.name:
        return unusable("The system's certificates", f"are in {source.path}, which {problem}")
    return unusable(source.name, f"names {source.path}, which {problem}")
