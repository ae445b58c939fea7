"""mongo: a document database, alone or as a replica set that elects its primary.

Each member asks the others how they are; who sees a majority without a primary stands for election, the furthest and first of them.
Not modelled: the binary protocol, indexes, users, sharding, arbiters and hidden members.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from k8s_magic.images._documents import Speaker, ask
from k8s_magic.images._mongo_answers import NO_SET, NO_SLAVE_OK, NOT_MASTER, NOT_YET, STATES, host_of, version
from k8s_magic.images._mongo_shell import shell
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import Connection, ConnectionRefused, Context

NAMES = ("mongo", "mongodb/mongodb-community-server")
SIZE = 140_000_000
ENTRYPOINT = ("docker-entrypoint.sh",)
CMD = ("mongod",)
DIRECTORIES = ("/data/db", "/data/configdb")
IDLE_MEMORY = 60 * 1024 * 1024
BEAT_S, SOON_S, ELECTION_S = 10.0, 1.0, 10.0


async def main(ctx: Context, argv: list[str]) -> int:
    """The entrypoint: mongod, or any other program of the image."""
    words = list(argv[1:] if argv and argv[0].endswith("docker-entrypoint.sh") else argv)
    if not words or words[0].startswith("-"):
        words.insert(0, "mongod")
    if words[0].endswith("mongod"):
        return await Member(ctx, words[1:]).run()
    program = ctx.program(words[0])
    return await program(ctx, words) if program is not None and program is not main else 127


class Member:
    """One running mongod."""

    def __init__(self, ctx: Context, words: list[str]) -> None:
        self.ctx = ctx
        joined = dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)
        self.options = {**dict(pairwise(words)), **joined}
        self.set_name = self.options.get("--replSet", "")
        self.port = int(self.options.get("--port", "27017"))
        self.config: dict[str, Any] = {}
        self.state = "STARTUP" if self.set_name else "PRIMARY"
        self.term = self.optime = 0
        self.data: dict[str, dict[str, list[Any]]] = {}
        self._others: dict[str, dict[str, Any]] = {}
        self._speakers: dict[str, Speaker] = {}
        self._me: tuple[dict[str, Any], str] | None = None
        self._primary_seen = 0.0

    @property
    def me(self) -> str:
        """Its own name in the configuration: the one that leads here."""
        if self._me and self._me[0] is self.config:
            return self._me[1]
        names = [member["host"] for member in self.config.get("members", ())]
        addresses = ("127.0.0.1", self.ctx.address)
        found = next((n for n in names if (self.ctx.resolve(host_of(n)) or [""])[0] in addresses or host_of(n) == self.ctx.hostname), "")
        if found:
            self._me = (self.config, found)
        return found

    async def run(self) -> int:
        ctx = self.ctx
        ctx.use(memory=IDLE_MEMORY)
        self._say("CONTROL", f"MongoDB starting : pid=1 port={self.port} dbpath={self._path.rpartition('/')[0]} 64-bit host={ctx.hostname}")
        self._load()
        try:
            ctx.listen(self.port, self.serve)
        except OSError:
            self._say("NETWORK", f"Failed to set up listener: SocketException: Address already in use 0.0.0.0:{self.port}")
            return 48
        self._say("NETWORK", f"waiting for connections on port {self.port}")
        if self.set_name:
            ctx.spawn(self._beat())
        ctx.steady()
        await ctx.wait_for_signal()
        self._say("CONTROL", "got signal 15 (Terminated), will terminate after current cmd ends")
        return 0

    def _say(self, part: str, text: str) -> None:
        stamp = datetime.fromtimestamp(self.ctx.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        self.ctx.stdout(f"{stamp} I {part:8} [main] {text}\n")

    # --- The disk ---

    @property
    def _path(self) -> str:
        return f"{self.options.get('--dbpath', '/data/db').rstrip('/')}/data.json"

    def _save(self) -> None:
        self.ctx.files[self._path] = json.dumps([self.config, self.term, self.optime, self.data]).encode()

    def _load(self) -> None:
        if self._path in self.ctx.files:
            self.config, self.term, self.optime, self.data = json.loads(self.ctx.files[self._path])
            self.state = "SECONDARY" if self.config and self.set_name else self.state

    # --- Requests ---

    async def serve(self, connection: Connection) -> None:
        speaker = Speaker(connection)
        try:
            while True:
                asked = await speaker.read()
                speaker.send(await self.answer(asked))
        except ConnectionRefused:
            return

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to one command, a document whose first name is the command."""
        name = next(iter(asked))
        handler = getattr(self, f"do_{name.lower()}", None)
        if handler is None:
            return {"ok": 0, "errmsg": f"no such command: '{name}'", "code": 59, "codeName": "CommandNotFound"}
        if name.startswith("replSet") and not self.set_name:
            return NO_SET
        answer: dict[str, Any] = await handler(asked)
        return answer

    async def do_ping(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"ok": 1}

    async def do_serverstatus(self, asked: dict[str, Any]) -> dict[str, Any]:
        status = {"host": self.ctx.hostname, "version": version(self.ctx.image), "process": "mongod", "pid": 1}
        return {**status, **({"repl": await self.do_ismaster(asked)} if self.set_name else {}), "ok": 1}

    async def do_ismaster(self, asked: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"ismaster": self.state == "PRIMARY"}
        if self.config:
            found |= {
                "hosts": [m["host"] for m in self.config["members"]],
                "setName": self.config["_id"],
                "secondary": self.state == "SECONDARY",
            }
            found |= {"primary": self._primary(), "me": self.me}
        elif self.set_name:
            found |= {"secondary": False, "isreplicaset": True, "info": "Does not have a valid replica set config"}
        return {**found, "ok": 1}

    do_hello = do_ismaster

    async def do_replsetinitiate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.config:
            return {"ok": 0, "errmsg": "already initialized", "code": 23, "codeName": "AlreadyInitialized"}
        wanted = asked["replSetInitiate"] or {"_id": self.set_name, "members": [{"_id": 0, "host": f"{self.ctx.hostname}:{self.port}"}]}
        if wanted.get("_id") != self.set_name:
            why = f"Attempting to initiate a replica set with name {wanted.get('_id')}, but command line reports {self.set_name}; rejecting"
            return {"ok": 0, "errmsg": why, "code": 93, "codeName": "InvalidReplicaSetConfig"}
        return self._reconfigure(wanted.get("members") or [], 1)

    def _reconfigure(self, members: list[dict[str, Any]], number: int) -> dict[str, Any]:
        members = [{**m, "host": m["host"] if ":" in m["host"] else f"{m['host']}:27017"} for m in members]
        unknown = [m["host"] for m in members if not self.ctx.resolve(host_of(m["host"]))]
        if unknown:
            why = f"replSetInitiate quorum check failed because not all proposed set members responded affirmatively: {unknown[0]}"
            return {"ok": 0, "errmsg": why, "code": 74, "codeName": "NodeNotFound"}
        self.config = {"_id": self.set_name, "version": number, "members": members}
        self.state = self.state if self.state == "PRIMARY" else "SECONDARY"
        self._save()
        self._say("REPL", f"New replica set config in use: version {number}, {len(members)} members")
        self.ctx.spawn(self._look())
        return {"ok": 1}

    async def do_replsetadd(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What rs.add of the shell comes to: the configuration with one member more."""
        if self.state != "PRIMARY":
            return NOT_YET if not self.config else {**NOT_MASTER, "errmsg": "replSetReconfig should only be run on PRIMARY"}
        host = asked["replSetAdd"] if ":" in asked["replSetAdd"] else f"{asked['replSetAdd']}:27017"
        members = self.config["members"]
        if host in [member["host"] for member in members]:
            why = f"Found two member configurations with same host field, {host}"
            return {"ok": 0, "errmsg": why, "code": 103, "codeName": "NewReplicaSetConfigurationIncompatible"}
        added = {"_id": max(member["_id"] for member in members) + 1, "host": host}
        return self._reconfigure([*members, added], self.config["version"] + 1)

    async def do_replsetremove(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.state != "PRIMARY":
            return NOT_MASTER
        left = [member for member in self.config["members"] if member["host"] != asked["replSetRemove"]]
        return self._reconfigure(left, self.config["version"] + 1)

    async def do_replsetgetconfig(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"config": self.config, "ok": 1} if self.config else NOT_YET

    async def do_replsetgetstatus(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not self.config:
            return NOT_YET
        members = []
        for member in self.config["members"]:
            state = (
                self.state if member["host"] == self.me else self._others.get(member["host"], {}).get("state", "(not reachable/healthy)")
            )
            health = 0 if state.startswith("(") else 1
            shown = {"_id": member["_id"], "name": member["host"], "health": health, "state": STATES[state], "stateStr": state}
            members.append({**shown, **({"self": True} if member["host"] == self.me else {})})
        return {"set": self.set_name, "myState": STATES[self.state], "term": self.term, "members": members, "ok": 1}

    # --- Documents ---

    def _collection(self, asked: dict[str, Any], name: str) -> list[Any]:
        return self.data.setdefault(asked.get("$db", "test"), {}).setdefault(name, [])

    async def do_insert(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.state != "PRIMARY":
            return NOT_MASTER
        documents = [{"_id": f"{self.ctx.draw(1 << 96, self.optime, n):024x}", **d} for n, d in enumerate(asked["documents"])]
        self._collection(asked, asked["insert"]).extend(documents)
        self.optime += 1
        self._save()
        self.ctx.spawn(self._look())
        return {"n": len(documents), "ok": 1}

    async def do_find(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.state != "PRIMARY" and not asked.get("slaveOk"):
            return NO_SLAVE_OK
        wanted = asked.get("filter") or {}
        found = [d for d in self._collection(asked, asked["find"]) if all(d.get(key) == value for key, value in wanted.items())]
        return {"documents": found, "ok": 1}

    async def do_listdatabases(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"databases": sorted({"admin", "local", *self.data}), "ok": 1}

    # --- The set ---

    async def do_heartbeat(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Another member asks how this one is, and tells how it is itself."""
        if asked["config"].get("version", 0) > self.config.get("version", 0) and asked["config"]["_id"] == self.set_name:
            self.config = asked["config"]
            self.state = "SECONDARY" if self.state == "STARTUP" else self.state
            self._save()
            self.ctx.spawn(self._look())
        self._others[asked["from"]] = {"state": asked["state"], "optime": asked["optime"], "term": asked["term"]}
        if asked["state"] == "PRIMARY":
            self._follow(asked)
        return {"state": self.state, "optime": self.optime, "term": self.term, "ok": 1}

    def _follow(self, primary: dict[str, Any]) -> None:
        if self.state == "PRIMARY" and primary["term"] > self.term:
            self._say("REPL", "stepping down from primary, because a new term has begun")
            self.state = "SECONDARY"
        if self.state == "SECONDARY" and primary["term"] >= self.term:
            self.term, self._primary_seen = primary["term"], self.ctx.now()
            if primary["optime"] != self.optime and "data" in primary:
                self.data, self.optime = primary["data"], primary["optime"]
                self._save()

    def _primary(self) -> str:
        if self.state == "PRIMARY":
            return self.me
        return next((host for host, other in self._others.items() if other.get("state") == "PRIMARY"), "")

    async def _beat(self) -> None:
        while True:
            if self.config:
                await self._look()
            settled = not self.config or self._primary()
            await self.ctx.sleep(BEAT_S if settled else SOON_S)

    async def _look(self) -> None:
        """Ask all other members how they are, and stand for election where there is no primary."""
        me = self.me
        alive = {host for member in list(self.config["members"]) if (host := member["host"]) != me and await self._ask(host)}
        majority = len(self.config["members"]) // 2 + 1
        if self.state == "PRIMARY" and len(alive) + 1 < majority:
            self._say("REPL", "can't see a majority of the set, relinquishing primary")
            self.state = "SECONDARY"
        if self.state != "SECONDARY" or self._primary() or len(alive) + 1 < majority or not me:
            return
        order = [member["host"] for member in self.config["members"] if member["host"] in alive or member["host"] == me]
        ranks = {host: (-(self.optime if host == me else self._others[host]["optime"]), order.index(host)) for host in order}
        waited = self.ctx.now() - self._primary_seen >= ELECTION_S or not self._primary_seen
        if waited and min(order, key=ranks.__getitem__) == me:
            self.state = "PRIMARY"
            self.term = max(self.term, *(other.get("term", 0) for other in self._others.values()), 0) + 1
            self._say("REPL", f"election succeeded, assuming primary role in term {self.term}")
            self.ctx.spawn(self._look())

    async def _ask(self, host: str) -> bool:
        """Exchange states with a member; whether it answers."""
        told: dict[str, Any] = {"heartbeat": 1, "from": self.me, "config": self.config, "state": self.state, "optime": self.optime}
        behind = self._others.get(host, {}).get("optime") != self.optime
        try:
            if host not in self._speakers:
                self._speakers[host] = Speaker(await self.ctx.connect(host_of(host), int(host.rpartition(":")[2])))
            answer = await ask(self.ctx, self._speakers[host], {**told, "term": self.term, **({"data": self.data} if behind else {})})
        except (ConnectionRefused, TooLate):
            self._others[host] = {}
            gone = self._speakers.pop(host, None)
            if gone is not None:
                gone.connection.close()
            return False
        self._others[host] = answer
        if answer["state"] == "PRIMARY":
            self._follow(answer)
        return True


COMMANDS = {"mongo": shell, "mongosh": shell}
