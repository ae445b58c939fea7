"""The kubeconfig file: which one is meant, what stands in it, and the namespace of the current context."""

from __future__ import annotations

import base64
import errno
import os
import posixpath
from typing import Any

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.errors import ConfigurationError
from k8s_magic.kubectl.flags import Flags
from k8s_magic.objects.meta import Obj

KEPT = ".kube/config"
EMBEDDED = "k8s-magic"
# What stands in the file that is there where there is none.
_EMBEDDED = {kind: [{"name": EMBEDDED}] for kind in ("clusters", "contexts", "users")}


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
    return found[0] if found else None


def check(environment: Environment, flags: Flags, *, namespace_first: bool) -> None:
    """What the flags name must be in the file. Models clientcmd's DirectClientConfig, whose words depend on what is asked of it first."""
    context, cluster, user = (_global(flags, name) for name in ("context", "cluster", "user"))
    if not (context or cluster or user):
        return
    config = load(environment, flags) or _EMBEDDED
    if user and user not in _names(config, "users"):
        raise UsageError(f'auth info "{user}" does not exist')
    if context and context not in _names(config, "contexts"):
        if namespace_first:
            raise ConfigurationError(f"Error in configuration: context was not found for specified context: {context}")
        raise UsageError(f'context "{context}" does not exist')
    if cluster and cluster not in _names(config, "clusters"):
        raise UsageError(f'no server found for cluster "{cluster}"' if namespace_first else f'cluster "{cluster}" does not exist')


def _global(flags: Flags, name: str) -> str:
    """A global flag's value, where the verb has no flag of its own by that name: --user of `create rolebinding` is a list."""
    value = flags.get(name)
    return value if isinstance(value, str) else ""


def _names(config: Obj, kind: str) -> list[str]:
    return [str(entry.get("name")) for entry in config.get(kind) or () if isinstance(entry, dict)]


def namespace(environment: Environment, flags: Flags) -> str:
    """The namespace that the context in force says, or the environment's."""
    return str((context(environment, flags) or {}).get("namespace") or environment.namespace)


def user(environment: Environment, flags: Flags) -> str:
    """The name of the user: --user, or the context's; empty where neither says one."""
    return str(_global(flags, "user") or (context(environment, flags) or {}).get("user") or "")


def _credentials(environment: Environment, flags: Flags) -> Obj:
    """What the file has of the user."""
    wanted = user(environment, flags)
    users = load(environment, flags).get("users") or () if wanted else ()
    return next((u.get("user") or {} for u in users if u.get("name") == wanted), {})


def token(environment: Environment, flags: Flags) -> str:
    """The user's token, as far as the file has one."""
    return str(_credentials(environment, flags).get("token") or "")


def certificate(environment: Environment, flags: Flags) -> bytes:
    """The user's certificate in PEM, by flag or by the file; empty where there is none."""
    given = _credentials(environment, flags)
    if not flags.get("client-certificate") and given.get("client-certificate-data"):
        return base64.b64decode(given["client-certificate-data"])
    where = str(flags.get("client-certificate") or given.get("client-certificate") or "")
    if not where:
        return b""
    # A relative name in a file on the disk means a place beside it.
    by_flag, file = bool(flags.get("client-certificate")), path(environment, flags)
    beside = "" if by_flag or file == KEPT else posixpath.dirname(file)
    try:
        return environment.files.read(posixpath.join(beside, where))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"unable to read client-cert {where} for {user(environment, flags)} due to open {where}: {reason}") from None
