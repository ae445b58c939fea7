"""Programs that nearly every image with a shell has: as a container's command, for exec, for probes, in scripts.

Not modelled: users and permissions, terminals, processes other than the one that runs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime

from k8s_magic.images import _network_commands, _shell
from k8s_magic.images._tar import tar
from k8s_magic.images.context import Context, Program

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
DEFAULT_DATE = "%a %b %e %H:%M:%S UTC %Y"


async def sleep(ctx: Context, argv: list[str]) -> int:
    ctx.ignore_signals()
    total = 0.0
    for arg in argv[1:]:
        match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", arg)
        if arg not in ("inf", "infinity") and not match:
            ctx.stderr(f"sleep: invalid time interval '{arg}'\n")
            return 1
        total += float(match[1]) * UNITS[match[2]] if match else 1e9
    await ctx.sleep(total)
    return 0


async def true(ctx: Context, argv: list[str]) -> int:
    return 0


async def false(ctx: Context, argv: list[str]) -> int:
    return 1


async def echo(ctx: Context, argv: list[str]) -> int:
    words, end = argv[1:], "\n"
    while words and words[0] in ("-n", "-e", "-E"):
        end = "" if words.pop(0) == "-n" else end
    ctx.stdout(" ".join(words) + end)
    return 0


async def date(ctx: Context, argv: list[str]) -> int:
    pattern = next((arg[1:] for arg in argv[1:] if arg.startswith("+")), DEFAULT_DATE)
    now = ctx.now()
    pattern = pattern.replace("%s", str(int(now))).replace("%N", f"{int(now % 1 * 1e9):09d}")
    ctx.stdout(datetime.fromtimestamp(now, UTC).strftime(pattern) + "\n")
    return 0


async def cat(ctx: Context, argv: list[str]) -> int:
    code = 0
    while not argv[1:] and (data := await ctx.read_stdin()):
        ctx.stdout(data.decode("utf-8", "replace"))
    for path in argv[1:]:
        content = ctx.files.get(absolute(path))
        if content is None:
            ctx.stderr(f"cat: {path}: No such file or directory\n")
            code = 1
        else:
            ctx.stdout(content.decode("utf-8", "surrogateescape"))  # What is no text comes out as the bytes that it is.
    return code


async def tee(ctx: Context, argv: list[str]) -> int:
    """Standard input, byte by byte, into files and out again."""
    data, code, keep = b"", 0, "-a" in argv
    while chunk := await ctx.read_stdin():
        data += chunk
    for path in (absolute(arg) for arg in argv[1:] if not arg.startswith("-")):
        try:
            ctx.files[path] = (ctx.files.get(path, b"") if keep else b"") + data
        except OSError as error:
            ctx.stderr(f"tee: {path}: {error.strerror or error}\n")
            code = 1
    ctx.stdout(data.decode("utf-8", "surrogateescape"))
    return code


async def env(ctx: Context, argv: list[str]) -> int:
    ctx.stdout("".join(f"{key}={value}\n" for key, value in ctx.env.items()))
    return 0


async def printenv(ctx: Context, argv: list[str]) -> int:
    if not argv[1:]:
        return await env(ctx, argv)
    found = [ctx.env[name] for name in argv[1:] if name in ctx.env]
    ctx.stdout("".join(value + "\n" for value in found))
    return 0 if len(found) == len(argv) - 1 else 1


async def hostname(ctx: Context, argv: list[str]) -> int:
    wanted = {"-i": ctx.address, "-I": ctx.address + " ", "-s": ctx.hostname.split(".")[0]}
    ctx.stdout(wanted.get(argv[1] if argv[1:] else "", ctx.hostname) + "\n")
    return 0


async def uname(ctx: Context, argv: list[str]) -> int:
    short = f"Linux {ctx.hostname} 6.1.0 #1 SMP x86_64 GNU/Linux"
    ctx.stdout({"-a": short, "-r": "6.1.0", "-m": "x86_64", "-n": ctx.hostname}.get(argv[1] if argv[1:] else "", "Linux") + "\n")
    return 0


async def whoami(ctx: Context, argv: list[str]) -> int:
    ctx.stdout("root\n" if argv[0].endswith("whoami") else "uid=0(root) gid=0(root) groups=0(root)\n")
    return 0


async def shuf(ctx: Context, argv: list[str]) -> int:
    """Lines of standard input in a drawn order; -n takes the first ones of it."""
    lines = ctx.stdin.decode("utf-8", "replace").splitlines()
    drawn = sorted(lines, key=lambda line: ctx.draw(1 << 64, "shuf", line))
    most = next((int(argv[i + 1]) for i, arg in enumerate(argv[:-1]) if arg == "-n" and argv[i + 1].isdigit()), len(drawn))
    ctx.stdout("".join(line + "\n" for line in drawn[:most]))
    return 0


async def ps(ctx: Context, argv: list[str]) -> int:
    ctx.stdout("PID   USER     TIME  COMMAND\n    1 root      0:00 " + ctx.image.rsplit("/", 1)[-1].split(":")[0] + "\n")
    return 0


async def nothing(ctx: Context, argv: list[str]) -> int:
    """A command whose effect is not modelled: trap, kill, chown, sync."""
    return 0


async def shell(ctx: Context, argv: list[str]) -> int:
    """sh, bash, ash: -c SCRIPT, a script file, or a script on standard input."""
    options, rest = _shell_options(argv[1:])
    preamble = "set -e\n" if "e" in options else ""
    if "c" in options:
        if not rest:
            ctx.stderr(f"{argv[0]}: -c requires an argument\n")
            return 2
        return await _shell.run(ctx, preamble + rest[0], rest[1:], OWN)
    if rest and rest[0] != "-":
        script = ctx.files.get(absolute(rest[0]))
        if script is None:
            ctx.stderr(f"{argv[0]}: can't open '{rest[0]}': No such file or directory\n")
            return 127 if argv[0].endswith("bash") else 2
        return await _shell.run(ctx, preamble + script.decode("utf-8", "replace"), rest, OWN)
    if ctx.is_terminal and ctx.keeps_stdin_open:
        return await _shell.converse(ctx, _prompt(ctx, argv[0]), OWN)
    typed = ""
    while data := await ctx.read_stdin():
        typed += data.decode("utf-8", "replace")
    return await _shell.run(ctx, typed, [argv[0]], OWN) if typed.strip() else 0


def _prompt(ctx: Context, shell_name: str) -> str:
    return f"root@{ctx.hostname}:/# " if shell_name.endswith("bash") else "/ # "


def _shell_options(words: list[str]) -> tuple[str, list[str]]:
    options = ""
    while words and len(words[0]) > 1 and words[0][0] in "-+":
        word, words = words[0], words[1:]
        if word == "--":
            break
        options += "" if word.startswith("--") else word[1:]
        if word in ("-o", "+o"):
            words = words[1:]
    return options, words


async def in_shell(ctx: Context, argv: list[str]) -> int:
    """A text tool that the shell library brings."""
    return await _shell.run(ctx, shlex.join([argv[0].rsplit("/", 1)[-1], *argv[1:]]), [], OWN)


def absolute(path: str) -> str:
    """A path as seen from the root directory, where all our programs run."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


OWN: Mapping[str, Program] = {
    **dict.fromkeys(("sh", "bash", "ash", "dash"), shell),
    **dict.fromkeys(("trap", "kill", "chown", "sync", "ulimit", "umask", "apt-get", "apk", "stty", "clear"), nothing),
    "sleep": sleep,
    "true": true,
    ":": true,
    "perl": true,
    "false": false,
    "echo": echo,
    "date": date,
    "cat": cat,
    "env": env,
    "printenv": printenv,
    "hostname": hostname,
    "uname": uname,
    "whoami": whoami,
    "id": whoami,
    "ps": ps,
    "shuf": shuf,
    **_network_commands.COMMANDS,
}
"""What scripts find beside the shell library's tools."""
COMMANDS: Mapping[str, Program] = {**dict.fromkeys(_shell.TOOLS, in_shell), **OWN, "tar": tar, "tee": tee}
"""What runs by itself; scripts have the library's tar, whose bytes its other tools understand."""
