"""The containers of a pod or of a template of pods: image, ports, state, resources, probes, environment, mounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from k8s_magic.kubectl.describe.writer import Writer, date, go_bool, go_list, true_false
from k8s_magic.objects import gotext, meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical, milli, value

_FIELDS = ("metadata.name", "metadata.namespace", "metadata.uid")


def containers(
    w: Writer, title: str, found: Sequence[Obj], statuses: Sequence[Obj] | None = None, pod: Obj | None = None, space: str = ""
) -> None:
    """Each container under its name; `pod` resolves environment variables that take a field of it. Models describeContainers."""
    by_name = {status["name"]: status for status in statuses or ()}
    w.write(f"{space}{title}:{'' if found else ' <none>'}\n")
    for container in found:
        status = by_name.get(container["name"])
        w.write(f"{' ' if space else ''}{container['name']}:\n", 1)
        _basics(w, container, status)
        _lines(w, "Command", container.get("command"))
        _lines(w, "Args", container.get("args"))
        if status:
            _state(w, status)
        resources(w, container.get("resources"), 2)
        for title_, key in (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")):
            if container.get(key):
                w.field(title_, probe(container[key]), 2)
        _environment_from(w, container.get("envFrom"))
        _environment(w, container, pod)
        _mounts(w, container)


def _basics(w: Writer, container: Obj, status: Obj | None) -> None:
    if status:
        w.field("Container ID", status.get("containerID", ""), 2)
    w.field("Image", container.get("image", ""), 2)
    if status:
        w.field("Image ID", status.get("imageID", ""), 2)
    ports = container.get("ports") or []
    many = "s" if len(ports) > 1 else ""
    w.field(f"Port{many}", _ports(ports, "containerPort"), 2)
    w.field(f"Host Port{many}", _ports(ports, "hostPort"), 2)
    profile = meta.get_in(container, "securityContext", "seccompProfile")
    if profile:
        w.field("SeccompProfile", profile.get("type", ""), 2)
        if profile.get("type") == "Localhost":
            w.field("LocalhostProfile", profile.get("localhostProfile", ""), 3)


def _ports(ports: Sequence[Obj], key: str) -> str:
    texts = [f"{port.get(key, 0)}/{port.get('protocol', '')}" + (f" ({port['name']})" if port.get("name") else "") for port in ports]
    return ", ".join(texts) or "<none>"


def _lines(w: Writer, title: str, words: Sequence[str] | None) -> None:
    if words:
        w.write(f"{title}:\n", 2)
        for word in words:
            for line in word.split("\n"):
                w.line(line, level=3)


def _state(w: Writer, status: Obj) -> None:
    _one_state(w, "State", status.get("state") or {})
    last = status.get("lastState") or {}
    if last.get("terminated"):
        _one_state(w, "Last State", last)
    w.field("Ready", true_false(status.get("ready", False)), 2)
    w.field("Restart Count", status.get("restartCount", 0), 2)


def _one_state(w: Writer, title: str, state: Obj) -> None:
    """Running, Waiting or Terminated and since when or why. Models describeStatus."""
    if state.get("running") is not None:
        w.field(title, "Running", 2)
        w.field("Started", date(state["running"].get("startedAt")), 3)
        return
    ended = state.get("terminated")
    if ended is None:
        w.field(title, "Waiting", 2)
        reason = (state.get("waiting") or {}).get("reason")
        if reason:
            w.field("Reason", reason, 3)
        return
    w.field(title, "Terminated", 2)
    for name in ("reason", "message"):
        if ended.get(name):
            w.field(name.title(), ended[name], 3)
    w.field("Exit Code", ended.get("exitCode", 0), 3)
    if ended.get("signal", 0) > 0:
        w.field("Signal", ended["signal"], 3)
    w.field("Started", date(ended.get("startedAt")), 3)
    w.field("Finished", date(ended.get("finishedAt")), 3)


def resources(w: Writer, found: Obj | None, level: int) -> None:
    """Limits and Requests by name."""
    for side in ("limits", "requests"):
        amounts = (found or {}).get(side) or {}
        if amounts:
            w.write(f"{side.title()}:\n", level)
        for name in sorted(amounts):
            w.field(name, canonical(amounts[name]), level + 1)


def probe(p: Obj) -> str:
    """A probe in one line: `http-get http://:80/ delay=5s timeout=1s period=10s #success=1 #failure=3`."""
    attributes = (
        f"delay={p.get('initialDelaySeconds', 0)}s timeout={p.get('timeoutSeconds', 0)}s period={p.get('periodSeconds', 0)}s "
        f"#success={p.get('successThreshold', 0)} #failure={p.get('failureThreshold', 0)}"
    )
    if "exec" in p:
        return f"exec {go_list(p['exec'].get('command'))} {attributes}"
    if "httpGet" in p:
        get = p["httpGet"]
        path = quote(get.get("path", ""), safe="/:@!$&'()*+,;=~-._")
        slash = "" if path.startswith("/") or not path else "/"
        return f"http-get {get.get('scheme', '').lower()}://{get.get('host', '')}:{get.get('port', '')}{slash}{path} {attributes}"
    if "tcpSocket" in p:
        return f"tcp-socket {p['tcpSocket'].get('host', '')}:{p['tcpSocket'].get('port', '')} {attributes}"
    if "grpc" in p:
        return f"grpc <pod>:{p['grpc'].get('port', 0)} {p['grpc'].get('service') or ''} {attributes}"
    return f"unknown {attributes}"


def _environment_from(w: Writer, sources: Sequence[Obj] | None) -> None:
    if sources:
        w.write("Environment Variables from:\n", 2)
    for source in sources or ():
        kind, reference = ("ConfigMap", source["configMapRef"]) if "configMapRef" in source else ("Secret", source.get("secretRef", {}))
        prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
        w.line(reference.get("name", ""), f"{kind}{prefix}", f"Optional: {go_bool(reference.get('optional'))}", level=3)


def _environment(w: Writer, container: Obj, pod: Obj | None) -> None:
    variables = container.get("env") or []
    w.write("Environment:" + ("" if variables else "\t<none>") + "\n", 2)
    for variable in variables:
        chosen = variable.get("valueFrom")
        if chosen is None:
            first, *rest = variable.get("value", "").split("\n")
            w.field(variable["name"], first, 3)
            for line in rest:
                w.line("", line, level=3)
        else:
            w.line(f"{variable['name']}:", *_chosen(chosen, container, pod), level=3)


def _chosen(chosen: Obj, container: Obj, pod: Obj | None) -> list[str]:
    """What stands behind the name of a variable that takes its value from somewhere."""
    if "fieldRef" in chosen:
        path = chosen["fieldRef"].get("fieldPath", "")
        return [f"{_field(pod, path) if pod else ''} ({chosen['fieldRef'].get('apiVersion', 'v1')}:{path})"]
    if "resourceFieldRef" in chosen:
        name = chosen["resourceFieldRef"].get("resource", "")
        amount = _resource_value(chosen["resourceFieldRef"], container)
        if amount == "0" and name in ("limits.cpu", "limits.memory"):
            amount = "node allocatable"
        return [f"{amount} ({name})"]
    for key, text in (
        ("secretKeyRef", "<set to the key '{}' in secret '{}'>"),
        ("configMapKeyRef", "<set to the key '{}' of config map '{}'>"),
    ):
        if key in chosen:
            reference = chosen[key]
            shown = text.format(reference.get("key", ""), reference.get("name", ""))
            return [shown, f"Optional: {go_bool(reference.get('optional'))}"]
    return [""]


def _field(pod: Obj, path: str) -> str:
    """Name, namespace or uid; other fields are left empty, as kubectl does."""
    return str(pod["metadata"].get(path.partition(".")[2], "")) if path in _FIELDS else ""


def _resource_value(reference: Obj, container: Obj) -> str:
    """An amount in units of the divisor, rounded up. Models ExtractContainerResourceValue."""
    side, _, name = reference.get("resource", "").partition(".")
    amount: Any = meta.get_in(container, "resources", side, name, default="0")
    divisor = reference.get("divisor", "0")
    measure = milli if name == "cpu" else value
    unit = measure("1" if divisor in ("0", 0) else divisor)
    return str(-(-measure(amount) // unit))


def _mounts(w: Writer, container: Obj) -> None:
    mounts = sorted(container.get("volumeMounts") or (), key=lambda mount: str(mount["mountPath"]))
    none = "" if mounts else "\t<none>"
    w.write(f"Mounts:{none}\n", 2)
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f",path={gotext.quote(mount['subPath'])}"
        w.line(f"{mount['mountPath']} from {mount['name']} ({flags})", level=3)
    devices = sorted(container.get("volumeDevices") or (), key=lambda device: str(device["devicePath"]))
    if devices:
        w.write(f"Devices:{none}\n", 2)
        for device in devices:
            w.line(f"{device['devicePath']} from {device['name']}", level=3)
