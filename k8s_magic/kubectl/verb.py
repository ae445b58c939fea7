"""What a verb is: a file in verbs/ that exports VERB, at the command's path: "create secret generic" is verbs/create/secret/generic.py.

Flags come from the table of the real kubectl by the same path, so a verb's file holds no list of them.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache, cached_property

from k8s_magic.apiserver.client import Client
from k8s_magic.kubectl import flags as flag_tables
from k8s_magic.kubectl import identity, kubeconfig
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.flags import Flag, Flags
from k8s_magic.kubectl.resources import Mapper

Path = tuple[str, ...]


@dataclass
class Call:
    """One run of one verb: what the user typed, taken apart, and what it may touch."""

    environment: Environment
    path: Path
    args: list[str]
    flags: Flags
    dash: int = -1
    """How many of `args` stand before `--`; -1 where there is none."""

    @cached_property
    def client(self) -> Client:
        """As whoever --token, --as or the context's user says."""
        return identity.client(self.environment, self.flags)

    @cached_property
    def mapper(self) -> Mapper:
        """TYPE and kind lookup, by discovery."""
        known = self.environment.discovery
        return Mapper(known.resources(self.client), lambda text: self.client.warn(text), lambda: known.fetch(self.client))

    @property
    def name(self) -> str:
        """The command as its user knows it: "kubectl create deployment"."""
        return " ".join(("kubectl", *self.path))

    @cached_property
    def context_namespace(self) -> str:
        """The namespace that the current context says, or "default"."""
        return kubeconfig.namespace(self.environment, self.flags)

    @property
    def namespace(self) -> str:
        """The namespace to work in: -n, or the context's."""
        return self.flags.get("namespace") or self.context_namespace

    @property
    def explicit_namespace(self) -> bool:
        return bool(self.flags.get("namespace"))

    def out(self, text: str) -> None:
        """Print to stdout, newlines as given."""
        self.environment.out(text)

    def err(self, text: str) -> None:
        self.environment.err(text)

    def usage_error(self, message: str) -> UsageError:
        """A mistake that ends with a pointer to help. Models cmdutil.UsageErrorf."""
        return UsageError(f"{message}\nSee '{self.name} -h' for help and examples")


@dataclass(frozen=True)
class Verb:
    """A command. One without `run` only groups its subcommands: called alone, it prints its help and fails."""

    name: str
    short: str
    """One line of help in our own words."""
    run: Callable[[Call], Awaitable[int | None]] | None = None
    """Gives the exit code (None: 0); mistakes are raised as UsageError, ApiError, or Aggregate of these."""
    examples: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = field(default=())
    """Beyond the table's."""
    takes: tuple[int, int] = (0, 1_000_000)
    """Least and most positional arguments, where the real command checks these before it runs."""


def module_name(path: Path) -> str:
    return ".".join(("k8s_magic.kubectl.verbs", *(word.replace("-", "_") for word in path)))


@cache
def find(path: Path) -> Verb | None:
    """The verb at `path`, imported on first use; None where no file stands there."""
    try:
        if importlib.util.find_spec(module_name(path)) is None:
            return None
    except ModuleNotFoundError:
        return None
    verb = getattr(importlib.import_module(module_name(path)), "VERB", None)
    assert isinstance(verb, Verb), f"{module_name(path)} exports no VERB"
    return verb


def children(path: Path) -> list[str]:
    """Names of the subcommands of `path` that the real kubectl has, in its help's order."""
    return [c.path[-1] for key, c in flag_tables.table().items() if key and c.path[:-1] == path]


def canonical(path: Path, word: str) -> str | None:
    """The subcommand of `path` that `word` names, itself or by an alias; None where there is none."""
    for name in children(path):
        command = flag_tables.table()[" ".join((*path, name))]
        if word == name or word in command.aliases:
            return name
    return None


def flags_of(path: Path, verb: Verb | None) -> tuple[Flag, ...]:
    """All flags that may stand on a command's line: its own, the global ones, --help."""
    own = flag_tables.table()[" ".join(path)].flags if path else ()
    help_flag = Flag("help", "bool", "false", "" if any(f.short == "h" for f in own) else "h", "true")
    return (verb.flags if verb else ()) + own + flag_tables.table()[""].flags + (help_flag,)
