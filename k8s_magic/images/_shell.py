"""The shell in containers: just-bash, driven by our loop, printing as it goes; plain scripts need it not at all.

Not modelled: job control, traps, pipelines whose first command never ends.
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Mapping
from typing import Any

from k8s_magic.images._captured import Captured
from k8s_magic.images.context import Context, Program

__all__ = ["CHILD", "TOOLS", "Captured", "converse", "run", "session"]
CHILD = "K8S_MAGIC_CHILD"
"""Set in the environment of what runs behind a `&`."""

TOOLS = (
    *("awk", "base64", "basename", "chmod", "cp", "cut", "diff", "dirname", "du", "egrep", "expr", "fgrep", "find", "grep", "head", "jq"),
    *("ln", "ls", "md5sum", "mkdir", "mv", "nl", "od", "paste", "printf", "pwd", "readlink", "rev", "rm", "rmdir", "sed", "seq"),
    *("sha1sum", "sha256sum", "sort", "stat", "tac", "tail", "tar", "tee", "touch", "tr", "tree", "uniq", "wc", "which", "xargs", "yq"),
    *("[", "test"),
)
"""What just-bash brings and we use as it is."""
NOT_PLAIN = re.compile(r"[$`|<>(){}*?\[\]~!#\\=\n]|(?<!&)&(?!&)|;;|^\s*$")


async def run(ctx: Context, script: str, words: list[str], commands: Mapping[str, Program]) -> int:
    """Run a script with `words` as $0 $1 ...; gives its exit code."""
    ctx.ignore_signals()
    plain = _plain(script, commands)
    if plain is not None:
        return await _run_plain(ctx, plain, commands)
    return await _run_with_library(ctx, script, words, commands)


def _plain(script: str, commands: Mapping[str, Program]) -> list[tuple[str, list[str]]] | None:
    """A script of simple commands joined by ; and &&, as (joint before, argv); None where it is more than that."""
    if NOT_PLAIN.search(script):
        return None
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";&")
    lexer.whitespace_split = True
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    steps: list[tuple[str, list[str]]] = [(";", [])]
    for token in tokens:
        if token in (";", "&&"):
            steps.append((token, []))
        else:
            steps[-1][1].append(token)
    if steps[-1] == (";", []):
        steps.pop()
    known = all(argv and (argv[0] == "exit" or argv[0] in commands) for _, argv in steps)
    return steps if known else None


async def _run_plain(ctx: Context, steps: list[tuple[str, list[str]]], commands: Mapping[str, Program]) -> int:
    code = 0
    for joint, argv in steps:
        if joint == "&&" and code != 0:
            continue
        if argv[0] == "exit":
            return int(argv[1]) & 0xFF if argv[1:] and argv[1].isdigit() else code
        code = await commands[argv[0]](ctx, argv)
    return code


def session(ctx: Context, words: list[str], commands: Mapping[str, Program]) -> Any:
    """A shell that keeps its state: `await session.run(script)` gives the exit code."""
    return _library().Shell(ctx, words, commands)


async def converse(ctx: Context, prompt: str, commands: Mapping[str, Program]) -> int:
    """Prompt, run what is typed, and so on until `exit` or the end of input; gives the exit code."""
    ctx.ignore_signals()
    return int(await _library().converse(ctx, prompt, commands))


async def _run_with_library(ctx: Context, script: str, words: list[str], commands: Mapping[str, Program]) -> int:
    return int(await _library().run(ctx, script, words, commands))


def _library() -> Any:
    """Loaded by name and only when needed, because it imports just-bash, which takes a third of a second."""
    return importlib.import_module("k8s_magic.images._shell_library")
