"""Rules for containers: image, ports, environment, mounts, probes, resources.

Models pkg/apis/core/validation/validation.go validateContainers and what it calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8s_magic.kinds import internal, names
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_found, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.numbers import non_negatives, port_number, port_or_name
from k8s_magic.kinds.pod.environment import validate_env, validate_env_from
from k8s_magic.kinds.pod.resources import validate_resources
from k8s_magic.objects.meta import Obj

HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
PROBE_NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
NO_SIDECAR = "may not be set for init containers without restartPolicy=Always"
Volumes = Mapping[str, Any]


def validate_containers(spec: Obj, volumes: Volumes, path: str) -> list[FieldError]:
    """All containers of a pod: the main ones, then those that initialize."""
    containers = spec.get("containers") or []
    errors = _main(containers, volumes, f"{path}.containers") if containers else [required(f"{path}.containers")]
    if spec.get("initContainers"):
        errors += _init(spec["initContainers"], containers, volumes, f"{path}.initContainers")
    return errors


def _main(containers: list[Obj], volumes: Volumes, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here = f"{path}[{index}]"
        errors += _container(container, volumes, here)
        name = container.get("name", "")
        if name in seen:
            errors.append(duplicate(f"{here}.name", name))
        seen.add(name)
        errors += _hooks_and_probes(container, here)
    return errors + _host_ports(containers, path)


def _init(containers: list[Obj], main: list[Obj], volumes: Volumes, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen = {container.get("name", "") for container in main}
    for index, container in enumerate(containers):
        here = f"{path}[{index}]"
        errors += _container(container, volumes, here)
        policy, name = container.get("restartPolicy"), container.get("name", "")
        if policy not in (None, "Always", "Never", "OnFailure"):
            errors.append(not_supported(f"{here}.restartPolicy", policy, ["Always", "Never", "OnFailure"]))
        if name and name in seen:
            errors.append(duplicate(f"{here}.name", name))
        seen.add(name)
        if policy == "Always":
            errors += _hooks_and_probes(container, here)
            continue
        for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(field) is not None:
                errors.append(forbidden(f"{here}.{field}", NO_SIDECAR))
    return errors


def _container(container: Obj, volumes: Volumes, path: str) -> list[FieldError]:
    """Models validateContainerCommon."""
    errors: list[FieldError] = []
    name = container.get("name")
    if not name:
        errors.append(required(f"{path}.name"))
    else:
        errors += [invalid(f"{path}.name", name, text) for text in names.label(name)]
    if not container.get("image"):
        errors.append(required(f"{path}.image"))
    if container["terminationMessagePolicy"] not in ("File", "FallbackToLogsOnError"):
        policies = ["File", "FallbackToLogsOnError"]
        errors.append(not_supported(f"{path}.terminationMessagePolicy", container["terminationMessagePolicy"], policies))
    if container.get("ports"):
        errors += _ports(container["ports"], f"{path}.ports")
    if container.get("env"):
        errors += validate_env(container["env"], f"{path}.env")
    if container.get("envFrom"):
        errors += validate_env_from(container["envFrom"], f"{path}.envFrom")
    if container.get("volumeMounts"):
        errors += _mounts(container["volumeMounts"], volumes, f"{path}.volumeMounts")
    if container["imagePullPolicy"] not in ("Always", "IfNotPresent", "Never"):
        errors.append(not_supported(f"{path}.imagePullPolicy", container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"]))
    if container.get("resources"):
        errors += validate_resources(container["resources"], f"{path}.resources")
    if container.get("securityContext"):
        errors += _security(container["securityContext"], f"{path}.securityContext")
    return errors


def _ports(ports: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f"{path}[{index}]", port.get("name")
        if name:
            wrong = names.port_name(name)
            errors += [invalid(f"{here}.name", name, text) for text in wrong]
            errors += [duplicate(f"{here}.name", name)] if not wrong and name in seen else []
            seen.add(name)
        number = port.get("containerPort")
        errors += port_number(number, f"{here}.containerPort") if number else [required(f"{here}.containerPort")]
        errors += port_number(port["hostPort"], f"{here}.hostPort") if port.get("hostPort") else []
        if port["protocol"] not in ("SCTP", "TCP", "UDP"):
            errors.append(not_supported(f"{here}.protocol", port["protocol"], ["SCTP", "TCP", "UDP"]))
    return errors


def _host_ports(containers: list[Obj], path: str) -> list[FieldError]:
    """Two containers of one pod cannot have the same port of the node. Models AccumulateUniqueHostPorts."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports") or ()):
            if not port.get("hostPort"):
                continue
            text = f"{port['protocol']}/{port.get('hostIP', '')}/{port['hostPort']}"
            if text in seen:
                errors.append(duplicate(f"{path}[{index}].ports[{number}].hostPort", text))
            seen.add(text)
    return errors


