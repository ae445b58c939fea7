"""parse-server: an API for mobile applications on port 1337, which keeps its objects in MongoDB.

Objects are written by `POST /parse/classes/NAME` and read by GET, with the header X-Parse-Application-Id. Not modelled: users, roles,
queries, files, push.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from k8s_magic.images import _http
from k8s_magic.images._documents import Speaker, ask
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import ConnectionRefused, Context

NAMES = ("parse-server", "parseplatform/parse-server")
SIZE = 160_000_000
ENTRYPOINT = ("node", "./bin/parse-server")
IDLE_MEMORY = 90 * 1024 * 1024
PORT, MOUNT = 1337, "/parse"
RETRY_S, TRIES = 2.0, 5
OPTIONS = {"appId": "PARSE_SERVER_APPLICATION_ID", "masterKey": "PARSE_SERVER_MASTER_KEY", "databaseURI": "PARSE_SERVER_DATABASE_URI"}
VARIABLES = {"appId": "APP_ID", "masterKey": "MASTER_KEY", "databaseURI": "DATABASE_URI"}


class Unavailable(Exception):
    """No member of the database takes the request."""


async def main(ctx: Context, argv: list[str]) -> int:
    """Serve until told to stop."""
    return await Parse(ctx, argv).run()


class Parse:
    """One running parse-server."""

    def __init__(self, ctx: Context, argv: list[str]) -> None:
        self.ctx = ctx
        given = dict(pairwise(argv))
        self.options = {name: self._option(given.get(f"--{name}", ""), name) for name in OPTIONS}
        self._speakers: dict[str, Speaker] = {}

    def _option(self, value: str, name: str) -> str:
        """An option as given; `$NAME`, which no shell has replaced, is taken for the variable that it was meant to be."""
        if value.startswith("$"):
            return self.ctx.env.get(value[1:].strip("{}()").strip(), "")
        return value or self.ctx.env.get(OPTIONS[name]) or self.ctx.env.get(VARIABLES[name], "")

    @property
    def members(self) -> list[str]:
        """The hosts of the database, from mongodb://HOST,HOST/NAME?..."""
        places = self.options["databaseURI"].partition("://")[2].partition("/")[0].rpartition("@")[2]
        return [place.strip() if ":" in place else f"{place.strip()}:27017" for place in places.split(",") if place.strip()]

    async def run(self) -> int:
        ctx = self.ctx
        ctx.use(memory=IDLE_MEMORY)
        missing = [name for name in ("appId", "masterKey") if not self.options[name]]
        if missing:
            ctx.stderr(f"ERROR: {' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} required\n")
            return 1
        for _ in range(TRIES):
            try:
                await self._database({"ping": 1})
                break
            except Unavailable as error:
                why = str(error)
            await ctx.sleep(RETRY_S)
        else:
            ctx.stderr(f"error: Uncaught internal server error. MongoNetworkError: failed to connect to server on first connect [{why}]\n")
            return 1
        _http.serve(ctx, PORT, self._answer)
        ctx.stdout(f"[{self._now()}] parse-server running on http://localhost:{PORT}{MOUNT}\n")
        ctx.steady()
        await ctx.wait_for_signal()
        ctx.stdout("Termination signal received. Shutting down.\n")
        return 0

    def _now(self) -> str:
        return datetime.fromtimestamp(self.ctx.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    async def _database(self, command: dict[str, Any]) -> dict[str, Any]:
        """What the first member says that takes the command: the primary, for what is not a ping."""
        why = "no hosts"
        for place in self.members:
            host, _, port = place.rpartition(":")
            try:
                if place not in self._speakers:
                    self._speakers[place] = Speaker(await self.ctx.connect(host, int(port)))
                answer: dict[str, Any] = await ask(self.ctx, self._speakers[place], {**command, "$db": "dev"})
            except (ConnectionRefused, TooLate) as error:
                self._speakers.pop(place, None)
                why = f"{place}: {error}"
                continue
            if answer["ok"]:
                return answer
            why = str(answer.get("errmsg"))
        raise Unavailable(why)

    async def _answer(self, request: _http.Request) -> _http.Response:
        try:
            return await self._respond(request)
        except Unavailable:
            return _http.json_response({"code": 1, "message": "Internal server error."}, 500)
        finally:
            self.ctx.steady()

    async def _respond(self, request: _http.Request) -> _http.Response:
        if request.path == f"{MOUNT}/health":
            return _http.json_response({"status": "ok"})
        if not request.path.startswith(f"{MOUNT}/"):
            return _http.text(404, f"Cannot {request.method} {request.path}\n")
        if request.headers.get("x-parse-application-id") != self.options["appId"]:
            return _http.json_response({"error": "unauthorized"}, 403)
        kind, _, name = request.path[len(MOUNT) + 1 :].partition("/")
        if kind != "classes" or not name:
            return _http.json_response({"code": 101, "error": "Object not found."}, 404)
        return await (self._create(name, request.body) if request.method == "POST" else self._list(name))

    async def _create(self, name: str, body: bytes) -> _http.Response:
        try:
            fields = json.loads(body)
        except ValueError:
            return _http.json_response({"code": 107, "error": "invalid JSON"}, 400)
        identity = f"{self.ctx.draw(36**10):010x}"[:10]
        await self._database({"insert": name, "documents": [{"_id": identity, **fields, "createdAt": self._now()}]})
        return _http.json_response({"objectId": identity, "createdAt": self._now()}, 201)

    async def _list(self, name: str) -> _http.Response:
        answer = await self._database({"find": name})
        found = [{"objectId": document.pop("_id"), **document} for document in answer["documents"]]
        return _http.json_response({"results": found})
