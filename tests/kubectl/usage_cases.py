"""Command lines that are wrong, made from the table of flags: each flag of each verb with a value that it cannot have, and so on."""

from __future__ import annotations

import random

from k8s_magic.kubectl import verb
from k8s_magic.kubectl.flags import table

_WRONG = {"bool": "maybe", "int": "many", "uint": "-1", "float": "much", "duration": "5 minutes", "stringSlice": 'a"b'}
_ODD = {"int": "99999999999999999999", "duration": "5parsecs", "bool": "TRUE", "float": "1e999"}
INTERACTIVE = ("kuberc set", "kuberc view", "edit", "proxy", "port-forward")


def lines() -> list[list[str]]:
    """All of them, in the order of the table."""
    found: list[list[str]] = []
    for key, command in table().items():
        if not key or key in INTERACTIVE or verb.find(command.path) is None or verb.children(command.path):
            continue
        path = list(command.path)
        found += [
            path,
            [*path, "a"],
            [*path, "a", "b"],
            [*path, "--nope"],
            [*path, "a", "-Z"],
            [*path, "--nope=1", "a"],
            [*path, "--=x"],
            [*path, "-f"],
        ]
        for flag in (*command.flags, *table()[""].flags[:6]):
            name = f"--{flag.name}"
            for wrong in (_WRONG.get(flag.kind), _ODD.get(flag.kind)):
                if wrong is not None:
                    found.append([*path, "a", f"{name}={wrong}"])
            if flag.no_option is None:
                found.append([*path, "a", name])
            if flag.name in ("output", "dry-run", "validate", "cascade", "type", "restart", "grace-period"):
                found.append([*path, "a", f"{name}=wrong"])
    return found


def sample(count: int) -> list[list[str]]:
    """A few of them, the same every time."""
    return random.Random(36).sample(lines(), count)
