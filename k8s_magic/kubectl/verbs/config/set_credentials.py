"""kubectl config set-credentials."""

from __future__ import annotations

from typing import Any

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.config.set_cluster import embedded


async def run(call: Call) -> int | None:
    """Make a user's entry, or change it."""
    if len(call.args) != 1:
        raise configfile.help_error(call, f"unexpected args: [{' '.join(call.args)}]")
    name = call.args[0]
    if not name:
        raise UsageError("you must specify a non-empty user name")
    configfile.change(call, "users", name, _values(call))
    call.out(f"User {quoted(name)} set.\n")
    return None


def _values(call: Call) -> dict[str, Any]:
    flags = call.flags
    methods = [flag for flag, given in (("--token", flags["token"]), ("basicauth", flags["username"] or flags["password"])) if given]
    if len(methods) > 1:
        raise UsageError(f"you cannot specify more than one authentication method at the same time: {', '.join(methods)}")
    if flags["embed-certs"] and not (flags["client-certificate"] or flags["client-key"]):
        raise UsageError("you must specify a --client-certificate or --client-key to embed")
    values: dict[str, Any] = {key: flags[key] or None for key in ("token", "username", "password") if flags.changed(key)}
    if values.get("token"):
        values |= {"tokenFile": None, "username": None, "password": None}
    elif values.get("username") or values.get("password"):
        values |= {"token": None, "tokenFile": None}
    for key in ("client-certificate", "client-key"):
        if flags.changed(key):
            values |= embedded(call, key, flags[key])
    return values


VERB = Verb(
    "set-credentials",
    "Make a user's entry in the kubeconfig, or change it.",
    run,
    examples=("kubectl config set-credentials admin --token=xyz",),
)
