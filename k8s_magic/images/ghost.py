"""ghost: a blog on port 2368, with its posts in a file or in MySQL, as /var/lib/ghost/config.js says.

Not modelled: themes, the editor, mail; a post is written by `POST /ghost/api/posts` with its title as the body.
"""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from typing import Any

from k8s_magic.images import _http
from k8s_magic.images._documents import Speaker, ask
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import ConnectionRefused, Context
from k8s_magic.images.mysql import SqlError, connect

NAMES = ("ghost",)
SIZE = 170_000_000
ENTRYPOINT = ("docker-entrypoint.sh",)
CMD = ("node", "current/index.js")
DIRECTORIES = ("/var/lib/ghost", "/var/lib/ghost/content")
IDLE_MEMORY = 120 * 1024 * 1024
CONFIG = "/var/lib/ghost/config.js"
POSTS = "/var/lib/ghost/content/data/ghost.json"
STARTS_IN_S, STOP_S = 2.0, 0.5


async def main(ctx: Context, argv: list[str]) -> int:
    """The entrypoint: the blog, or any other program of the image."""
    words = list(argv[1:] if argv and argv[0].endswith("docker-entrypoint.sh") else argv)
    if not words or words[0] in ("node", "npm") or words[0].endswith("index.js"):
        return await Blog(ctx).run()
    program = ctx.program(words[0])
    return await program(ctx, words) if program is not None and program is not main else 127


class Blog:
    """One running Ghost."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._config = ctx.files.get(CONFIG, b"").decode("utf-8", "replace")
        self._database: Speaker | None = None

    def _setting(self, name: str, default: str = "", within: str = "") -> str:
        """A value of the configuration, which is JavaScript: `name: 'value'` in the object called `within`, or an environment variable."""
        text = self._config
        if within:
            block = re.search(rf"\b{within}['\"]?\s*:\s*{{([^{{}}]*)", text)
            text = block[1] if block else ""
        found = re.search(rf"\b{name}['\"]?\s*:\s*['\"]?([^'\",\s}}]+)", text)
        variable = self.ctx.env.get("__".join([*filter(None, [within]), name]).replace("__connection", ""))
        return variable or (found[1] if found else default)

    def _say(self, text: str, level: str = "INFO") -> None:
        stamp = datetime.fromtimestamp(self.ctx.now(), UTC).strftime("%Y-%m-%d %H:%M:%S")
        self.ctx.stdout(f"[{stamp}] {level} {text}\n")

    async def run(self) -> int:
        ctx = self.ctx
        ctx.use(memory=IDLE_MEMORY)
        self._say("Ghost is running in development..." if self._config else "Ghost is running in production...")
        if self._setting("client", "sqlite3", "database").startswith("mysql") and not await self._open():
            return 1
        await ctx.sleep(STARTS_IN_S)
        port = int(self._setting("port", "2368", "server")) if "server" in self._config else 2368
        _http.serve(ctx, port, self._answer)
        self._say(f"Your site is now available on {self._setting('url', f'http://localhost:{port}/')}")
        self._say(f"Ghost boot {STARTS_IN_S:.3f}s")
        ctx.steady()
        await ctx.wait_for_signal()
        self._say("Ghost is shutting down", "WARN")
        await ctx.sleep(STOP_S)
        return 0

    async def _open(self) -> bool:
        """Connect to MySQL and make the table of posts; says why where that cannot be."""
        host, name = self._setting("host", "localhost", "connection"), self._setting("database", "ghost", "connection")
        user, password = self._setting("user", "root", "connection"), self._setting("password", "", "connection")
        try:
            self._database = await connect(self.ctx, host, int(self._setting("port", "3306", "connection")), user, password, name)
            await ask(self.ctx, self._database, "create table if not exists posts (title text)")
        except SqlError as error:
            self._say(f"Unknown database error: {error}", "ERROR")
            return False
        except (ConnectionRefused, TooLate) as error:
            why = "ENOTFOUND" if "no such host" in str(error) else "ECONNREFUSED"
            self._say(f"connect {why} {host}:3306", "ERROR")
            return False
        return True

    async def _posts(self) -> list[str]:
        if self._database is None:
            return [*json.loads(self.ctx.files.get(POSTS, b'["Coming soon"]'))]
        answer = await self._query("select title from posts")
        return [str(row[0]) for row in answer["rows"]]

    async def _write(self, title: str) -> None:
        if self._database is None:
            self.ctx.files[POSTS] = json.dumps([*await self._posts(), title]).encode()
        else:
            quoted = title.replace("'", "\\'").replace("(", "").replace(")", "")
            await self._query(f"insert into posts values ('{quoted}')")

    async def _query(self, statement: str) -> dict[str, Any]:
        """Ask the database, once more over a new connection where the old one is broken."""
        assert self._database is not None
        try:
            answer = await ask(self.ctx, self._database, statement)
        except (ConnectionRefused, TooLate):
            if not await self._open():
                raise
            answer = await ask(self.ctx, self._database, statement)
        return dict(answer)

    async def _answer(self, request: _http.Request) -> _http.Response:
        response = await self._respond(request)
        self._say(f'"{request.method} {request.target}" {response.status} 5ms')
        self.ctx.steady()
        return response

    async def _respond(self, request: _http.Request) -> _http.Response:
        try:
            if request.method == "POST" and request.path.rstrip("/") == "/ghost/api/posts":
                await self._write(request.body.decode("utf-8", "replace").strip())
                return _http.json_response({"posts": await self._posts()}, 201)
            if request.path != "/":
                return _http.text(404, "<h1>404</h1><p>Page not found</p>\n", "text/html; charset=utf-8")
            items = "".join(f"<article><h2>{html.escape(title)}</h2></article>\n" for title in await self._posts())
        except (ConnectionRefused, TooLate):
            return _http.text(500, "Database connection lost\n")
        page = f"<!DOCTYPE html>\n<html>\n<head><title>Ghost</title></head>\n<body>\n<h1>Ghost</h1>\n{items}</body>\n</html>\n"
        return _http.text(200, page, "text/html; charset=utf-8")
