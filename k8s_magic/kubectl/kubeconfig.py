"""The kubeconfig file: which one is meant, what stands in it, and the namespace of the current context."""

from __future__ import annotations

import errno
import os
from typing import Any

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.flags import Flags
from k8s_magic.objects.meta import Obj

KEPT = ".kube/config"


def path(environment: Environment, flags: Flags) -> str:
    """The file in force: --kubeconfig, $KUBECONFIG, $HOME/.kube/config; where none is named, what the environment keeps."""
    named = str(flags.get("kubeconfig") or environment.env.get("KUBECONFIG", "").split(":")[0])
    home = environment.env.get("HOME", "")
    return named or (f"{home}/{KEPT}" if home else KEPT)


def read(environment: Environment, where: str) -> bytes:
    """OSError where there is none."""
    if where != KEPT:
        return environment.files.read(where)
    if KEPT not in environment.kept:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), KEPT)
    return environment.kept[KEPT]


def write(environment: Environment, where: str, text: bytes) -> None:
    """Where no place on the disk is named, none is written: that file might be somebody's way to a real cluster."""
    if where == KEPT:
        environment.kept[KEPT] = text
    else:
        environment.files.write(where, text)


def load(environment: Environment, flags: Flags) -> Obj:
    """The file in force as an object; empty where there is none."""
    where = path(environment, flags)
    try:
        text = read(environment, where).decode()
    except OSError as error:
        if flags.get("kubeconfig"):
            raise UsageError(f"stat {where}: {(error.strerror or str(error)).lower()}") from None
        return {}
    found = yamls.load_all(text, where)
    return found[0] if found and isinstance(found[0], dict) else {}


def context(environment: Environment, flags: Flags) -> Obj | None:
    """The context in force, by --context or current-context; None where the file names none."""
    config = load(environment, flags)
    wanted = flags.get("context") or config.get("current-context")
    if not wanted:
        return None
    found: list[Any] = [c.get("context") or {} for c in config.get("contexts") or () if c.get("name") == wanted]
    if not found and flags.get("context"):
        raise UsageError(f'context "{wanted}" does not exist')
    return found[0] if found else None


def namespace(environment: Environment, flags: Flags) -> str:
    """The namespace that the context in force says, or the environment's."""
    return str((context(environment, flags) or {}).get("namespace") or environment.namespace)


def user(environment: Environment, flags: Flags) -> str:
    """The name of the user: --user, or the context's; empty where neither says one."""
    return str(flags.get("user") or (context(environment, flags) or {}).get("user") or "")


def token(environment: Environment, flags: Flags) -> str:
    """The user's token, as far as the file has one."""
    wanted = user(environment, flags)
    users = load(environment, flags).get("users") or () if wanted else ()
    return next((str((u.get("user") or {}).get("token") or "") for u in users if u.get("name") == wanted), "")
