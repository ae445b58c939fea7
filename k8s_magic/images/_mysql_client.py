"""The mysql client: statements from -e, from its input, or typed at its prompt."""

from __future__ import annotations

from typing import Any

from k8s_magic.images._documents import Speaker, ask
from k8s_magic.images._waiting import TooLate
from k8s_magic.images.context import ConnectionRefused, Context

SHORT = {"u": "user", "h": "host", "P": "port", "e": "execute", "D": "database"}
PROMPT = "mysql> "


async def client(ctx: Context, argv: list[str]) -> int:
    """`mysql -u root -pSECRET [-h HOST] [-e SQL] [DATABASE]`; `-p` alone asks for the password."""
    options = _options(argv[1:])
    typed = ""
    if options.get("password") == "?":
        ctx.stdout("Enter password: ")
        first, _, typed = (await ctx.read_stdin()).decode("utf-8", "replace").partition("\n")
        options["password"] = first
        ctx.stdout("\n" if ctx.is_terminal else "")
    elif options.get("password"):
        ctx.stderr("mysql: [Warning] Using a password on the command line interface can be insecure.\n")
    host, port = options.get("host", "127.0.0.1"), int(options.get("port", "3306"))
    hello = {"user": options.get("user", "root"), "password": options.get("password", ""), "database": options.get("database", "")}
    try:
        speaker = Speaker(await ctx.connect(host, port))
        answer = await ask(ctx, speaker, hello)
    except (ConnectionRefused, TooLate) as error:
        unknown = "no such host" in str(error)
        number = (
            f"2005 (HY000): Unknown MySQL server host '{host}' (-2)"
            if unknown
            else f"2003 (HY000): Can't connect to MySQL server on '{host}:{port}' (111)"
        )
        ctx.stderr(f"ERROR {number}\n")
        return 1
    if "error" in answer:
        ctx.stderr(f"ERROR {answer['error']}\n")
        return 1
    if "execute" in options:
        return await _run(ctx, speaker, options["execute"] + ";", in_a_frame=ctx.is_terminal)
    return await _converse(ctx, speaker, typed)


def _options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, given, value = word[2:].partition("=")
            found[name] = value if given else "?" if name == "password" else words.pop(0) if words else ""
        elif word.startswith("-p"):
            found["password"] = word[2:] or "?"
        elif word.startswith("-") and word[1:2] in SHORT:
            found[SHORT[word[1]]] = word[2:] or (words.pop(0) if words else "")
        elif not word.startswith("-"):
            found["database"] = word
    return found


async def _converse(ctx: Context, speaker: Speaker, typed: str) -> int:
    if ctx.is_terminal:
        ctx.stdout("Welcome to the MySQL monitor.  Commands end with ; or \\g.\n\n" + PROMPT)
    while True:
        data = (await ctx.read_stdin()).decode("utf-8", "replace")
        typed += data
        whole, semicolon, rest = typed.rpartition(";")
        if typed.strip() in ("exit", "quit", "\\q"):
            break
        if semicolon:
            code = await _run(ctx, speaker, whole + ";", in_a_frame=ctx.is_terminal)
            typed = rest.lstrip("\n")
            if code and not ctx.is_terminal:
                return code
            if ctx.is_terminal:
                ctx.stdout(PROMPT)
        if not data:
            break
    if ctx.is_terminal:
        ctx.stdout("Bye\n")
    return 0


async def _run(ctx: Context, speaker: Speaker, text: str, *, in_a_frame: bool) -> int:
    for statement in [part.strip() for part in text.split(";") if part.strip()]:
        try:
            answer = await ask(ctx, speaker, statement)
        except (ConnectionRefused, TooLate):
            ctx.stderr("ERROR 2013 (HY000): Lost connection to MySQL server during query\n")
            return 1
        if "error" in answer:
            ctx.stderr(f"ERROR {answer['error']}\n")
            return 1
        ctx.stdout(_framed(answer) if in_a_frame else _plain(answer))
    return 0


def _plain(answer: dict[str, Any]) -> str:
    """As printed into pipes and files."""
    if not answer.get("rows"):
        return ""
    return "".join("\t".join(_cell(each) for each in row) + "\n" for row in [answer["columns"], *answer["rows"]])


def _cell(value: Any) -> str:
    return "NULL" if value is None else str(value)


def _framed(answer: dict[str, Any]) -> str:
    """As printed on a terminal."""
    if answer.get("used"):
        return "Database changed\n"
    if "changed" in answer:
        return f"Query OK, {answer['changed']} row{'s' if answer['changed'] != 1 else ''} affected (0.01 sec)\n\n"
    rows = [[_cell(each) for each in row] for row in answer["rows"]]
    if not rows:
        return "Empty set (0.00 sec)\n\n"
    widths = [max(len(row[place]) for row in [answer["columns"], *rows]) for place in range(len(answer["columns"]))]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+\n"
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |\n" for row in [answer["columns"], *rows]
    ]
    return f"{rule}{lines[0]}{rule}{''.join(lines[1:])}{rule}{len(rows)} row{'s' if len(rows) != 1 else ''} in set (0.00 sec)\n\n"
