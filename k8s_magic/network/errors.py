"""The three ways in which a connection fails, in the words of Go's net package."""

from __future__ import annotations

from typing import Literal

Kind = Literal["refused", "unreachable", "unknown host"]


class NetworkError(Exception):
    """Nobody answers; `kind` says why, and the text is what a Go program would print."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def refused(ip: str, port: int) -> NetworkError:
    return NetworkError("refused", f"dial tcp {ip}:{port}: connect: connection refused")


def unreachable(ip: str, port: int) -> NetworkError:
    return NetworkError("unreachable", f"dial tcp {ip}:{port}: connect: no route to host")


def unknown_host(name: str) -> NetworkError:
    return NetworkError("unknown host", f"dial tcp: lookup {name} on 10.96.0.10:53: no such host")
