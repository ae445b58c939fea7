"""What Endpoints and EndpointSlices have in common: which pods stand behind a Service, on which ports, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.pods import condition, is_ready, is_terminal
from k8s_magic.objects.times import parse_time, rfc3339

TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
HEADLESS = "service.kubernetes.io/headless"


def services_of_pod(client: LocalClient) -> Callable[[WatchEvent, Obj | None], Iterable[Key]]:
    """A mapper from a pod's change to the Services whose backends it changes. Models endpointslice/util GetServicesToUpdateOnPodChange."""

    def mapper(event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        pod = event.object
        if event.type == "MODIFIED" and old is not None:
            if not _matters(old, pod):
                return ()
            if labels(old) != labels(pod):
                return {**dict.fromkeys(_selecting(client, old)), **dict.fromkeys(_selecting(client, pod))}
        return _selecting(client, pod)

    return mapper


def _matters(old: Obj, new: Obj) -> bool:
    """Whether an endpoint would look another way."""
    if old["metadata"].get("labels") is not new["metadata"].get("labels") and labels(old) != labels(new):
        return True
    before, after = old.get("status") or {}, new.get("status") or {}
    return (
        is_deleting(old) != is_deleting(new)
        or before.get("podIPs") != after.get("podIPs")
        or is_terminal(old) != is_terminal(new)
        or is_ready(old) != is_ready(new)
    )


def _selecting(client: LocalClient, pod: Obj) -> list[Key]:
    of_pod = labels(pod).items()
    services = client.items("services", namespace(pod))
    return [Key(namespace(s), name(s)) for s in services if (wanted := s["spec"].get("selector")) and wanted.items() <= of_pod]


def backends(client: LocalClient, service: Obj, *, with_terminating: bool) -> list[Obj]:
    """The pods that `service` selects and that have an address."""
    pods = client.by_label("pods", namespace(service), selectors.from_map(service["spec"]["selector"]))
    return [pod for pod in pods if _belongs(pod, with_terminating)]


def _belongs(pod: Obj, with_terminating: bool) -> bool:
    return bool(pod.get("status", {}).get("podIP")) and not is_terminal(pod) and (with_terminating or not is_deleting(pod))


def target(pod: Obj) -> Obj:
    return {"kind": "Pod", "namespace": namespace(pod), "name": name(pod), "uid": uid(pod)}


def hostname(pod: Obj, service: Obj) -> str:
    """The name that a headless Service gives to a pod of its subdomain."""
    spec = pod["spec"]
    return str(spec.get("hostname", "")) if spec.get("subdomain") == name(service) else ""


def find_port(pod: Obj, port: Obj) -> int | None:
    """The number behind a Service port's targetPort on this pod; None where a name has none. Models podutil.FindPort."""
    wanted: Any = port.get("targetPort") or port["port"]
    if isinstance(wanted, int):
        return wanted
    sidecars = [c for c in pod["spec"].get("initContainers") or () if c.get("restartPolicy") == "Always"]
    for container in [*pod["spec"]["containers"], *sidecars]:
        for candidate in container.get("ports") or ():
            if candidate.get("name") == wanted and candidate.get("protocol", "TCP") == port.get("protocol", "TCP"):
                return int(candidate["containerPort"])
    return None


def is_headless(service: Obj) -> bool:
    return service["spec"].get("clusterIP") in (None, "", "None")


class TriggerTimes:
    """When what changed a Service's endpoints happened: the earliest change since the last look. Models TriggerTimeTracker."""

    def __init__(self) -> None:
        self._seen: dict[Key, dict[str, float]] = {}

    def since_last(self, service: Obj, pods: Iterable[Obj]) -> str:
        """RFC 3339; empty where nothing that has a time changed."""
        key = Key(namespace(service), name(service))
        known = self._seen.get(key)
        created = parse_time(service["metadata"]["creationTimestamp"])
        now = {"": created}
        for pod in pods:
            ready = condition(pod, "Ready")
            if ready is not None and ready.get("lastTransitionTime"):
                now[name(pod)] = parse_time(ready["lastTransitionTime"])
        self._seen[key] = now
        if known is None:
            return rfc3339(created)
        changed = [at for what, at in now.items() if at > known.get(what, 0.0)]
        return rfc3339(min(changed)) if changed else ""

    def forget(self, key: Key) -> None:
        self._seen.pop(key, None)
