"""What the workstation's shell finds beside the shell library's own tools: kubectl, curl, dig, watch, jobs, the cluster's clock."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from k8s_magic import book
from k8s_magic.cluster.command import DiskFiles
from k8s_magic.cluster.run import Settings, environment_of
from k8s_magic.cluster.workstation.machine import Machine
from k8s_magic.images import _commands, _http, _network_commands, _shell
from k8s_magic.images.context import Context, Program
from k8s_magic.kubectl import main
from k8s_magic.network.network import is_address
from k8s_magic.sim.loop import Cancelled, Future

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

OWN = ("sleep", "date", "hostname", "uname", "whoami", "id", "shuf", "ps", "nslookup", "ping", "nc", "trap", "ulimit", "umask", "stty")
"""Those of containers that serve here as they are."""
NAMESERVER = "10.96.0.10"
TIMED_OUT, NOT_FOUND = 124, 127
WATCH_QUIET_S, WATCH_LIMIT_S = 30.0, 600.0


def programs(cluster: Cluster, machine: Machine) -> Mapping[str, Program]:
    """The commands by name."""
    found: dict[str, Program] = {name: _commands.OWN[name] for name in OWN}

    async def shell(ctx: Context, argv: list[str]) -> int:
        return await _run_shell(ctx, argv, found)

    async def watch(ctx: Context, argv: list[str]) -> int:
        return await _watch(ctx, argv, found)

    async def timeout(ctx: Context, argv: list[str]) -> int:
        return await _timeout(ctx, argv, found, machine)

    async def kubectl(ctx: Context, argv: list[str]) -> int:
        return await _kubectl(cluster, ctx, argv)

    async def kill(ctx: Context, argv: list[str]) -> int:
        return _kill(machine, ctx, argv)

    async def jobs(ctx: Context, argv: list[str]) -> int:
        ctx.stdout("".join(f"[{number}]  Running   {pid}\n" for number, pid in enumerate(machine.children, 1)))
        return 0

    found |= dict.fromkeys(("bash", "sh"), shell)
    found |= {"kubectl": kubectl, "curl": curl, "wget": wget, "dig": dig, "watch": watch, "timeout": timeout, "kill": kill, "jobs": jobs}
    return found


async def _kubectl(cluster: Cluster, ctx: Context, argv: list[str]) -> int:
    """Our kubectl, in the shell's directory, with what the shell has exported for it."""
    settings = Settings({name: ctx.env[name] for name in ("KUBECONFIG", "KUBE_EDITOR", "EDITOR") if name in ctx.env}, goes_on=is_child(ctx))
    stdin = ctx.stdin.decode("utf-8", "replace")
    environment = environment_of(cluster, DiskFiles(ctx.env.get("PWD", os.getcwd())), ctx.stdout, ctx.stderr, stdin, settings)
    return await main.run(argv[1:], environment)


def is_child(ctx: Context) -> bool:
    """Whether the command runs behind a `&`."""
    return ctx.env.get(_shell.CHILD) == "1"


async def curl(ctx: Context, argv: list[str]) -> int:
    """As in containers; the book's examples are there by their URLs."""
    wish = _network_commands.parse(argv)
    content = book.fetch(wish.url)
    if content is None:
        return await _network_commands.curl(ctx, argv)
    _network_commands.deliver(ctx, _network_commands.named(wish), _http.Response(200, content))
    return 0


async def wget(ctx: Context, argv: list[str]) -> int:
    wish = _network_commands.parse(argv)
    content = book.fetch(wish.url)
    if content is None:
        return await _network_commands.wget(ctx, argv)
    wish.output = wish.output or wish.url.rsplit("/", 1)[-1]
    _network_commands.deliver(ctx, wish, _http.Response(200, content))
    return 0


async def dig(ctx: Context, argv: list[str]) -> int:
    """dig [@SERVER] NAME [+short]: the A records that the cluster's DNS has. Like the real one it knows no search path."""
    words = [word for word in argv[1:] if not word.startswith(("@", "-"))]
    names = [word for word in words if not word.startswith("+") and word.upper() not in ("A", "IN", "ANY")]
    name = (names or ["."])[0].rstrip(".")
    addresses = [] if is_address(name) else ctx.resolve(name + ".")
    if "+short" in words:
        ctx.stdout("".join(address + "\n" for address in addresses))
        return 0
    answers = "".join(f"{name}.\t\t30\tIN\tA\t{address}\n" for address in addresses)
    status = "NOERROR" if addresses else "NXDOMAIN"
    ctx.stdout(
        f"\n; <<>> DiG 9.18 <<>> {shlex.join(argv[1:])}\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {status}\n"
        f"\n;; QUESTION SECTION:\n;{name}.\t\tIN\tA\n"
        + (f"\n;; ANSWER SECTION:\n{answers}" if answers else "")
        + f"\n;; SERVER: {NAMESERVER}#53({NAMESERVER})\n\n"
    )
    return 0


