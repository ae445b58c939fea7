"""redis-cli: one command from its arguments, or one from each line of its input."""

from __future__ import annotations

import shlex

from k8s_magic.images._redis_protocol import ErrorReply, Peer, Reply, Status, ask
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import ConnectionRefused, Context

WITH_VALUE = {"-h": "host", "-p": "port", "-a": "password", "-n": "db", "-r": "", "-i": ""}


async def cli(ctx: Context, argv: list[str]) -> int:
    """Ask a server on 127.0.0.1:6379, or where the options say."""
    options, words = _options(argv[1:])
    host, port = options.get("host", "127.0.0.1"), int(options.get("port", "6379"))
    try:
        peer = Peer(await ctx.connect(host, port))
    except ConnectionRefused as error:
        why = "Name or service not known" if "no such host" in str(error) else "No route to host" if "no route" in str(error) else ""
        ctx.stderr(f"Could not connect to Redis at {host}:{port}: {why or 'Connection refused'}\n")
        return 1
    if "password" in options:
        await ask(ctx, peer, "AUTH", options["password"])
    pretty = ctx.is_terminal and "raw" not in options
    if words:
        return await _one(ctx, peer, words, pretty)
    return await _typed(ctx, peer, f"{host}:{port}> ", pretty)


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word in WITH_VALUE and words:
            found[WITH_VALUE[word]] = words.pop(0)
        elif word == "--raw":
            found["raw"] = "yes"
    return found, words


async def _one(ctx: Context, peer: Peer, words: list[str], pretty: bool) -> int:
    try:
        reply = await ask(ctx, peer, *words)
        ctx.stdout(shown(reply) if pretty else _raw(reply) + "\n")
        while words[0].lower() == "subscribe":
            reply = await peer.read()
            ctx.stdout(shown(reply) if pretty else _raw(reply) + "\n")
    except (ConnectionRefused, TooLate):
        ctx.stderr("Error: Server closed the connection\n")
        return 1
    return 0


async def _typed(ctx: Context, peer: Peer, prompt: str, pretty: bool) -> int:
    while True:
        if pretty:
            ctx.stdout(prompt)
        data = await ctx.read_stdin()
        if not data:
            return 0
        for line in data.decode("utf-8", "replace").splitlines():
            words = shlex.split(line)
            if words[:1] in (["exit"], ["quit"]):
                return 0
            if words and await _one(ctx, peer, words, pretty):
                return 1


def _raw(reply: Reply) -> str:
    """As printed into pipes and files."""
    if isinstance(reply, list):
        return "\n".join(_raw(each) for each in reply)
    return "" if reply is None else str(reply)


def shown(reply: Reply, indent: str = "") -> str:
    """As printed on a terminal."""
    if isinstance(reply, list):
        if not reply:
            return "(empty array)\n"
        marks = [f"{number}) " for number in range(1, len(reply) + 1)]
        pieces = [mark + shown(each, indent + " " * len(mark)) for mark, each in zip(marks, reply, strict=True)]
        return indent.join(pieces)
    if reply is None:
        return "(nil)\n"
    if isinstance(reply, ErrorReply):
        return f"(error) {reply}\n"
    if isinstance(reply, Status):
        return f"{reply}\n"
    if isinstance(reply, int):
        return f"(integer) {reply}\n"
    escaped = reply.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"\n'