def _mounts(mounts: list[Obj], volumes: Volumes, path: str) -> list[FieldError]:
    """Models ValidateVolumeMounts; the sub-paths' errors name the list, not the mount, as upstream's do."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, mount in enumerate(mounts):
        here, name, target = f"{path}[{index}]", mount.get("name", ""), mount.get("mountPath", "")
        errors += [] if name else [required(f"{here}.name")]
        errors += [] if name in volumes else [not_found(f"{here}.name", name)]
        errors += [] if target else [required(f"{here}.mountPath")]
        errors += [invalid(f"{here}.mountPath", target, "must be unique")] if target in seen else []
        seen.add(target)
        if mount.get("subPath") and mount.get("subPathExpr"):
            errors.append(invalid(f"{here}.subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive"))
        for field in ("subPath", "subPathExpr"):
            errors += local_path(mount.get(field, ""), f"{path}.{field}")
    return errors


def local_path(value: str, path: str) -> list[FieldError]:
    """A path below some directory. Models validateLocalDescendingPath."""
    if value.startswith("/"):
        return [invalid(path, value, "must be a relative path")]
    return [invalid(path, value, "must not contain '..'")] if ".." in value.split("/") else []


def _hooks_and_probes(container: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for hook in ("postStart", "preStop"):
        if (container.get("lifecycle") or {}).get(hook) is not None:
            errors += _handler(container["lifecycle"][hook], f"{path}.lifecycle.{hook}")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(name) is not None:
            errors += _probe(container[name], name, f"{path}.{name}")
    return errors


def _probe(probe: Obj, name: str, path: str) -> list[FieldError]:
    errors = [*_handler(probe, path), *non_negatives(probe, path, PROBE_NUMBERS)]
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and grace <= 0:
        errors.append(invalid(f"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0"))
    if name == "readinessProbe" and grace is not None:
        errors.append(invalid(f"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"))
    if name != "readinessProbe" and probe["successThreshold"] != 1:
        errors.append(invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1"))
    return errors


def _handler(handler: Obj, path: str) -> list[FieldError]:
    """Exactly one way to act. Models validateHandler."""
    given = [kind for kind in HANDLERS if handler.get(kind) is not None]
    if not given:
        return [required(path, "must specify a handler type")]
    errors = _action(given[0], handler[given[0]], f"{path}.{given[0]}")
    return errors + [forbidden(f"{path}.{kind}", "may not specify more than 1 handler type") for kind in given[1:]]


def _action(kind: str, action: Obj, path: str) -> list[FieldError]:
    if kind == "exec":
        return [] if action.get("command") else [required(f"{path}.command")]
    if kind == "httpGet":
        return _http(action, path)
    if kind == "tcpSocket":
        return port_or_name(action.get("port"), f"{path}.port")
    return port_number(action.get("port", 0), f"{path}.port") if kind == "grpc" else []


def _http(http: Obj, path: str) -> list[FieldError]:
    errors = port_or_name(http.get("port"), f"{path}.port")
    if http["scheme"] not in ("HTTP", "HTTPS"):
        errors.append(not_supported(f"{path}.scheme", http["scheme"], ["HTTP", "HTTPS"]))
    for header in http.get("httpHeaders") or ():
        errors += [invalid(f"{path}.httpHeaders", header.get("name", ""), text) for text in names.header(header.get("name", ""))]
    return errors


def _security(context: Obj, path: str) -> list[FieldError]:
    """Models ValidateSecurityContext, for users and groups."""
    errors: list[FieldError] = []
    for field in ("runAsUser", "runAsGroup"):
        if context.get(field) is not None and not 0 <= context[field] <= 2**31 - 1:
            errors.append(invalid(f"{path}.{field}", context[field], names.in_range(0, 2**31 - 1)))
    if context.get("procMount") not in (None, "Default", "Unmasked"):
        errors.append(not_supported(f"{path}.procMount", context["procMount"], ["Default", "Unmasked"]))
    if context.get("allowPrivilegeEscalation") is False and context.get("privileged"):
        shown = internal.struct("SecurityContext", context)
        errors.append(invalid(path, shown, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
    return errors
