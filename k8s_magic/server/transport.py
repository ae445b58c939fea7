"""HTTP/1.1 requests to an API server, the standard library's: whole answers, and answers without end that a thread reads."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from k8s_magic.apiserver.errors import ApiError, without_status
from k8s_magic.kubectl.errors import Unreachable
from k8s_magic.server.access import Access

WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
NOWHERE = "the server could not find the requested resource"
TIMEOUT_S = 60.0
CHUNK = 65536
Query = Mapping[str, Any]
Headers = Sequence[tuple[str, str]]


class Transport:
    """One cluster's HTTP. `headers` go with every request."""

    def __init__(self, access: Access, headers: Headers) -> None:
        self.access = access
        self.headers = [*headers, *([("Authorization", access.authorization)] if access.authorization else [])]
        self.warn: Callable[[str], None] = lambda text: None
        self._kept: http.client.HTTPConnection | None = None
        self._clock: tuple[float, float] | None = None

    def now(self) -> float:
        """The server's clock, by its last answer; who has not heard from it yet asks."""
        if self._clock is None:
            with contextlib.suppress(ApiError, Unreachable):
                self.request("GET", "/version", {}, None, [])
        if self._clock is None:
            return time.time()
        said, at = self._clock
        return said + time.monotonic() - at

    def request(self, method: str, path: str, query: Query, body: bytes | None, headers: Headers) -> tuple[str, bytes]:
        """(content type, body) of the answer; ApiError for a refusal, Unreachable where nobody answers."""
        for attempt in (1, 2):
            connection = self._kept or self._connection()
            fresh, self._kept = self._kept is None, None
            try:
                connection.request(method, self.target(path, query), body, self._message(headers))
                response = connection.getresponse()
                data = response.read()
            except (http.client.HTTPException, ConnectionError, OSError) as error:
                connection.close()
                # A connection that was kept may have been closed meanwhile; one that is new tells the truth.
                if fresh or attempt == 2:
                    raise self._unreachable(error) from None
                continue
            self._kept = connection
            self._heard(response)
            if response.status >= 400:
                raise refusal(response.status, data)
            return response.getheader("Content-Type", ""), data
        raise AssertionError("both attempts have ended above")

    def open(self, path: str, query: Query, headers: Headers) -> Reading:
        """Ask for an answer without end; errors as of `request`."""
        connection = self._connection()
        try:
            connection.connect()
            opened = connection.sock
            connection.request("GET", self.target(path, query), headers=self._message(headers))
            response = connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            raise self._unreachable(error) from None
        self._heard(response)
        if response.status >= 400:
            data = response.read()
            connection.close()
            raise refusal(response.status, data)
        opened.settimeout(None)
        return Reading(opened, response)

    def socket(self) -> socket.socket:
        """A new connection, for who speaks over it himself."""
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error) from None
        assert connection.sock is not None
        return connection.sock

    def _message(self, headers: Headers) -> Mapping[str, str]:
        """All headers, as the one kind of mapping that may hold a name more than once."""
        message: Any = http.client.HTTPMessage()
        for name, value in (*self.headers, *headers):
            message[name] = value
        return cast(Mapping[str, str], message)

    def target(self, path: str, query: Query) -> str:
        """Path and query as they stand in a request's first line."""
        given = {name: value for name, value in query.items() if value is not False and value not in ("", None, [])}
        text = urlencode({name: "true" if value is True else value for name, value in given.items()}, doseq=True)
        return self.access.prefix + path + (("&" if "?" in path else "?") + text if text else "")

    def _connection(self) -> http.client.HTTPConnection:
        access = self.access
        return NamedConnection(access) if access.tls else http.client.HTTPConnection(access.host, access.port, timeout=TIMEOUT_S)

    def _heard(self, response: http.client.HTTPResponse) -> None:
        date = email.utils.parsedate_to_datetime(response.headers["Date"]) if response.headers["Date"] else None
        if date is not None:
            self._clock = date.timestamp(), time.monotonic()
        for line in response.headers.get_all("Warning") or ():
            for text in WARNING.findall(line):
                self.warn(re.sub(r"\\(.)", r"\1", text))

    def _unreachable(self, error: Exception) -> Unreachable:
        where = f"{self.access.host}:{self.access.port}"
        if isinstance(error, ConnectionRefusedError):
            return Unreachable(f"The connection to the server {where} was refused - did you specify the right host or port?")
        if isinstance(error, ssl.SSLCertVerificationError):
            return Unreachable(f"Unable to connect to the server: tls: failed to verify certificate: x509: {error.verify_message}")
        return Unreachable(f"Unable to connect to the server: {error or type(error).__name__}")


class NamedConnection(http.client.HTTPSConnection):
    """HTTPS where the certificate may be for another name than the host's."""

    def __init__(self, access: Access) -> None:
        super().__init__(access.host, access.port, timeout=TIMEOUT_S, context=access.tls)
        self._access = access

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        assert self._access.tls is not None
        self.sock = self._access.tls.wrap_socket(self.sock, server_hostname=self._access.server_name or self._access.host)


class Reading:
    """An answer that goes on: a thread reads it."""

    def __init__(self, connection: socket.socket, response: http.client.HTTPResponse) -> None:
        self._socket, self._response = connection, response

    def lines(self, take: Callable[[bytes | None], None]) -> None:
        """Hand each line to `take`, and None at the end."""
        self._start(self._response.readline, take)

    def chunks(self, take: Callable[[bytes | None], None]) -> None:
        """Hand the bytes to `take` as they come, and None at the end."""
        self._start(lambda: self._response.read1(CHUNK), take)

    def _start(self, read: Callable[[], bytes], take: Callable[[bytes | None], None]) -> None:
        def run() -> None:
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
                while data := read():
                    take(data)
            take(None)
            self._response.close()
            self._socket.close()

        threading.Thread(target=run, name="answer", daemon=True).start()

    def close(self) -> None:
        """Hear no more; the thread ends."""
        with contextlib.suppress(OSError):
            # The TCP connection's, not TLS's: that would disturb the thread in its read.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def refusal(code: int, body: bytes) -> ApiError:
    """The error that an answer tells."""
    try:
        status = json.loads(body)
    except ValueError:
        status = None
    if not isinstance(status, dict) or status.get("kind") != "Status":
        return without_status(code, body)
    return ApiError(status.get("code", code), status.get("reason", ""), status.get("message", ""), status.get("details"))
