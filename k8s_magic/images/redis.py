"""redis: a key-value server with replicas that follow a master, and the sentinels that watch over them.

Not modelled: transactions, scripts, streams, cluster mode, the append-only file, accounts.
"""

from __future__ import annotations

from k8s_magic.images._redis_cli import cli
from k8s_magic.images._redis_data import WRITES, Data
from k8s_magic.images._redis_protocol import ErrorReply, Peer, Reply, Status, ask, from_arguments, settings
from k8s_magic.images._redis_sentinel import Sentinel
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import Connection, ConnectionRefused, Context

NAMES = ("redis", "bitnami/redis")
SIZE = 16_000_000
ENTRYPOINT = ("docker-entrypoint.sh",)
CMD = ("redis-server",)
DIRECTORIES = ("/data",)
IDLE_MEMORY = 3 * 1024 * 1024
RETRY_S = 1.0
OK = Status("OK")


async def main(ctx: Context, argv: list[str]) -> int:
    """The entrypoint: a server, a sentinel, or any other program of the image."""
    words = list(argv[1:] if argv and argv[0].endswith("docker-entrypoint.sh") else argv)
    if not words or words[0].startswith("-") or words[0].endswith(".conf"):
        words.insert(0, "redis-server")
    name = words[0].rsplit("/", 1)[-1]
    if name == "redis-sentinel" or "--sentinel" in words:
        return await Sentinel(ctx, _settings(ctx, words[1:])).run()
    if name == "redis-server":
        return await Server(ctx, _settings(ctx, words[1:])).run()
    program = ctx.program(name)
    return await program(ctx, words) if program is not None and program is not main else 127


async def sentinel(ctx: Context, argv: list[str]) -> int:
    """`redis-sentinel FILE`."""
    return await main(ctx, ["redis-sentinel", *argv[1:]])


