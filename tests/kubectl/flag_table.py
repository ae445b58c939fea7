"""Reads kubectl's flag tables off the real binary: `python tests/kubectl/flag_table.py > k8s_magic/kubectl/data/flags.json`.

Names, shorthands, types, defaults and usage lines are facts about the interface; help sentences are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

BINARY = Path(sys.executable).parent / "kubectl"
FLAG = re.compile(r"^    (?:-(\w), )?--([\w-]+)=(.*):$", re.M)
USAGE = re.compile(r"^Usage:\n  kubectl (.*)$", re.M)
COMMAND = re.compile(r"^  ([a-z][\w-]*)  +\S", re.M)
REQUIRED = re.compile(r"required flag\(s\) (.*) not set")
SCALARS = {"ParseInt": "int", "ParseFloat": "float", "duration": "duration", "ParseBool": "bool", "ParseUint": "uint"}


@cache
def output(*argv: str) -> str:
    """What the binary prints; there is no cluster, so it can do nothing else."""
    run = subprocess.run([BINARY, *argv], capture_output=True, text=True, timeout=20, env={"HOME": "/nonexistent", "PATH": ""}, check=False)
    return run.stdout + run.stderr


def flag_type(path: tuple[str, ...], name: str, default: str) -> str:
    """The pflag type, told from the default where that is clear and from a wrong value where not."""
    if default in ("true", "false"):
        return "bool"
    if default == "[]":
        return "stringSlice" if "parse error on line" in output(*path, "--help", f'--{name}=a"b') else "stringArray"
    if default.startswith("'"):
        return "string"
    said = output(*path, "--help", f"--{name}=abc")
    return next((kind for word, kind in SCALARS.items() if word in said), "string")


def no_option(path: tuple[str, ...], name: str, kind: str) -> str | None:
    """The value of a flag given without one, or None where it needs one."""
    if kind == "bool":
        return "true"
    if name == "kuberc":  # kubectl reads it before pflag does.
        return None
    if "flag needs an argument" in output(*path, "--help", f"--{name}"):
        return None
    return {"dry-run": "unchanged", "cascade": "background", "validate": "strict"}.get(name, "true")


def read_flags(path: tuple[str, ...], help_text: str) -> dict[str, list[str | None]]:
    """Flag name -> [type, default, shorthand, value without an argument]."""
    flags: dict[str, list[str | None]] = {}
    for short, name, default in FLAG.findall(help_text):
        kind = flag_type(path, name, default)
        flags[name] = [kind, default.strip("'"), short, no_option(path, name, kind)]
    return flags


def read_command(path: tuple[str, ...]) -> dict[str, object]:
    """One command's entry, without its subcommands."""
    text = output(*path, "--help")
    usage = USAGE.search(text)
    aliases = re.search(r"^Aliases:\n(.*)$", text, re.M)
    required = REQUIRED.search(output(*path)) if path[0] not in ("proxy", "completion") else None
    entry: dict[str, object] = {"usage": usage.group(1).removesuffix(" [options]") if usage else ""}
    if aliases:
        entry["aliases"] = [a.strip() for a in aliases.group(1).split(",") if a.strip() != path[-1]]
    if required:
        entry["required"] = re.findall(r'"([\w-]+)"', required.group(1))
    entry["flags"] = read_flags(path, text)
    return entry


def subcommands(path: tuple[str, ...]) -> list[str]:
    """Names under `Available Commands:` or the root's groups, in the order of the help."""
    text = output(*path, "--help")
    if not path:
        return [name for block in re.findall(r"Commands.*:\n((?:  .*\n)+)", text) for name in COMMAND.findall(block)]
    block = re.search(r"Available Commands:\n((?:  .*\n)+)", text)
    return COMMAND.findall(block.group(1)) if block else []


def walk(path: tuple[str, ...] = ()) -> dict[str, dict[str, object]]:
    """All commands by their path in words."""
    table: dict[str, dict[str, object]] = {}
    for name in subcommands(path):
        table[" ".join((*path, name))] = read_command((*path, name))
        table.update(walk((*path, name)))
    return table


def whole() -> dict[str, dict[str, object]]:
    """The table: the global flags under "", then every command."""
    flags = read_flags(("options",), output("options"))
    flags["cache-dir"] = ["string", "", "", None]  # The binary's default names this machine's home.
    return {"": {"usage": "[flags]", "flags": flags}, **walk()}


if __name__ == "__main__":
    entries = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in whole().items()]
    sys.stdout.write("{\n" + ",\n".join(entries) + "\n}\n")
