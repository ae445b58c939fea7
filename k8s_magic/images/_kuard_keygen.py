"""kuard's key generator: the work that the book's Jobs do, alone or out of a work queue. Models kuard pkg/keygen.

A key takes a few tenths of a second. A workload that is to exit on completion but has no bound ends after 4 s, since
one cannot wait for infinity to see what a Job does.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from k8s_magic.images import _http
from k8s_magic.images._kuard_log import log
from k8s_magic.images.context import ConnectionRefused, Context

KEY_S, BATCH_S, RETRY_S = 0.4, 4.0, 1.0
HISTORY = 20


@dataclass(frozen=True)
class KeyGenConfig:
    """What the flags and the API set."""

    enable: bool = False
    num_to_gen: int = 0
    time_to_run: int = 0
    memq_server: str = ""
    memq_queue: str = ""
    exit_on_complete: bool = False
    exit_code: int = 0

    @staticmethod
    def from_flags(flags: dict[str, str]) -> KeyGenConfig:
        def number(name: str) -> int:
            return int(flags[name]) if flags.get(name, "").lstrip("-").isdigit() else 0

        return KeyGenConfig(
            flags.get("keygen-enable") == "true",
            number("keygen-num-to-gen"),
            number("keygen-time-to-run"),
            flags.get("keygen-memq-server", ""),
            flags.get("keygen-memq-queue", ""),
            flags.get("keygen-exit-on-complete") == "true",
            number("keygen-exit-code"),
        )

    def as_flags(self) -> dict[str, Any]:
        """As the log prints it at the start."""
        return {
            "enable": self.enable,
            "exit-code": self.exit_code,
            "exit-on-complete": self.exit_on_complete,
            "memq-queue": self.memq_queue,
            "memq-server": self.memq_server,
            "num-to-gen": self.num_to_gen,
            "time-to-run": self.time_to_run,
        }

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "enable": self.enable,
            "numToGen": self.num_to_gen,
            "timeToRun": self.time_to_run,
            "memQServer": self.memq_server,
            "memQQueue": self.memq_queue,
            "exitOnComplete": self.exit_on_complete,
            "exitCode": self.exit_code,
        }

    def with_json(self, wanted: dict[str, Any]) -> KeyGenConfig:
        """What a PUT makes of it: fields left out fall back to zero, as in Go."""
        names = {"numToGen": "num_to_gen", "timeToRun": "time_to_run", "memQServer": "memq_server", "memQQueue": "memq_queue"}
        names |= {"exitOnComplete": "exit_on_complete", "exitCode": "exit_code", "enable": "enable"}
        return replace(KeyGenConfig(), **{names[key]: value for key, value in wanted.items() if key in names})

    @property
    def seconds_a_key(self) -> float:
        """A small batch takes four seconds in all."""
        return max(KEY_S / 2, min(BATCH_S / self.num_to_gen, BATCH_S / 3)) if self.num_to_gen else KEY_S


class KeyGen:
    """The workloads of one kuard, one at a time."""

    def __init__(self, ctx: Context, config: KeyGenConfig) -> None:
        self.config = config
        self._ctx = ctx
        self._workloads = 0
        self._keys = 0
        self._history: list[dict[str, Any]] = []

    async def run(self) -> int | None:
        """Do the work that the flags asked for; the exit code if the program is to end then."""
        config = self.config
        if not config.enable:
            if not config.exit_on_complete:
                return None
            await self._ctx.sleep(BATCH_S)
            return config.exit_code
        return await (self._from_queue(config) if config.memq_server and config.memq_queue else self._batch(config))

    def answer(self, request: _http.Request) -> _http.Response:
        if request.method == "PUT":
            try:
                self.config = self.config.with_json(json.loads(request.body))
            except ValueError as error:
                return _http.text(400, f"{error}\n")
            self._workloads += 1
            self._ctx.spawn(self._asked_for())
        elif request.method != "GET":
            return _http.text(405, "Method Not Allowed\n")
        return _http.json_response({"config": self.config.as_json(), "history": self._history})

    async def _asked_for(self) -> None:
        """A workload that the API started; it never ends the program, unlike one from flags."""
        if self.config.enable:
            await self.run()

    def _say(self, text: str) -> None:
        log(self._ctx, text)
        entry = {"id": self._history[-1]["id"] + 1 if self._history else 0, "data": text}
        self._history = [*self._history, entry][-HISTORY:]

    async def _batch(self, config: KeyGenConfig) -> int | None:
        identity = self._workloads
        self._say(f"(ID {identity}) Workload starting")
        self._ctx.use(cpu=1.0)
        generated, total = 0, config.num_to_gen or "Inf"
        end = self._ctx.now() + config.time_to_run if config.time_to_run else None
        if end is None and not config.num_to_gen and config.exit_on_complete:
            end = self._ctx.now() + BATCH_S
        while (not config.num_to_gen or generated < config.num_to_gen) and (end is None or self._ctx.now() < end):
            if self.config != config:
                return None
            await self._ctx.sleep(config.seconds_a_key)
            generated += 1
            self._say(f"(ID {identity} {generated}/{total}) Item done: {self._key()}")
        self._ctx.use(cpu=0.0)
        self._say(f"(ID {identity}) Workload exiting")
        return config.exit_code if config.exit_on_complete else None

    async def _from_queue(self, config: KeyGenConfig) -> int | None:
        self._say("MemQ Worker starting")
        while self.config == config:
            try:
                status = await self._dequeue(config)
            except (ConnectionRefused, _http.BadMessage) as error:
                self._say(f"Error talking to server: {error}. Retrying after 1s.")
                await self._ctx.sleep(RETRY_S)
                continue
            if status == 204 and config.exit_on_complete:
                return config.exit_code
            if status == 200:
                self._ctx.use(cpu=1.0)
                await self._ctx.sleep(config.seconds_a_key)
                self._ctx.use(cpu=0.0)
                self._say(f"Item done: {self._key()}")
                continue
            why = "Queue is empty." if status == 204 else f"Error talking to server: unexpected status {status}."
            self._say(f"{why} Retrying after 1s.")
            await self._ctx.sleep(RETRY_S)
        self._say("MemQ Worker shutting down")
        return None

    async def _dequeue(self, config: KeyGenConfig) -> int:
        url = urlsplit(config.memq_server)
        path = f"{url.path}/queues/{config.memq_queue}/dequeue"
        response = await _http.request(self._ctx.connect, "POST", url.hostname or "", url.port or 80, path)
        return response.status

    def _key(self) -> str:
        """A fingerprint as ssh-keygen shows it: 43 characters of base64."""
        self._keys += 1
        number = self._ctx.draw(1 << 256, "key", self._keys) ^ self._ctx.draw(1 << 128, "key's other half", self._keys) << 128
        return "SHA256:" + base64.b64encode(number.to_bytes(32, "big")).decode().rstrip("=")
