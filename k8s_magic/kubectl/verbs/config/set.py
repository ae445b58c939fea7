"""kubectl config set."""

from __future__ import annotations

import base64

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Set one property by its path."""
    if len(call.args) != 2:
        raise configfile.help_error(call, f"Unexpected args: [{' '.join(call.args)}]")
    name, text = call.args
    if not text:
        raise UsageError("you cannot use set to unset a property")
    if not name:
        raise UsageError("you must specify a property")
    kind, entry, field = configfile.steps(name)
    config = configfile.load(call)
    if kind == "current-context":
        config.current = text
    elif kind == "preferences":
        config.preferences = {**config.preferences, field: True} if _truth(text) else {}
    elif not field:
        # Go shows where its structs lie in memory.
        shown = " ".join(f"{name}:0xc000{index:06x}" for index, name in enumerate(sorted(config.of(kind))))
        raise UsageError(f"can't set a map to a value: map[{shown}]")
    else:
        config.of(kind)[entry] = {**config.of(kind).get(entry, {}), field: _value(call, field, text)}
    configfile.save(call, config)
    call.out(f"Property {quoted(name)} set.\n")
    return None


def _value(call: Call, field: str, text: str) -> str | bool:
    if field in ("insecure-skip-tls-verify", "disable-compression"):
        return _truth(text)
    if field.endswith("-data") and not call.flags["set-raw-bytes"]:
        return text
    return base64.b64encode(text.encode()).decode() if field.endswith("-data") else text


def _truth(text: str) -> bool:
    if text not in ("true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False"):
        raise UsageError(f"strconv.ParseBool: parsing {quoted(text)}: invalid syntax")
    return text.lower() in ("true", "1", "t")


VERB = Verb(
    "set", "Set one value in the kubeconfig by its path.", run, examples=("kubectl config set clusters.one.server https://1.2.3.4",)
)
