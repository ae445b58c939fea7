"""Rules for what is written beside the pod itself: ephemeral containers, and resources of a running pod.

Models pkg/apis/core/validation/validation.go ValidatePodEphemeralContainersUpdate and ValidatePodResize.
Not modelled: resources of the pod as a whole, resource claims.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_found, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.pod.resources import qos_class
from k8s_magic.objects.meta import Obj

MIRROR = "kubernetes.io/config.mirror"
NOT_FOR_EPHEMERAL = ("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy", "restartPolicy")
RESIZABLE = ("cpu", "memory")


def ephemeral(new: Obj, old: Obj) -> Obj:
    """The stored pod with the ephemeral containers of `new`."""
    spec = {k: v for k, v in old["spec"].items() if k != "ephemeralContainers"}
    wanted = (new.get("spec") or {}).get("ephemeralContainers")
    return {**old, "spec": {**spec, **({"ephemeralContainers": wanted} if wanted else {})}}


def validate_ephemeral(new: Obj, old: Obj) -> list[FieldError]:
    path = "spec.ephemeralContainers"
    if MIRROR in (old["metadata"].get("annotations") or {}):
        return [forbidden("", "static pods do not support ephemeral containers")]
    given = new["spec"].get("ephemeralContainers") or []
    wanted = {c.get("name", ""): c for c in given}
    errors = [error for i, c in enumerate(given) for error in _ephemeral_container(c, new, f"{path}[{i}]")]
    seen = {c["name"] for field in ("containers", "initContainers") for c in new["spec"].get(field) or ()}
    for index, container in enumerate(given):
        if container.get("name", "") in seen:
            errors.append(duplicate(f"{path}[{index}].name", container.get("name", "")))
        seen.add(container.get("name", ""))
    for container in old["spec"].get("ephemeralContainers") or ():
        name = container["name"]
        if name not in wanted:
            errors.append(forbidden(path, f'existing ephemeral containers "{name}" may not be removed\n'))
        elif wanted[name] != container:
            errors.append(forbidden(path, f'existing ephemeral containers "{name}" may not be changed\n'))
    return errors


def _ephemeral_container(container: Obj, pod: Obj, path: str) -> list[FieldError]:
    name, target = container.get("name", ""), container.get("targetContainerName")
    errors = [] if name else [required(f"{path}.name")]
    errors += [invalid(f"{path}.name", name, text) for text in names.label(name)] if name else []
    errors += [] if container.get("image") else [required(f"{path}.image")]
    others = [c["name"] for field in ("containers", "initContainers") for c in pod["spec"].get(field) or ()]
    if target and target not in others:
        errors.append(not_found(f"{path}.targetContainerName", target))
    no = "cannot be set for an Ephemeral Container"
    errors += [forbidden(f"{path}.{field}", no) for field in NOT_FOR_EPHEMERAL if container.get(field)]
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        errors += [forbidden(f"{path}.volumeMounts[{index}].{field}", no) for field in ("subPath", "subPathExpr") if mount.get(field)]
    return errors


def resized(new: Obj, old: Obj) -> Obj:
    """The stored pod with the resources of `new`'s containers; where those are others, as given, for the rules to complain of."""
    wanted, spec = new.get("spec") or {}, dict(old["spec"])
    for field in ("containers", "initContainers"):
        if [c.get("name") for c in wanted.get(field) or ()] != [c["name"] for c in spec.get(field) or ()]:
            return {**old, "spec": wanted}
        if spec.get(field):
            spec[field] = [_resized(c, given) for c, given in zip(spec[field], wanted[field], strict=True)]
    return {**old, "spec": spec}


def _resized(container: Obj, given: Obj) -> Obj:
    kept = {k: v for k, v in container.items() if k not in ("resources", "resizePolicy")}
    return {**kept, **{field: given[field] for field in ("resources", "resizePolicy") if field in given}}


def validate_resize(new: Obj, old: Obj) -> list[FieldError]:
    if MIRROR in (old["metadata"].get("annotations") or {}):
        return [forbidden("", "static pods cannot be resized")]
    errors = _order(new["spec"], old["spec"])
    if errors:
        return errors
    quality = (old.get("status") or {}).get("qosClass") or qos_class(old["spec"])
    if qos_class(new["spec"]) != quality:
        errors.append(invalid("spec", quality, "Pod QOS Class may not change as a result of resizing"))
    for field in ("initContainers", "containers"):
        for index, (given, stored) in enumerate(zip(new["spec"].get(field) or (), old["spec"].get(field) or (), strict=True)):
            errors += _change(given.get("resources") or {}, stored.get("resources") or {}, f"spec.{field}[{index}].resources")
    return errors


def _order(new: Obj, old: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("containers", "initContainers"):
        given, stored = [c.get("name") for c in new.get(field) or ()], [c["name"] for c in old.get(field) or ()]
        if len(given) != len(stored):
            errors.append(forbidden(f"spec.{field}", f"{field} may not be added or removed on resize"))
            continue
        moved = [i for i, name in enumerate(stored) if given[i] != name]
        errors += [forbidden(f"spec.{field}[{i}].name", f"{field} may not be renamed or reordered on resize") for i in moved]
    return errors


def _change(new: Obj, old: Obj, path: str) -> list[FieldError]:
    """What was asked for may change, but not go; other resources stay."""
    errors: list[FieldError] = []
    for side, word in (("requests", "requests"), ("limits", "limits")):
        given: dict[str, Any] = new.get(side) or {}
        stored: dict[str, Any] = old.get(side) or {}
        if any(name in stored and name not in given for name in RESIZABLE):
            errors.append(forbidden(f"{path}.{side}", f"resource {word} cannot be removed"))
        if {k: v for k, v in given.items() if k not in RESIZABLE} != {k: v for k, v in stored.items() if k not in RESIZABLE}:
            errors.append(forbidden("spec", "only cpu and memory resources are mutable"))
    return errors
