"""kubectl create ingress. Models kubectl/pkg/cmd/create/create_ingress.go."""

from __future__ import annotations

import re

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_RULE = re.compile(r"[\w*\-.]*/.*=[\w\-]+:[\w\-]+(,tls=?([\w\-]+)?)?", re.ASCII)


async def run(call: Call) -> int | None:
    """Create an Ingress from HOST/PATH=SERVICE:PORT[,tls[=SECRET]] rules."""
    name, flags = common.one_name(call), call.flags
    _check(call)
    spec = generate.compact(
        ingressClassName=flags["class"] or None,
        defaultBackend=_backend(flags["default-backend"]) if flags["default-backend"] else None,
        tls=_tls(flags["rule"]),
        rules=_rules(flags["rule"]),
    )
    annotations = dict(text.split("=", 1) for text in flags["annotation"])
    ingress = {
        "kind": "Ingress",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": generate.metadata(call, name, annotations=generate.in_order(annotations)),
        "spec": spec,
        "status": {"loadBalancer": {}},
    }
    generate.submit(call, ingress, "ingresses.networking.k8s.io", "failed to create ingress:")
    return None


def _check(call: Call) -> None:
    flags = call.flags
    if not flags["default-backend"] and not flags["rule"]:
        ways = "a default-backend (which catches all traffic) or a list of rules (which catch specific paths)"
        raise UsageError(f"not enough information provided: every ingress has to either specify {ways}")
    for rule in flags["rule"]:
        if not _RULE.match(rule):
            raise UsageError(f"rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]")
    for text in flags["annotation"]:
        if "=" not in text:
            raise UsageError(f"annotation {text} is invalid and should be in format key=[value]")
    if flags["default-backend"] and flags["default-backend"].count(":") != 1:
        raise UsageError("default-backend should be in format servicename:serviceport")


def _backend(text: str) -> Obj:
    service, port = text.split(":")[:2]
    number = generate.int_or_string(port)
    return {"service": {"name": service, "port": {"number" if isinstance(number, int) else "name": number}}}


def _tls(rules: list[str]) -> list[Obj]:
    """One entry a secret, with the hosts that name it."""
    found: list[Obj] = []
    hosts: set[str] = set()
    for rule in rules:
        parts = rule.split(",")
        host = rule.split("/", 1)[0]
        if len(parts) != 2 or host in hosts:
            continue
        secret = parts[1].partition("=")[2]
        hosts.add(host)
        same = next((entry for entry in found if entry.get("secretName", "") == secret), None)
        if same is not None:
            same.setdefault("hosts", []).append(host)
        elif host or secret:
            found.append(generate.compact(hosts=[host] if host else [], secretName=secret or None))
    return found


def _rules(texts: list[str]) -> list[Obj]:
    """One rule a host, with all its paths."""
    paths: dict[str, list[Obj]] = {}
    for text in texts:
        host, _, rest = text.split(",")[0].partition("/")
        paths.setdefault(host, []).append(_path(rest))
    return [generate.compact(host=host or None, http={"paths": found}) for host, found in paths.items()]


def _path(text: str) -> Obj:
    path, service = text.split("=")[:2]
    path = "/" + path
    prefix = path.endswith("*")
    return {"path": path[:-1] if prefix else path, "pathType": "Prefix" if prefix else "Exact", "backend": _backend(service)}


VERB = Verb("ingress", "Create an Ingress.", run, examples=('kubectl create ingress web --rule="example.com/*=web:80"',))
