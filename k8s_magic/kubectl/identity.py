"""Who asks: the user of the context in force, the one whose --token is given, or whom --as names."""

from __future__ import annotations

from k8s_magic.apiserver.client import Client, Impersonation
from k8s_magic.kubectl import kubeconfig
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.flags import Flags


def client(environment: Environment, flags: Flags) -> Client:
    """The environment's client as that user. Models clientcmd's overrides; a user without credentials is the administrator here."""
    found = environment.client
    token = flags.get("token") or kubeconfig.token(environment, flags)
    if token:
        found = found.with_token(token)
    elif certificate := kubeconfig.certificate(environment, flags):
        found = found.with_certificate(certificate)
    wanted = _impersonation(environment, flags)
    return found.impersonate(wanted) if wanted else found


def _impersonation(environment: Environment, flags: Flags) -> Impersonation | None:
    user, groups, uid = flags.get("as") or "", tuple(flags.get("as-group") or ()), flags.get("as-uid") or ""
    extra: dict[str, tuple[str, ...]] = {}
    for pair in flags.get("as-user-extra") or ():
        key, _, value = pair.partition("=")
        extra[key.lower()] = (*extra.get(key.lower(), ()), value)
    if not user and (groups or uid or extra):
        name = kubeconfig.user(environment, flags) or "admin"
        raise UsageError(f"requesting uid, groups or user-extra for {name} without impersonating a user")
    return Impersonation(user, groups, uid, tuple(sorted(extra.items()))) if user else None