async def _run_shell(ctx: Context, argv: list[str], commands: Mapping[str, Program]) -> int:
    """bash [-c SCRIPT | FILE | script on standard input]."""
    options = [word for word in argv[1:] if word.startswith("-") and word != "-"]
    words = [word for word in argv[1:] if word not in options and word != "-"]
    preamble = "set -e\n" if any("e" in word for word in options if not word.startswith("--")) else ""
    if any(word.endswith("c") for word in options if not word.startswith("--")):
        return await _shell.run(ctx, preamble + (words[0] if words else ""), words[1:] or ["bash"], commands)
    if words and "-s" not in options:
        script = ctx.files.get(os.path.join(ctx.env.get("PWD", "/"), words[0]))
        if script is None:
            ctx.stderr(f"bash: {words[0]}: No such file or directory\n")
            return NOT_FOUND
        return await _shell.run(ctx, preamble + script.decode("utf-8", "replace"), words, commands)
    return await _shell.run(ctx, preamble + ctx.stdin.decode("utf-8", "replace"), ["bash", *words], commands)


async def _watch(ctx: Context, argv: list[str], commands: Mapping[str, Program]) -> int:
    """watch [-n SECONDS] COMMAND: what it prints, whenever that has changed, until it changes no more."""
    interval, words = 2.0, argv[1:]
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-n", "--interval") and words:
            interval = float(words.pop(0))
        elif option.startswith("-n"):
            interval = float(option[2:])
    began = changed = ctx.now()
    last = None
    while ctx.now() - changed < WATCH_QUIET_S and ctx.now() - began < WATCH_LIMIT_S:
        text = await _output(ctx, " ".join(words), commands)
        if text != last:
            ctx.stdout(f"Every {interval:.1f}s: {' '.join(words)}\n\n{text}\n")
            last, changed = text, ctx.now()
        await ctx.sleep(interval)
    ctx.stderr(f"(nothing new after {WATCH_QUIET_S:g} s: a real watch would go on until Ctrl+C)\n")
    return 0


async def _output(ctx: Context, script: str, commands: Mapping[str, Program]) -> str:
    caught = _shell.Captured(ctx, b"", ctx.env)
    await _shell.run(caught.context(), script, ["sh"], commands)
    return "".join(caught.out + caught.err)


async def _timeout(ctx: Context, argv: list[str], commands: Mapping[str, Program], machine: Machine) -> int:
    """timeout DURATION COMMAND."""
    words = [word for word in argv[1:] if not word.startswith("-")] if argv[1:2] and argv[1].startswith("-") else argv[1:]
    if len(words) < 2:
        ctx.stderr("timeout: missing operand\n")
        return 125
    ended: Future[int] = Future()

    async def run() -> None:
        try:
            ended.set(await _shell.run(ctx, shlex.join(words[1:]), ["sh"], commands))
        except Cancelled:
            ended.set(TIMED_OUT)
            raise

    pid = machine.spawn(run())
    number, unit = (words[0][:-1], words[0][-1]) if words[0][-1] in "smhd" else (words[0], "s")
    alarm = machine.loop.call_later(float(number) * _commands.UNITS[unit], lambda: machine.kill(pid))
    try:
        return await ended
    finally:
        alarm.cancel()


def _kill(machine: Machine, ctx: Context, argv: list[str]) -> int:
    """kill PID or %JOB: the child ends."""
    code = 0
    for word in argv[1:]:
        if word.startswith("-"):
            continue
        pids = list(machine.children)
        number = word.removeprefix("%")
        pid = int(number) if number.isdigit() else 0
        if word.startswith("%"):
            pid = pids[pid - 1] if 0 < pid <= len(pids) else 0
        if pid in machine.children:
            machine.kill(pid)
        else:
            ctx.stderr(f"bash: kill: ({word}) - No such process\n")
            code = 1
    return code
