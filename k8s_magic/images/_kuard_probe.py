"""kuard's /healthy and /ready: fail as often as they were told to through /healthy/api. Models kuard pkg/debugprobe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from k8s_magic.images import _http

HISTORY = 20


@dataclass(frozen=True)
class Call:
    """One call of the probe."""

    id: int
    when: float
    code: int


class DebugProbe:
    """`fail_next` calls to come fail; below zero all do."""

    def __init__(self, base: str, fail_next: int = 0) -> None:
        self.base = base
        self.fail_next = fail_next
        self._calls: list[Call] = []
        self._last_id = 0

    def answer(self, request: _http.Request, path: str, now: float) -> _http.Response:
        if path == self.base and request.method == "GET":
            return self._probe(now)
        if path == self.base + "/api" and request.method == "PUT":
            return self._configure(request.body, now)
        if path == self.base + "/api" and request.method == "GET":
            return _http.json_response(self._status(now))
        return _http.text(405, "Method Not Allowed\n")

    def _probe(self, now: float) -> _http.Response:
        code, message = 200, "ok"
        if self.fail_next > 0:
            self.fail_next -= 1
            code, message = 500, f"fail, {self.fail_next} left"
        elif self.fail_next < 0:
            code, message = 500, "fail, permanent"
        self._last_id += 1
        self._calls = [*self._calls, Call(self._last_id, now, code)][-HISTORY:]
        return _http.text(code, message, "text/plain")

    def _configure(self, body: bytes, now: float) -> _http.Response:
        try:
            wanted = json.loads(body)
        except ValueError as error:
            return _http.text(400, f"{error}\n")
        fail_next = wanted.get("failNext", 0) if isinstance(wanted, dict) else None
        if not isinstance(fail_next, int):
            return _http.text(400, "json: cannot unmarshal into Go struct field ProbeConfig.failNext of type int\n")
        self.fail_next = fail_next
        return _http.json_response(self._status(now))

    def _status(self, now: float) -> dict[str, Any]:
        history = [{"id": c.id, "when": _friendly(c.when), "relWhen": _relative(now - c.when), "code": c.code} for c in self._calls]
        return {"probePath": self.base, "failNext": self.fail_next, "history": history[::-1]}


def _friendly(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _relative(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "now"
