"""The mongo shell, as far as one sets up and asks a replica set: no JavaScript but calls with literals."""

from __future__ import annotations

import re
from typing import Any

from k8s_magic.images._documents import BadLiteral, Speaker, ask, in_a_line, literals, shown
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import ConnectionRefused, Context

CALL = re.compile(r"^\s*(rs|db|sh)\.([\w.]+?)\((.*)\)(?:\.(pretty|count|toArray)\(\))?\s*$", re.DOTALL)
PRINT = re.compile(r"^\s*(printjson|print)\((.*)\)\s*$", re.DOTALL)
COMMANDS: dict[str, str] = {
    "rs.initiate": "replSetInitiate",
    "rs.add": "replSetAdd",
    "rs.remove": "replSetRemove",
    "rs.status": "replSetGetStatus",
    "rs.conf": "replSetGetConfig",
    "rs.config": "replSetGetConfig",
    "rs.isMaster": "isMaster",
    "rs.hello": "hello",
    "db.isMaster": "isMaster",
    "db.hello": "hello",
    "db.serverStatus": "serverStatus",
    "db.version": "serverStatus",
}
INSERTS, FINDS = ("insert", "insertOne", "insertMany", "save"), ("find", "findOne", "count", "countDocuments")


async def shell(ctx: Context, argv: list[str]) -> int:
    """`mongo [--host H] [--port P] [--quiet] [--eval JS] [DB]`; without --eval it reads lines."""
    options, words = _options(argv[1:])
    host, _, port = options.get("host", "127.0.0.1").rpartition("/")[2].partition(":")
    port = options.get("port", port or "27017")
    script = options.get("eval")
    if "quiet" not in options:
        ctx.stdout(f"MongoDB shell version v{_version(ctx)}\nconnecting to: mongodb://{host}:{port}/{words[0] if words else ''}\n")
    try:
        speaker = Speaker(await ctx.connect(host, int(port)))
    except ConnectionRefused as error:
        ctx.stdout(f"W NETWORK  [thread1] Failed to connect to {host}:{port}, in(checking socket for error after poll), reason: {error}\n")
        ctx.stdout(f"E QUERY    [thread1] Error: couldn't connect to server {host}:{port}, connection attempt failed :\n")
        ctx.stdout("exception: connect failed\n")
        return 1
    if "quiet" not in options:
        ctx.stdout(f"MongoDB server version: {_version(ctx)}\n")
    session = Session(ctx, speaker, words[0] if words else "test")
    if script is not None:
        return await session.run(script)
    return await session.converse()


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    rest: list[str] = []
    while words:
        word = words.pop(0)
        name, given, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            rest.append(word)
        elif name in ("quiet", "norc"):
            found[name] = "yes"
        else:
            found[name] = value if given else words.pop(0) if words else ""
    return found, rest


def _version(ctx: Context) -> str:
    tag = ctx.image.rpartition(":")[2].split("-")[0]
    return tag if tag[:1].isdigit() and "." in tag else "8.0.14"


class Session:
    """One shell that is connected to a server."""

    def __init__(self, ctx: Context, speaker: Speaker, database: str) -> None:
        self._ctx = ctx
        self._speaker = speaker
        self._database = database
        self._slave_ok = False

    async def converse(self) -> int:
        """Run what is typed until its end; a call may span lines."""
        typed = ""
        while True:
            if self._ctx.is_terminal:
                self._ctx.stdout("... " if typed else "> ")
            data = await self._ctx.read_stdin()
            for line in data.decode("utf-8", "replace").splitlines():
                typed += line + "\n"
                if typed.count("(") > typed.count(")") or typed.count("{") > typed.count("}"):
                    continue
                if typed.strip() in ("exit", "quit()"):
                    return 0
                await self.run(typed)
                typed = ""
            if not data:
                return 0

    async def run(self, script: str) -> int:
        """Run statements; 0 unless one of them makes no sense or the server has gone."""
        for statement in _statements(script):
            try:
                text = await self._statement(statement)
            except (BadLiteral, IndexError):
                self._ctx.stdout(f"E QUERY    [thread1] SyntaxError: {statement}\n")
                return 3
            except (ConnectionRefused, TooLate):
                self._ctx.stdout("Error: error doing query: failed: network error while attempting to run command\n")
                return 1
            if text:
                self._ctx.stdout(text + "\n")
        return 0

    async def _statement(self, text: str) -> str:
        printed = PRINT.match(text)
        if printed:
            value = await self._value(printed[2])
            return shown(value) if printed[1] == "printjson" else str(value)
        words = text.split()
        if words[0] == "use":
            self._database = words[1]
            return f"switched to db {words[1]}"
        if words[:2] in (["show", "dbs"], ["show", "databases"]):
            answer = await self._ask({"listDatabases": 1})
            return "\n".join(f"{name}  0.000GB" for name in answer["databases"])
        value = await self._value(text)
        if isinstance(value, list):
            return "\n".join(in_a_line(each) for each in value)
        small = isinstance(value, dict) and len(value) < 3 and len(in_a_line(value)) < 80
        return "" if value is None else in_a_line(value) if small else shown(value)

    async def _value(self, text: str) -> Any:
        call = CALL.match(text)
        if call is None:
            return literals(text)[0]
        name, arguments = f"{call[1]}.{call[2]}", literals(call[3])
        if name in ("rs.slaveOk", "db.setSlaveOk", "rs.secondaryOk"):
            self._slave_ok = True
            return None
        if name in ("db.adminCommand", "db.runCommand"):
            command = arguments[0] if isinstance(arguments[0], dict) else {arguments[0]: 1}
            return await self._ask(command)
        if name in COMMANDS:
            answer = await self._ask({COMMANDS[name]: arguments[0] if arguments else None})
            return answer["version"] if name == "db.version" else answer.get("config", answer)
        collection, _, verb = call[2].rpartition(".")
        return await self._about_documents(collection, verb, arguments, call[4] or "")

    async def _about_documents(self, collection: str, verb: str, arguments: list[Any], then: str) -> Any:
        if collection and verb in INSERTS:
            documents = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
            answer = await self._ask({"insert": collection, "documents": documents})
            return {"nInserted": answer["n"]} if answer["ok"] else answer
        if not collection or verb not in FINDS:
            raise BadLiteral(verb)
        answer = await self._ask({"find": collection, "filter": arguments[0] if arguments else {}, "slaveOk": self._slave_ok})
        if not answer["ok"]:
            return answer
        found = answer["documents"]
        return len(found) if "count" in (verb[:5], then) else (found or [None])[0] if verb == "findOne" else found

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await ask(self._ctx, self._speaker, {**command, "$db": self._database})
        return answer


def _statements(script: str) -> list[str]:
    """Statements between semicolons and line ends that are not within brackets."""
    found, depth, current = [], 0, ""
    for character in script.replace("\\\n", " "):
        depth += (character in "({[") - (character in ")}]")
        if character in ";\n" and depth <= 0:
            found.append(current)
            current = ""
        else:
            current += character
    return [statement.strip() for statement in [*found, current] if statement.strip()]