def _settings(ctx: Context, words: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    if words and not words[0].startswith("-"):
        path = words[0] if words[0].startswith("/") else f"{ctx.env.get('PWD', '/').rstrip('/')}/{words[0]}"
        if path not in ctx.files:
            return [["missing", words[0]]]
        found = settings(ctx.files[path].decode("utf-8", "replace"))
    return found + from_arguments(words)


def version(image: str) -> str:
    """The server's version, by the image's tag."""
    tag = image.rpartition(":")[2].split("-")[0] if ":" in image.rsplit("/", 1)[-1] else ""
    return tag if tag[:1].isdigit() and "." in tag else f"{tag}.0.0" if tag.isdigit() else "8.2.1"


class Server:
    """One running redis-server."""

    def __init__(self, ctx: Context, config: list[list[str]]) -> None:
        self.ctx = ctx
        self.config = {words[0].lower(): words[1:] for words in config}
        self.data = Data(ctx.now)
        self.version = version(ctx.image)
        self.offset = 0
        self.master: tuple[str, int] | None = None
        self.is_linked = False
        self.followers: dict[Peer, tuple[str, str]] = {}
        self.subscribers: dict[str, list[Peer]] = {}
        self.run_id = f"{ctx.draw(1 << 128, 'run'):032x}{ctx.draw(1 << 32, 'id'):08x}"
        self._ended = False

    @property
    def port(self) -> int:
        return int(self.config.get("port", ["6379"])[0])

    async def run(self) -> int:
        ctx = self.ctx
        if "missing" in self.config:
            ctx.stderr(f"*** FATAL CONFIG FILE ERROR ***\nFatal error, can't open config file '{self.config['missing'][0]}'\n")
            return 1
        ctx.use(memory=IDLE_MEMORY)
        self._say(f"Redis version={self.version}, bits=64, pid=1, just started")
        try:
            ctx.listen(self.port, self.serve)
        except OSError:
            self._say(f"Could not create server TCP listening socket *:{self.port}: bind: Address already in use", "#")
            return 1
        self._load()
        self._say("Ready to accept connections tcp")
        target = self.config.get("replicaof") or self.config.get("slaveof")
        if target:
            self.follow(target[0], int(target[1]))
        ctx.steady()
        await ctx.wait_for_signal()
        self._say("User requested shutdown...", "#")
        self.save()
        self._say("Redis is now ready to exit, bye bye...", "#")
        self._ended = True
        return 0

    def _say(self, text: str, mark: str = "*") -> None:
        self.ctx.stdout(f"1:{'M' if self.master is None else 'S'} {mark} {text}\n")

    # --- The disk ---

    @property
    def _dump(self) -> str:
        directory = self.config.get("dir", ["/data"])[0]
        return f"{'/data' if directory == '.' else directory.rstrip('/')}/dump.rdb"

    def save(self) -> Reply:
        """Write all keys to disk; what is not written is lost with the container."""
        try:
            self.ctx.files[self._dump] = self.data.dump().encode()
        except OSError as error:
            return ErrorReply(f"ERR {error.strerror}")
        self._say("DB saved on disk")
        return OK

    def _load(self) -> None:
        if self._dump in self.ctx.files:
            self.data.restore(self.ctx.files[self._dump].decode())
            self._say("DB loaded from disk: 0.000 seconds")

    # --- Requests ---

    async def serve(self, connection: Connection) -> None:
        peer, trusted = Peer(connection), "requirepass" not in self.config
        while (words := await peer.read_request()) is not None:
            name = words[0].upper() if words else ""
            if name == "AUTH":
                trusted = words[-1] == self.config.get("requirepass", [""])[0]
                peer.reply(OK if trusted else ErrorReply("WRONGPASS invalid username-password pair or user is disabled."))
            elif words and not trusted:
                peer.reply(ErrorReply("NOAUTH Authentication required."))
            elif name == "QUIT":
                break
            elif name == "PSYNC":
                self._adopt(peer, words)
            elif name == "SUBSCRIBE":
                self.subscribers.setdefault(words[1], []).append(peer)
                peer.reply(["subscribe", words[1], 1])
            elif words:
                peer.reply(self.answer(words))
        self.followers.pop(peer, None)
        for peers in self.subscribers.values():
            if peer in peers:
                peers.remove(peer)

    def answer(self, words: list[str]) -> Reply:
        """The reply to one request."""
        name = words[0].upper()
        handler = getattr(self, f"_{name.lower()}", None) if name in OWN else None
        if handler is not None:
            reply: Reply = handler(words[1:])
            return reply
        if not self.data.knows(name):
            return ErrorReply(f"ERR unknown command '{words[0]}', with args beginning with: " + "".join(f"'{word}' " for word in words[1:]))
        if name in WRITES:
            if self.master is not None:
                noun = "slave" if int(self.version.split(".")[0]) < 5 else "replica"
                return ErrorReply(f"READONLY You can't write against a read only {noun}.")
            self._propagate(words)
        return self.data.run(words)

    def _ping(self, rest: list[str]) -> Reply:
        return rest[0] if rest else Status("PONG")

    def _echo(self, rest: list[str]) -> Reply:
        return rest[0]

    def _select(self, rest: list[str]) -> Reply:
        return OK if rest == ["0"] else ErrorReply("ERR DB index is out of range")

    def _save(self, rest: list[str]) -> Reply:
        return self.save()

    def _config(self, rest: list[str]) -> Reply:
        if rest[0].upper() == "SET":
            self.config[rest[1].lower()] = rest[2:]
            return OK
        return [rest[1], " ".join(self.config[rest[1].lower()])] if len(rest) > 1 and rest[1].lower() in self.config else []

    def _publish(self, rest: list[str]) -> Reply:
        peers = self.subscribers.get(rest[0], [])
        for peer in peers:
            peer.reply(["message", rest[0], rest[1]])
        return len(peers)

    def _info(self, rest: list[str]) -> Reply:
        lines = ["# Server", f"redis_version:{self.version}", f"run_id:{self.run_id}", f"tcp_port:{self.port}", "", "# Replication"]
        lines.append(f"role:{'master' if self.master is None else 'slave'}")
        if self.master is not None:
            status = "up" if self.is_linked else "down"
            lines += [f"master_host:{self.master[0]}", f"master_port:{self.master[1]}", f"master_link_status:{status}"]
            lines += [f"slave_repl_offset:{self.offset}", "slave_priority:100", "slave_read_only:1"]
        lines.append(f"connected_slaves:{len(self.followers)}")
        for number, (ip, port) in enumerate(self.followers.values()):
            lines.append(f"slave{number}:ip={ip},port={port},state=online,offset={self.offset},lag=0")
        lines += [f"master_repl_offset:{self.offset}", "", "# Keyspace"]
        keys = self.data.do_dbsize()
        return "\r\n".join([*lines, *([f"db0:keys={keys},expires=0,avg_ttl=0"] if keys else []), ""])

    def _role(self, rest: list[str]) -> Reply:
        if self.master is None:
            return ["master", self.offset, [[ip, port, str(self.offset)] for ip, port in self.followers.values()]]
        return ["slave", self.master[0], self.master[1], "connected" if self.is_linked else "connect", self.offset]

    def _replicaof(self, rest: list[str]) -> Reply:
        if [word.upper() for word in rest] == ["NO", "ONE"]:
            if self.master is not None:
                self.master, self.is_linked = None, False
                self._say("MASTER MODE enabled (user request)")
        elif self.master != (rest[0], int(rest[1])):
            self.follow(rest[0], int(rest[1]))
        return OK

    _slaveof = _replicaof

    # --- Replication ---

    def _propagate(self, words: list[str]) -> None:
        self.offset += len(" ".join(words)) + 4
        for peer in self.followers:
            peer.send(str(self.offset), *words)

    def _adopt(self, peer: Peer, words: list[str]) -> None:
        """A replica asks for everything, and for what will be written from now on."""
        ip = peer.connection.peer.rpartition(":")[0]
        self.followers[peer] = (ip, words[1])
        self._say(f"Replica {ip}:{words[1]} asks for synchronization")
        peer.reply([str(self.offset), self.data.dump()])

    def follow(self, host: str, port: int) -> None:
        """Become a replica of another server."""
        self.master, self.is_linked = (host, port), False
        for peer in self.followers:
            peer.connection.close()
        self._say(f"Connecting to MASTER {host}:{port}")
        self.ctx.spawn(self._replicate(host, port))

    async def _replicate(self, host: str, port: int) -> None:
        while self.master == (host, port) and not self._ended:
            try:
                peer = Peer(await self.ctx.connect(host, port))
                await self._copy(peer, (host, port))
            except (ConnectionRefused, TooLate) as error:
                if self.is_linked:
                    self._say("Connection with master lost.", "#")
                elif "refused" in str(error):
                    self._say("Error condition on socket for SYNC: Connection refused", "#")
            self.is_linked = False
            await self.ctx.sleep(RETRY_S)

    async def _copy(self, peer: Peer, master: tuple[str, int]) -> None:
        if "masterauth" in self.config:
            await ask(self.ctx, peer, "AUTH", self.config["masterauth"][0])
        whole = await ask(self.ctx, peer, "PSYNC", str(self.port))
        if not isinstance(whole, list):
            return
        self.offset = int(str(whole[0]))
        self.data.restore(str(whole[1]))
        self.is_linked = True
        self._say("MASTER <-> REPLICA sync: Finished with success")
        while self.master == master:
            written = await peer.read()
            if self.master == master and isinstance(written, list):
                self.offset = int(str(written[0]))
                self.data.run([str(word) for word in written[1:]])
                for follower in self.followers:
                    follower.reply(written)
        peer.connection.close()


OWN = frozenset("PING ECHO SELECT SAVE CONFIG PUBLISH INFO ROLE REPLICAOF SLAVEOF".split())
COMMANDS = {"redis-cli": cli, "redis-sentinel": sentinel}
