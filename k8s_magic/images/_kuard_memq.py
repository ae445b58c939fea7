"""kuard's in-memory work queue, which the book's consumers drain. Models kuard pkg/memq/server."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from k8s_magic.images import _http
from k8s_magic.images.context import Context

ALREADY_EXISTS, DOES_NOT_EXIST, EMPTY_NAME = "already exists\n", "does not exist\n", "empty name\n"


@dataclass
class Queue:
    """Messages that wait, and counts of all that went through."""

    messages: deque[dict[str, Any]] = field(default_factory=deque)
    enqueued: int = 0
    dequeued: int = 0
    drained: int = 0


class MemQ:
    """The queues by name."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._queues: dict[str, Queue] = {}
        self._messages = 0

    def answer(self, request: _http.Request, path: str) -> _http.Response:
        parts = path.strip("/").split("/")
        if parts == ["stats"] and request.method == "GET":
            return _http.json_response(self._stats())
        if parts[0] != "queues" or len(parts) not in (2, 3):
            return _http.text(404, "404 page not found\n")
        if not parts[1]:
            return _http.text(400, EMPTY_NAME)
        action = (request.method, parts[2] if len(parts) == 3 else "")
        if action == ("PUT", ""):
            return self._create(parts[1])
        queue = self._queues.get(parts[1])
        if queue is None:
            return _http.text(400, DOES_NOT_EXIST)
        return self._act(action, parts[1], queue, request.body)

    def _act(self, action: tuple[str, str], name: str, queue: Queue, body: bytes) -> _http.Response:
        if action == ("POST", "enqueue"):
            return _http.json_response(self._enqueue(queue, body))
        if action == ("POST", "dequeue"):
            return self._dequeue(queue)
        if action == ("POST", "drain"):
            queue.drained += len(queue.messages)
            queue.messages.clear()
        elif action == ("DELETE", ""):
            del self._queues[name]
        else:
            return _http.text(405, "Method Not Allowed\n")
        return _http.Response(200)

    def _create(self, name: str) -> _http.Response:
        if name in self._queues:
            return _http.text(400, ALREADY_EXISTS)
        self._queues[name] = Queue()
        return _http.Response(200)

    def _enqueue(self, queue: Queue, body: bytes) -> dict[str, Any]:
        self._messages += 1
        number = self._ctx.draw(1 << 128, "memq", self._messages)
        created = datetime.fromtimestamp(self._ctx.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        message = {"kind": "message", "id": f"{number:032x}", "body": body.decode("utf-8", "replace"), "creationTimestamp": created}
        queue.messages.append(message)
        queue.enqueued += 1
        return message

    def _dequeue(self, queue: Queue) -> _http.Response:
        if not queue.messages:
            return _http.Response(204)
        queue.dequeued += 1
        return _http.json_response(queue.messages.popleft())

    def _stats(self) -> dict[str, Any]:
        queues = [
            {"name": name, "depth": len(q.messages), "enqueued": q.enqueued, "dequeued": q.dequeued, "drained": q.drained}
            for name, q in self._queues.items()
        ]
        return {"kind": "stats", "queues": queues}
