"""TCP proxy on loopback between the program and a server, to interrupt the network."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards bytes both ways until it is told to do worse. Use as a context manager."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        assert target.hostname
        assert target.port
        self._target = (target.hostname, target.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self._flows: list[threading.Event] = []
        self._refusing = False
        self._closed = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        for flow in self._flows:
            flow.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()
        for thread in self._threads:
            thread.join(60)

    def stall(self) -> None:
        """Let the connections that are open hang: no byte, no end. New ones work."""
        for flow in self._flows:
            flow.clear()

    def drop(self) -> None:
        """Reset what is open and refuse what is new: the network is gone."""
        self._refusing = True
        self.reset()

    def restore(self) -> None:
        """Let new connections through again."""
        self._refusing = False

    def reset(self) -> None:
        """Reset the connections that are open."""
        for pair in self._pairs:
            for end in pair:
                _reset(end)
        self._pairs.clear()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _reset(near)
                continue
            far = socket.create_connection(self._target)
            flow = threading.Event()
            flow.set()
            self._flows.append(flow)
            self._pairs.append((near, far))
            self._spawn(self._forward, near, far, flow)
            self._spawn(self._forward, far, near, flow)

    def _forward(self, source: socket.socket, sink: socket.socket, flow: threading.Event) -> None:
        try:
            while data := source.recv(65_536):
                flow.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source)
            _reset(sink)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
