"""kubectl expose: a Service for what pods belong to. Models kubectl/pkg/cmd/expose."""

from __future__ import annotations

from typing import Any

from k8s_magic.kubectl import builder, common, overrides, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.generate import compact, int_or_string
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj, get_in

_EXPOSABLE = (("", "ReplicationController"), ("", "Service"), ("", "Pod"), ("apps", "Deployment"), ("apps", "ReplicaSet"))


async def run(call: Call) -> int | None:
    """Create a Service for each object."""
    dry = common.dry_run(call)
    show = common.object_printer(call, "exposed", dry, typed=True)

    def expose(info: Info) -> None:
        if (info.mapping.group, info.mapping.kind) not in _EXPOSABLE:
            kind = f"{info.mapping.kind}.{info.mapping.group}" if info.mapping.group else info.mapping.kind
            raise UsageError(f"cannot expose a {kind}")
        service = overrides.apply(call, service_for(call, info), "services")
        service = recording.recorded(call, service)
        if dry == "client":
            if call.explicit_namespace:
                service["metadata"]["namespace"] = call.namespace
            return show(service)
        service = common.with_renewed_annotation(call, service, typed=True)
        return show(call.client.create("services", service, call.namespace, options=common.write_options(call, dry)))

    builder.select(call, builder.query_of(call, selector="")).visit(expose)
    return None


def service_for(call: Call, info: Info) -> Obj:
    """The Service that the flags and the object describe."""
    flags = call.flags
    selector = _pairs(flags["selector"]) if flags["selector"] else _selector(info)
    if not selector:
        raise UsageError("selector must be specified")
    labels = _pairs(flags["labels"]) if flags["labels"] else info.obj["metadata"].get("labels") or None
    name = flags["name"] or info.name[:63]
    spec = compact(
        ports=_ports(call, info),
        selector=selector,
        clusterIP=flags["cluster-ip"] or None,
        type=flags["type"] or None,
        externalIPs=[flags["external-ip"]] if flags["external-ip"] else [],
        sessionAffinity=_affinity(flags["session-affinity"]),
        loadBalancerIP=(flags["load-balancer-ip"] or None) if flags["type"] == "LoadBalancer" else None,
    )
    metadata = compact(name=name, labels=labels)
    return {"kind": "Service", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}


def _affinity(text: str) -> str | None:
    if text not in ("", "None", "ClientIP"):
        raise UsageError(f"unknown session affinity: {text}")
    return text or None


def _pairs(text: str) -> dict[str, str]:
    """`a=1,b=2` as a map."""
    found: dict[str, str] = {}
    for part in text.split(","):
        pair = part.split("=")
        if len(pair) != 2:
            raise UsageError(f"unexpected label spec: {part}")
        if not pair[0]:
            raise UsageError("unexpected empty label key")
        found[pair[0]] = pair[1]
    return found


def _selector(info: Info) -> dict[str, str]:
    """The labels by which the object finds its pods. Models polymorphichelpers.MapBasedSelectorForObject."""
    try:
        return _selector_of(info.mapping.kind, info.obj)
    except UsageError as error:
        raise UsageError(f"couldn't retrieve selectors via --selector flag or introspection: {error}") from None


def _selector_of(kind: str, obj: Obj) -> dict[str, str]:
    if kind == "Pod":
        if not obj["metadata"].get("labels"):
            raise UsageError("the pod has no labels and cannot be exposed")
        return dict(obj["metadata"]["labels"])
    selector = get_in(obj, "spec", "selector", default={})
    if kind == "Service" and not selector:
        raise UsageError("the service has no pod selector set")
    if kind in ("Service", "ReplicationController"):
        return dict(selector)
    if not selector.get("matchLabels") and kind in ("Deployment", "ReplicaSet"):
        raise UsageError(f"invalid {kind.lower()}: no selectors, therefore cannot be exposed")
    if selector.get("matchExpressions"):
        raise UsageError(f'couldn\'t convert expressions - "{_expressions(selector)}" to map-based selector format')
    return dict(selector.get("matchLabels") or {})


def _expressions(selector: Obj) -> str:
    """The expressions as Go's %+v prints them."""
    texts = [
        f"{{Key:{e['key']} Operator:{e['operator']} Values:[{' '.join(e.get('values') or ())}]}}" for e in selector["matchExpressions"]
    ]
    return f"[{' '.join(texts)}]"


def _ports(call: Call, info: Info) -> list[Obj]:
    """The Service's ports, from --port or from what the object's containers declare."""
    flags = call.flags
    declared = _declared(info.mapping.kind, info.obj)
    numbers = flags["port"].split(",") if flags["port"] else list(declared)
    if not numbers and flags["cluster-ip"] != "None":
        raise UsageError("couldn't find port via --port flag or introspection")
    ports: list[Obj] = []
    for index, text in enumerate(numbers, 1):
        number = _number(text)
        name = f"port-{index}" if len(numbers) > 1 else None
        protocols = [flags["protocol"]] if flags["protocol"] else declared.get(text, ["TCP"])
        for protocol in protocols:
            full = f"port-{index}-{protocol.lower()}" if len(protocols) > 1 else name
            target: Any = int_or_string(flags["target-port"]) if flags["target-port"] else number
            ports.append(compact(name=full, protocol=protocol, port=number, targetPort=target))
    return ports


def _number(text: str) -> int:
    number = int_or_string(text)
    if not isinstance(number, int):
        raise UsageError(f'strconv.Atoi: parsing "{text}": invalid syntax')
    return number


def _declared(kind: str, obj: Obj) -> dict[str, list[str]]:
    """Port number -> protocols, as the object declares them."""
    found: dict[str, list[str]] = {}
    if kind == "Service":
        pairs = [(port["port"], port.get("protocol") or "TCP") for port in get_in(obj, "spec", "ports", default=())]
    else:
        spec = obj["spec"] if kind == "Pod" else obj["spec"]["template"]["spec"]
        pairs = [(p["containerPort"], p.get("protocol") or "TCP") for c in spec["containers"] for p in c.get("ports") or ()]
    for number, protocol in pairs:
        protocols = found.setdefault(str(number), [])
        if protocol not in protocols:
            protocols.append(protocol)
    return found


VERB = Verb(
    "expose",
    "Make a Service for a Deployment, ReplicaSet, Service or pod.",
    run,
    examples=("kubectl expose deployment web --port=80 --target-port=8080",),
)
