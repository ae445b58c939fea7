"""kubectl proxy: the API on a port of this machine, without TLS or tokens. Models kubectl/pkg/cmd/proxy.

Not modelled: watches and streams through the proxy, --www, --unix-socket, --address, --keepalive.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import waiting
from k8s_magic.kubectl.environment import Connection, UsageError
from k8s_magic.kubectl.verb import Call, Verb

_REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Entity"}


async def run(call: Call) -> int | None:
    """Open the port and answer until nobody asks any more."""
    if call.args:
        raise call.usage_error(f"unexpected arguments: [{' '.join(call.args)}]")
    waiting.check_may_wait(call.environment)
    if call.environment.listeners is None:
        raise UsageError("nobody could connect to a port here; kubectl get --raw PATH asks the API the same")
    port = int(call.flags["port"])
    try:
        listener = call.environment.listeners.listen(port, Proxy(call).serve)
    except OSError:
        raise UsageError(f"listen tcp 127.0.0.1:{port}: bind: address already in use") from None
    call.out(f"Starting to serve on 127.0.0.1:{listener.port}\n")
    patience = waiting.Patience(call.environment)
    try:
        while (seconds := patience.seconds()) is None or seconds > 0:
            await call.client.sleep(3600.0 if seconds is None else seconds)
            if seconds is not None:
                patience.explain()
                call.err("(put & behind the command to leave the port open)\n")
                return None
    finally:
        listener.close()
    return None


@dataclass
class Proxy:
    """Answers HTTP requests with what the API says to them."""

    call: Call

    async def serve(self, connection: Connection) -> None:
        """Answer one request, then hang up."""
        if (request := await _request(connection)) is not None:
            method, path, body = request
            code, content_type, text = self.answer(method, path, body)
            data = text.encode()
            head = f"HTTP/1.1 {code} {_REASONS.get(code, 'Error')}\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n"
            connection.write(f"{head}Connection: close\r\n\r\n".encode() + data)
        connection.close()

    def answer(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        """(status, content type, text) of a request. Models the filter of proxy.FilterServer and then the API."""
        flags = self.call.flags
        if self._refused(method, path.partition("?")[0]) and not flags["disable-filter"]:
            return 403, "text/plain; charset=utf-8", "Forbidden\n"
        prefix = "/" + str(flags["api-prefix"]).strip("/")
        if not path.startswith(prefix):
            return 404, "text/plain; charset=utf-8", "404 page not found\n"
        path = "/" + path.removeprefix(prefix).lstrip("/")
        try:
            found: Any = self.call.client.raw(path, method, body or None)
        except ApiError as error:
            return error.code, "application/json", json.dumps(error.status, indent=2) + "\n"
        if isinstance(found, str):
            return 200, "text/plain; charset=utf-8", found
        return (201 if method == "POST" else 200), "application/json", json.dumps(found, indent=2, ensure_ascii=False) + "\n"

    def _refused(self, method: str, path: str) -> bool:
        flags = self.call.flags
        rejected = _matches(str(flags["reject-methods"]), method) or _matches(str(flags["reject-paths"]), path)
        return rejected or not _matches(str(flags["accept-paths"]), path)


def _matches(patterns: str, text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns.split(",") if pattern)


async def _request(connection: Connection) -> tuple[str, str, str] | None:
    """(method, path, body); None where the other side hung up before it was whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = await connection.read()
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length:\s*(\d+)", head)
    while length and len(body) < int(length[1]):
        more = await connection.read()
        if not more:
            return None
        body += more
    first = head.split(b"\r\n")[0].decode("latin-1").split(" ")
    return (first[0], first[1], body.decode("utf-8", "replace")) if len(first) == 3 else None


VERB = Verb("proxy", "Serve the API on a port of this machine.", run, examples=("kubectl proxy --port=8001 &",))
