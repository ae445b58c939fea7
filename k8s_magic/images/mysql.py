"""mysql: a database server with a root password, and its client: databases, tables, rows, as far as an application's set-up needs them.

Not modelled: the binary protocol, types and conditions of SQL, users other than root.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from k8s_magic.images._documents import BadLiteral, Speaker, ask, literals
from k8s_magic.images._mysql_client import client
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import Connection, ConnectionRefused, Context

NAMES = ("mysql", "mariadb")
SIZE = 190_000_000
ENTRYPOINT = ("docker-entrypoint.sh",)
CMD = ("mysqld",)
DIRECTORIES = ("/var/lib/mysql", "/etc/mysql/conf.d", "/docker-entrypoint-initdb.d")
IDLE_MEMORY = 360 * 1024 * 1024
PORT, STARTS_IN_S = 3306, 0.5
DIRECTORY = "/var/lib/mysql"
SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
OWN = ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
Answer = dict[str, Any]


class SqlError(Exception):
    """A statement that fails: its number, state and text, as the client prints them."""


async def main(ctx: Context, argv: list[str]) -> int:
    """The entrypoint: mysqld, or any other program of the image."""
    words = list(argv[1:] if argv and argv[0].endswith("docker-entrypoint.sh") else argv)
    if not words or words[0].startswith("-") or words[0].endswith(("mysqld", "mariadbd")):
        return await Server(ctx).run()
    program = ctx.program(words[0])
    return await program(ctx, words) if program is not None and program is not main else 127


class Server:
    """One running mysqld."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.password = next((ctx.env[name] for name in OWN if name.endswith("ROOT_PASSWORD") and name in ctx.env), "")

    async def run(self) -> int:
        ctx = self.ctx
        ctx.use(memory=IDLE_MEMORY)
        self._say("[Note] [Entrypoint]: Entrypoint script for MySQL Server started.")
        if not self._databases() and not any(name in ctx.env for name in OWN):
            self._say("[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified")
            ctx.stderr("    You need to specify one of the following as an environment variable:\n")
            ctx.stderr("".join(f"    - {name}\n" for name in OWN[:3]))
            return 1
        ctx.files.setdefault(f"{DIRECTORY}/password", self.password.encode())
        if ctx.env.get("MYSQL_DATABASE"):
            ctx.files.setdefault(_path(ctx.env["MYSQL_DATABASE"]), b"{}")
        await ctx.sleep(STARTS_IN_S)
        ctx.listen(PORT, self.serve)
        self._say(
            f"[System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. socket: '/var/run/mysqld/mysqld.sock'  port: {PORT}"
        )
        ctx.steady()
        await ctx.wait_for_signal()
        self._say("[System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete")
        return 0

    def _say(self, text: str) -> None:
        stamp = datetime.fromtimestamp(self.ctx.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        self.ctx.stderr(f"{stamp} 0 {text}\n")

    def _databases(self) -> list[str]:
        paths = [path for path in self.ctx.files if path.startswith(DIRECTORY + "/") and path.endswith(".json")]
        return sorted({*SYSTEM, *(path[len(DIRECTORY) + 1 : -5] for path in paths)}) if f"{DIRECTORY}/password" in self.ctx.files else []

    async def serve(self, connection: Connection) -> None:
        """A client says who it is, then sends statements."""
        speaker = Speaker(connection)
        try:
            hello = await speaker.read()
            refusal = self._refusal(hello, connection.peer.rpartition(":")[0])
            speaker.send({"error": refusal} if refusal else {"rows": []})
            database = hello.get("database", "")
            while not refusal:
                answer = self._answer(await speaker.read(), database)
                database = answer.pop("database", database)
                speaker.send(answer)
        except ConnectionRefused:
            return

    def _refusal(self, hello: dict[str, Any], address: str) -> str:
        secret = self.ctx.files.get(f"{DIRECTORY}/password", b"").decode()
        where = "localhost" if address in ("127.0.0.1", self.ctx.address) else address
        if hello["user"] != "root" or hello["password"] != secret:
            using = "YES" if hello["password"] else "NO"
            return f"1045 (28000): Access denied for user '{hello['user']}'@'{where}' (using password: {using})"
        if hello.get("database") and hello["database"] not in self._databases():
            return f"1049 (42000): Unknown database '{hello['database']}'"
        return ""

    def _answer(self, statement: str, database: str) -> Answer:
        for pattern, act in STATEMENTS:
            match = re.fullmatch(pattern, " ".join(statement.split()), re.IGNORECASE)
            if match is not None:
                try:
                    found: Answer = act(self, database, *match.groups())
                except SqlError as error:
                    return {"error": str(error)}
                return found
        near = statement.split("\n")[0][:80]
        manual = "check the manual that corresponds to your MySQL server version for the right syntax to use"
        why = f"You have an error in your SQL syntax; {manual}"
        return {"error": f"1064 (42000): {why} near '{near}' at line 1"}

    # --- Statements ---

    def _tables(self, database: str) -> dict[str, Any]:
        if not database:
            raise SqlError("1046 (3D000): No database selected")
        if database in SYSTEM:
            return {}
        tables: dict[str, Any] = json.loads(self.ctx.files[_path(database)])
        return tables

    def _table(self, database: str, name: str) -> dict[str, Any]:
        tables = self._tables(database)
        if name not in tables:
            raise SqlError(f"1146 (42S02): Table '{database}.{name}' doesn't exist")
        return tables

    def _write(self, database: str, tables: dict[str, Any]) -> Answer:
        self.ctx.files[_path(database)] = json.dumps(tables).encode()
        return {"changed": 1}

    def create_database(self, database: str, lenient: str | None, name: str) -> Answer:
        if name in self._databases():
            if lenient:
                return {"changed": 1}
            raise SqlError(f"1007 (HY000): Can't create database '{name}'; database exists")
        return self._write(name, {})

    def drop_database(self, database: str, lenient: str | None, name: str) -> Answer:
        if name not in self._databases() or name in SYSTEM:
            if lenient:
                return {"changed": 0}
            raise SqlError(f"1008 (HY000): Can't drop database '{name}'; database doesn't exist")
        del self.ctx.files[_path(name)]
        return {"changed": 0}

    def show_databases(self, database: str) -> Answer:
        return {"columns": ["Database"], "rows": [[name] for name in self._databases()]}

    def use(self, database: str, name: str) -> Answer:
        if name not in self._databases():
            raise SqlError(f"1049 (42000): Unknown database '{name}'")
        return {"database": name, "used": True}

    def show_tables(self, database: str) -> Answer:
        return {"columns": [f"Tables_in_{database}"], "rows": [[name] for name in sorted(self._tables(database))]}

    def create_table(self, database: str, lenient: str | None, name: str, columns: str) -> Answer:
        tables = self._tables(database)
        if name in tables:
            if lenient:
                return {"changed": 0}
            raise SqlError(f"1050 (42S01): Table '{name}' already exists")
        names = [part.split()[0].strip("`") for part in re.split(r",(?![^(]*\))", columns) if part.split()]
        return self._write(database, {**tables, name: {"columns": names, "rows": []}}) | {"changed": 0}

    def insert(self, database: str, name: str, columns: str | None, values: str) -> Answer:
        tables = self._table(database, name)
        named = [word.strip(" `") for word in columns.split(",")] if columns else tables[name]["columns"]
        try:
            rows = [literals(row) for row in re.findall(r"\(([^()]*)\)", values)]
        except BadLiteral as error:
            raise SqlError(f"1054 (42S22): Unknown column '{error}' in 'field list'") from None
        for row in rows:
            given = dict(zip(named, row, strict=False))
            tables[name]["rows"].append([given.get(column) for column in tables[name]["columns"]])
        return self._write(database, tables) | {"changed": len(rows)}

    def select(self, database: str, what: str, name: str) -> Answer:
        table = self._table(database, name)[name]
        if what.lower().startswith("count("):
            return {"columns": [what], "rows": [[len(table["rows"])]]}
        wanted = table["columns"] if what.strip() == "*" else [word.strip(" `") for word in what.split(",")]
        for column in wanted:
            if column not in table["columns"]:
                raise SqlError(f"1054 (42S22): Unknown column '{column}' in 'field list'")
        places = [table["columns"].index(column) for column in wanted]
        return {"columns": wanted, "rows": [[row[place] for place in places] for row in table["rows"]]}

    def select_value(self, database: str, what: str) -> Answer:
        known = {"1": 1, "version()": "8.4.7", "database()": database or None}
        return {"columns": [what], "rows": [[known.get(what.lower(), what)]]}


NAME = r"`?([\w$]+)`?"
STATEMENTS: list[tuple[str, Any]] = [
    (rf"create (?:database|schema) (if not exists )?{NAME}.*", Server.create_database),
    (rf"drop (?:database|schema) (if exists )?{NAME}", Server.drop_database),
    (r"show (?:databases|schemas)", Server.show_databases),
    (rf"use {NAME}", Server.use),
    (r"show tables", Server.show_tables),
    (rf"create table (if not exists )?{NAME} ?\((.*)\).*", Server.create_table),
    (rf"insert into {NAME} ?(?:\(([^()]*)\) ?)?values ?(.*)", Server.insert),
    (rf"select (.+) from {NAME}", Server.select),
    (r"select (.+)", Server.select_value),
]


def _path(database: str) -> str:
    return f"{DIRECTORY}/{database}.json"


async def connect(ctx: Context, host: str, port: int, user: str, password: str, database: str = "") -> Speaker:
    """A session with a server; `SqlError` where it refuses, `ConnectionRefused` where there is none."""
    speaker = Speaker(await ctx.connect(host, port))
    try:
        answer = await ask(ctx, speaker, {"user": user, "password": password, "database": database})
    except TooLate:
        raise ConnectionRefused("connection timed out") from None
    if "error" in answer:
        raise SqlError(answer["error"])
    return speaker


COMMANDS = {"mysql": client, "mariadb": client}
