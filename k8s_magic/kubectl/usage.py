"""`--help`: short, in our own words, with every flag that works."""

from __future__ import annotations

from k8s_magic.kubectl import verb
from k8s_magic.kubectl.flags import Flag, table

FOOTER = 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n'


def help_of(path: verb.Path) -> str:
    """The help of a command; of kubectl itself for an empty path."""
    found = verb.find(path) if path else None
    short = found.short if found else ("kubectl talks to the simulated cluster." if not path else "Not part of this simulated cluster.")
    parts = [short + "\n"]
    aliases = table()[" ".join(path)].aliases if path else ()
    if aliases:
        parts.append("Aliases:\n" + ", ".join((path[-1], *aliases)) + "\n")
    if found and found.examples:
        parts.append("Examples:\n" + "".join(f"  {line}\n" for line in found.examples))
    if names := verb.children(path):
        parts.append("Available Commands:\n" + _commands(path, names))
    if path and (flags := (found.flags if found else ()) + table()[" ".join(path)].flags):
        parts.append("Options:\n" + "".join(f"    {_flag(f)}\n" for f in flags))
    parts.append(f"Usage:\n  kubectl {table()[' '.join(path)].usage} [options]\n")
    more = f'Use "{" ".join(("kubectl", *path))} <command> --help" for more information about a given command.\n' if names else ""
    return "\n".join(parts) + "\n" + more + FOOTER


def options() -> str:
    """The flags that every command takes."""
    return "The following options can be passed to any command:\n\n" + "".join(f"    {_flag(f)}\n" for f in table()[""].flags)


def _commands(path: verb.Path, names: list[str]) -> str:
    width = max(map(len, names)) + 3
    found = [(name, verb.find((*path, name))) for name in names]
    return "".join(f"  {name:{width}}{v.short}\n" for name, v in found if v is not None)


def _flag(flag: Flag) -> str:
    default = flag.default if flag.kind not in ("string",) else f"'{flag.default}'"
    return (f"-{flag.short}, " if flag.short else "") + f"--{flag.name}={default}"
