"""redis-sentinel: watches a master and its replicas, agrees with other sentinels that it is down, and promotes a replica.

Sentinels find each other by what they publish on the instances that they watch. The one that leads a failover is the first by run id of
those that agree, which needs a majority; real ones vote in epochs. Not modelled: notification scripts, reconfiguration of clients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from k8s_magic.images._redis_protocol import ErrorReply, Peer, Reply, Status, ask, fields
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import Connection, ConnectionRefused, Context

HELLO = "__sentinel__:hello"
LOOK_S = 5.0
RETRY_S = 1.0
LOOKS_PER_HELLO = 6
"""In quiet times the sentinels say hello only at every so many looks; the first looks all do."""
DOWN_AFTER_MS = "30000"


@dataclass
class Watched:
    """A master by its name, as this sentinel knows it."""

    name: str
    ip: str
    port: int
    quorum: int
    down_after_s: float
    epoch: int = 0
    replicas: dict[tuple[str, int], int] = field(default_factory=dict)
    """The replicas and how far they have followed."""
    sentinels: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Other sentinels by run id."""
    looks: int = 0
    silent_since: float | None = None
    is_down: bool = False


class Sentinel:
    """One running sentinel."""

    def __init__(self, ctx: Context, config: list[list[str]]) -> None:
        self.ctx = ctx
        self._config = config
        self.port = next((int(words[1]) for words in config if words[0] == "port"), 26379)
        self.run_id = f"{ctx.draw(1 << 128, 'sentinel'):032x}{ctx.draw(1 << 32, 'id'):08x}"
        self.watched: dict[str, Watched] = {}
        self._peers: dict[tuple[str, int], Peer] = {}
        self._heard_on: dict[tuple[str, int], Peer] = {}

    async def run(self) -> int:
        ctx = self.ctx
        self._say(f"Sentinel ID is {self.run_id}", "#")
        if not self._read_config():
            return 1
        try:
            ctx.listen(self.port, self.serve)
        except OSError:
            self._say(f"Could not create server TCP listening socket *:{self.port}: bind: Address already in use", "#")
            return 1
        for each in self.watched.values():
            self._say(f"+monitor master {each.name} {each.ip} {each.port} quorum {each.quorum}", "#")
            ctx.spawn(self._watch(each))
        ctx.steady()
        await ctx.wait_for_signal()
        return 0

    def _say(self, text: str, mark: str = "*") -> None:
        self.ctx.stdout(f"1:X {mark} {text}\n")

    def _read_config(self) -> bool:
        """Take up the masters of the configuration; False where one of them has no address."""
        options = {(w[2], w[1]): w[3] for w in self._config if len(w) == 4 and w[0] == "sentinel"}
        for words in self._config:
            if words[:2] != ["sentinel", "monitor"]:
                continue
            name, host, port, quorum = words[2:6]
            addresses = self.ctx.resolve(host)
            if not addresses:
                self.ctx.stderr(f"*** FATAL CONFIG FILE ERROR ***\n>>> '{' '.join(words)}'\nCan't resolve master instance hostname.\n")
                return False
            down_after_s = int(options.get((name, "down-after-milliseconds"), DOWN_AFTER_MS)) / 1000
            self.watched[name] = Watched(name, addresses[0], int(port), int(quorum), down_after_s)
        return True

    # --- Watching ---

    async def _watch(self, watched: Watched) -> None:
        while True:
            alive = await self._look(watched)
            if alive:
                if watched.is_down:
                    self._say(f"-sdown master {watched.name} {watched.ip} {watched.port}", "#")
                watched.silent_since, watched.is_down = None, False
            else:
                await self._silent(watched)
            await self.ctx.sleep(min(LOOK_S, max(watched.down_after_s / 2, 1.0)) if alive else RETRY_S)

    async def _look(self, watched: Watched) -> bool:
        """Ask the master for its replicas, and say hello on all of them; whether it answers."""
        info = fields(await self._ask((watched.ip, watched.port), "INFO", "replication"))
        if not info:
            return False
        if info.get("role") == "slave" and not watched.is_down:
            # The others have promoted somebody while this sentinel was away: their hello says whom.
            await self._hello(watched)
            return True
        for key, text in info.items():
            if key.startswith("slave") and key[5:].isdigit():
                parts = dict(part.split("=") for part in text.split(","))
                address = (parts["ip"], int(parts["port"]))
                if address not in watched.replicas:
                    self._say(
                        f"+slave slave {address[0]}:{address[1]} {address[0]} {address[1]} @ {watched.name} {watched.ip} {watched.port}"
                    )
                    watched.looks = 0
                watched.replicas[address] = int(parts["offset"])
        watched.looks += 1
        if watched.looks < LOOKS_PER_HELLO or watched.looks % LOOKS_PER_HELLO == 0:
            await self._hello(watched)
        return True

    async def _hello(self, watched: Watched) -> None:
        """Tell on every instance who watches, and who is the master as far as this sentinel knows."""
        words = (self.ctx.address, self.port, self.run_id, watched.epoch, watched.name, watched.ip, watched.port)
        text = ",".join(map(str, words))
        for address in [(watched.ip, watched.port), *watched.replicas]:
            heard = await self._ask(address, "PUBLISH", HELLO, text)
            if heard is not None and address not in self._heard_on:
                await self._subscribe(watched, address)
                await self._ask(address, "PUBLISH", HELLO, text)
        await self._correct(watched)

    async def _correct(self, watched: Watched) -> None:
        """An instance that follows the wrong master, or none, is told to follow the right one."""
        for address in watched.replicas:
            info = fields(await self._ask(address, "INFO", "replication"))
            follows = (info.get("master_host"), info.get("master_port"))
            wrong = info.get("role") == "master" or (self.ctx.resolve(str(follows[0])) or [""])[0] != watched.ip
            if info and wrong and watched.epoch:
                self._say(f"+convert-to-slave slave {address[0]}:{address[1]} @ {watched.name} {watched.ip} {watched.port}")
                await self._ask(address, "SLAVEOF", watched.ip, str(watched.port))

    async def _subscribe(self, watched: Watched, address: tuple[str, int]) -> None:
        try:
            peer = Peer(await self.ctx.connect(*address))
        except ConnectionRefused:
            return
        peer.send("SUBSCRIBE", HELLO)
        self._heard_on[address] = peer
        self.ctx.spawn(self._hear(watched, peer, address))

    async def _hear(self, watched: Watched, peer: Peer, address: tuple[str, int]) -> None:
        try:
            while True:
                message = await peer.read()
                if isinstance(message, list) and message[0] == "message":
                    self._heard(watched, str(message[2]))
        except ConnectionRefused:
            self._heard_on.pop(address, None)

    def _heard(self, watched: Watched, text: str) -> None:
        ip, port, run_id, epoch, name, master_ip, master_port = text.split(",")
        if name != watched.name or run_id == self.run_id:
            return
        if run_id not in watched.sentinels:
            self._say(f"+sentinel sentinel {run_id} {ip} {port} @ {watched.name} {watched.ip} {watched.port}")
        watched.sentinels = {k: v for k, v in watched.sentinels.items() if v != (ip, int(port))} | {run_id: (ip, int(port))}
        if int(epoch) > watched.epoch:
            self._switch(watched, master_ip, int(master_port), int(epoch))

    def _switch(self, watched: Watched, ip: str, port: int, epoch: int) -> None:
        old = (watched.ip, watched.port)
        if (ip, port) != old:
            self._say(f"+switch-master {watched.name} {old[0]} {old[1]} {ip} {port}", "#")
        watched.replicas.pop((ip, port), None)
        watched.replicas[old] = 0
        watched.ip, watched.port, watched.epoch = ip, port, epoch
        watched.silent_since, watched.is_down, watched.looks = None, False, 0

    async def _ask(self, address: tuple[str, int], *words: str) -> Reply:
        """A reply, or None where there is none."""
        try:
            if address not in self._peers:
                self._peers[address] = Peer(await self.ctx.connect(*address))
            return await ask(self.ctx, self._peers[address], *words)
        except (ConnectionRefused, TooLate):
            peer = self._peers.pop(address, None)
            if peer is not None:
                peer.connection.close()
            return None

    # --- Failover ---

    async def _silent(self, watched: Watched) -> None:
        """The master does not answer: after a while it is down for this sentinel, and for all if enough of them agree."""
        now = self.ctx.now()
        watched.silent_since = now if watched.silent_since is None else watched.silent_since
        if now - watched.silent_since < watched.down_after_s:
            return
        if not watched.is_down:
            watched.is_down = True
            self._say(f"+sdown master {watched.name} {watched.ip} {watched.port}", "#")
        agree = [self.run_id]
        for run_id, address in sorted(watched.sentinels.items()):
            reply = await self._ask(address, "SENTINEL", "is-master-down-by-addr", watched.ip, str(watched.port), "0", "*")
            if isinstance(reply, list) and reply[0] == 1:
                agree.append(run_id)
        if watched.is_down and len(agree) >= max(watched.quorum, (len(watched.sentinels) + 1) // 2 + 1) and min(agree) == self.run_id:
            self._say(f"+odown master {watched.name} {watched.ip} {watched.port} #quorum {len(agree)}/{watched.quorum}", "#")
            await self.fail_over(watched)

    async def fail_over(self, watched: Watched) -> bool:
        """Promote the replica that is furthest; whether there is one."""
        offsets: dict[tuple[str, int], int] = {}
        for address in watched.replicas:
            info = fields(await self._ask(address, "INFO", "replication"))
            if info:
                offsets[address] = int(info.get("slave_repl_offset", "0"))
        if not offsets:
            self._say(f"-failover-abort-no-good-slave master {watched.name} {watched.ip} {watched.port}", "#")
            return False
        chosen = min(offsets, key=lambda address: (-offsets[address], address))
        self._say(f"+selected-slave slave {chosen[0]}:{chosen[1]} @ {watched.name} {watched.ip} {watched.port}", "#")
        await self._ask(chosen, "SLAVEOF", "NO", "ONE")
        self._switch(watched, *chosen, watched.epoch + 1)
        await self._hello(watched)
        return True

    # --- Requests ---

    async def serve(self, connection: Connection) -> None:
        peer = Peer(connection)
        while (words := await peer.read_request()) is not None:
            if words:
                peer.reply(await self._answer([word.lower() for word in words[:2]], words))
        connection.close()

    async def _answer(self, head: list[str], words: list[str]) -> Reply:
        if head[0] == "ping":
            return Status("PONG")
        if head[0] == "role":
            return ["sentinel", list(self.watched)]
        if head[0] == "info":
            return "\r\n".join(["# Sentinel", f"sentinel_masters:{len(self.watched)}", *map(self._summary, range(len(self.watched))), ""])
        if head[0] != "sentinel" or len(head) < 2:
            return ErrorReply(f"ERR unknown command '{words[0]}'")
        return await self._about(head[1], words[2:])

    def _summary(self, number: int) -> str:
        each = list(self.watched.values())[number]
        state = "odown" if each.is_down else "ok"
        counts = f"slaves={len(each.replicas)},sentinels={len(each.sentinels) + 1}"
        return f"master{number}:name={each.name},status={state},address={each.ip}:{each.port},{counts}"

    async def _about(self, what: str, rest: list[str]) -> Reply:
        if what == "is-master-down-by-addr":
            return [int(any(w.is_down and (w.ip, str(w.port)) == tuple(rest[:2]) for w in self.watched.values())), "*", 0]
        if what == "masters":
            return [_described(each) for each in self.watched.values()]
        each = self.watched.get(rest[0]) if rest else None
        if what == "get-master-addr-by-name":
            return None if each is None else [each.ip, str(each.port)]
        if each is None:
            return ErrorReply("ERR No such master with that name")
        if what == "failover":
            return Status("OK") if await self.fail_over(each) else ErrorReply("NOGOODSLAVE No suitable replica to promote")
        if what == "ckquorum":
            return Status(f"OK {len(each.sentinels) + 1} usable Sentinels. Quorum and failover authorization can be reached")
        others = each.replicas if what in ("slaves", "replicas") else each.sentinels.values()
        return _described(each) if what == "master" else [["name", f"{ip}:{port}", "ip", ip, "port", str(port)] for ip, port in others]


def _described(each: Watched) -> Reply:
    flags = "master,s_down,o_down" if each.is_down else "master"
    counts = ["num-slaves", str(len(each.replicas)), "num-other-sentinels", str(len(each.sentinels)), "quorum", str(each.quorum)]
    return ["name", each.name, "ip", each.ip, "port", str(each.port), "flags", flags, *counts]
