"""kubectl config set-credentials."""

from __future__ import annotations

from typing import Any

from k8s_magic.kubectl import common, configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.config.set_cluster import embedded
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Make a user's entry, or change it."""
    if len(call.args) != 1:
        raise configfile.help_error(call, f"unexpected args: [{' '.join(call.args)}]")
    name = call.args[0]
    if not name:
        raise UsageError("you must specify a non-empty user name")
    pairs = [common.parse_pairs(call.flags[flag], flag, may_remove=True) for flag in ("auth-provider-arg", "exec-env")]
    values = _values(call)
    old = configfile.load(call).users.get(name, {})
    values |= {"auth-provider": _provider(call, old.get("auth-provider"), *pairs[0]), "exec": _plugin(call, old.get("exec"), *pairs[1])}
    configfile.change(call, "users", name, values)
    call.out(f"User {quoted(name)} set.\n")
    return None


def _values(call: Call) -> dict[str, Any]:
    flags = call.flags
    methods = [
        flag for flag, given in (("--token", flags["token"]), ("--username/--password", flags["username"] or flags["password"])) if given
    ]
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


def _provider(call: Call, old: Obj | None, new: dict[str, str], remove: list[str]) -> Obj | None:
    name = call.flags["auth-provider"]
    if call.flags.changed("auth-provider") and (old or {}).get("name") != name:
        old = {"name": name}
    if old is None:
        return None
    kept = {key: value for key, value in (old.get("config") or {}).items() if key not in remove}
    return {**old, "config": {**kept, **new}}


def _plugin(call: Call, old: Obj | None, new: dict[str, str], remove: list[str]) -> Obj | None:
    """What is said of a plugin without a command, now or before, is left aside."""
    flags = call.flags
    if flags["exec-interactive-mode"] not in ("", "IfAvailable", "Always", "Never"):
        raise UsageError("invalid interactive mode type, can be only IfAvailable, Never, Always")
    if flags.changed("exec-command"):
        old = {**(old or {}), "command": flags["exec-command"], "args": None}
    if old is None:
        return None
    fields = {
        "exec-api-version": "apiVersion",
        "exec-interactive-mode": "interactiveMode",
        "exec-provide-cluster-info": "provideClusterInfo",
    }
    given = {field: flags[flag] for flag, field in fields.items() if flags.changed(flag)}
    arguments = {"args": flags["exec-arg"]} if flags["exec-arg"] else {}
    result = {**old, **given, **arguments}
    if new or remove:
        env = [{**v, "value": new.pop(v["name"], v.get("value", ""))} for v in old.get("env") or () if v["name"] not in remove]
        result["env"] = env + [{"name": name, "value": value} for name, value in new.items()]
    return result


VERB = Verb(
    "set-credentials",
    "Make a user's entry in the kubeconfig, or change it.",
    run,
    examples=("kubectl config set-credentials admin --token=xyz",),
)
