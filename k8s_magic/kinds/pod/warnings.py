"""What the API warns of in a pod or a template, without refusing it. Models pkg/api/pod/warnings.go."""

from __future__ import annotations

from collections.abc import Iterator

from k8s_magic.kinds import names
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

# Labels of nodes that have been renamed.
RENAMED_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
VOLUMES = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
NULL_SELECTOR = "a null labelSelector results in matching no pod"


def hostname_warning(name: str, used_in: str) -> list[str]:
    """The warning for names that are no DNS label, though `used_in` ("the Pod's hostname") makes one of them."""
    wrong = names.label(name)
    text = f"metadata.name: this is used in {used_in}, which can result in surprising behavior; a DNS label is recommended"
    return [f"{text}: [{' '.join(wrong)}]"] if wrong else []


def template_warnings(template: Obj, path: str) -> list[str]:
    """Warnings for a pod ("" as path) or a template at `path` ("spec.template")."""
    spec, base = template.get("spec") or {}, f"{path}.spec" if path else "spec"
    warnings = [f"{base}.nodeSelector[{k}]: {RENAMED_LABELS[k]}" for k in sorted(spec.get("nodeSelector") or ()) if k in RENAMED_LABELS]
    warnings += _spread(spec, base)
    for index, volume in enumerate(spec.get("volumes") or ()):
        warnings += [f"{base}.volumes[{index}].{kind}: {VOLUMES[kind]}" for kind in VOLUMES if volume.get(kind) is not None]
    warnings += _resources(spec, base)
    warnings += _environment(spec, base)
    warnings += _ports(spec, base)
    if (spec.get("terminationGracePeriodSeconds") or 0) < 0:
        warnings.append(f"{base}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1")
    return warnings + _affinity(spec.get("affinity") or {}, f"{base}.affinity")


def _containers(spec: Obj, base: str) -> Iterator[tuple[Obj, str]]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(field) or ()):
            yield container, f"{base}.{field}[{index}]"


def _spread(spec: Obj, base: str) -> list[str]:
    warnings: list[str] = []
    for index, constraint in enumerate(spec.get("topologySpreadConstraints") or ()):
        here, key = f"{base}.topologySpreadConstraints[{index}]", constraint.get("topologyKey", "")
        if key in RENAMED_LABELS:
            warnings.append(f"{here}.topologyKey: {key} is {RENAMED_LABELS[key]}")
        if constraint.get("labelSelector") is None:
            warnings.append(f"{here}.labelSelector: {NULL_SELECTOR}")
    return warnings


def _resources(spec: Obj, base: str) -> list[str]:
    warnings: list[str] = []
    for container, path in _containers(spec, base):
        for resource in ("memory", "ephemeral-storage"):
            for side in ("limits", "requests"):
                amount = ((container.get("resources") or {}).get(side) or {}).get(resource)
                if amount is not None and quantity.milli(amount) % 1000:
                    text = f'fractional byte value "{quantity.canonical(amount)}" is invalid, must be an integer'
                    warnings.append(f"{path}.resources.{side}[{resource}]: {text}")
    return warnings


def _environment(spec: Obj, base: str) -> list[str]:
    warnings: list[str] = []
    for container, path in _containers(spec, base):
        seen: set[str] = set()
        for index, variable in enumerate(container.get("env") or ()):
            name, reference = variable.get("name", ""), f"$({variable.get('name', '')})"
            value = variable.get("value", "")
            extends = reference in value and value != reference and not variable.get("valueFrom")
            if name in seen and not extends:
                text = f'hides previous definition of "{name}", which may be dropped when using apply'
                warnings.append(f"{path}.env[{index}]: {text}")
            seen.add(name)
    return warnings


def _ports(spec: Obj, base: str) -> list[str]:
    """Ports that stand twice, by number or by name."""
    numbers: dict[tuple[int, str], list[tuple[str, Obj]]] = {}
    by_name: dict[str, str] = {}
    overlaps: list[str] = []
    same_names: list[str] = []
    for container, path in _containers(spec, base):
        for index, port in enumerate(container.get("ports") or ()):
            here, name = f"{path}.ports[{index}]", port.get("name")
            others = numbers.setdefault((port.get("containerPort", 0), port.get("protocol", "TCP")), [])
            overlaps += [f"{here}: {word} port definition with {other}" for other, of in others for word in _overlap(port, of)]
            others.append((here, port))
            if name and name in by_name:
                first = by_name[name]
                text = f'duplicate port name "{name}" with {first}, services and probes that select ports by name will use {first}'
                same_names.append(f"{here}: {text}")
            elif name:
                by_name[name] = here
    return overlaps + same_names


def _overlap(port: Obj, other: Obj) -> list[str]:
    ip, other_ip = port.get("hostIP", ""), other.get("hostIP", "")
    host, other_host = port.get("hostPort", 0), other.get("hostPort", 0)
    if (ip, host) == (other_ip, other_host):
        return ["duplicate"]
    if not host or not other_host:
        return ["overlapping"]
    return ["dangerously ambiguous"] if host == other_host and (not ip) != (not other_ip) else []


def _affinity(affinity: Obj, path: str) -> list[str]:
    warnings: list[str] = []
    for side in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(side) or {}
        for index, term in enumerate(terms.get("requiredDuringSchedulingIgnoredDuringExecution") or ()):
            if term.get("labelSelector") is None:
                where = f"{path}.{side}.requiredDuringSchedulingIgnoredDuringExecution[{index}].labelSelector"
                warnings.append(f"{where}: {NULL_SELECTOR}")
        for index, term in enumerate(terms.get("preferredDuringSchedulingIgnoredDuringExecution") or ()):
            if (term.get("podAffinityTerm") or {}).get("labelSelector") is None:
                where = f"{path}.{side}.preferredDuringSchedulingIgnoredDuringExecution[{index}].podAffinityTerm.labelSelector"
                warnings.append(f"{where}: {NULL_SELECTOR}")
    return warnings
