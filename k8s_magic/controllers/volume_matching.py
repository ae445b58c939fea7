"""Which volume suits a claim. Pure functions; `volume_binder` acts on what they say."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.objects import quantity, selectors
from k8s_magic.objects.meta import Obj, get_in, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of

OLD_CLASS = "volume.beta.kubernetes.io/storage-class"


def class_of(obj: Obj) -> str:
    """The storage class that a claim or volume names, in the old way or the new."""
    return annotations_of(obj).get(OLD_CLASS) or obj["spec"].get("storageClassName") or ""


def is_for(volume: Obj, claim: Obj) -> bool:
    """The volume is reserved for the claim or bound to it. Models IsVolumeBoundToClaim."""
    reference = volume["spec"].get("claimRef")
    if not reference or (reference.get("name"), reference.get("namespace")) != (name(claim), namespace(claim)):
        return False
    return reference.get("uid") in (None, "", uid(claim))


def asked(claim: Obj) -> str:
    return str(get_in(claim, "spec", "resources", "requests", "storage", default="0"))


def capacity(volume: Obj) -> str:
    return str(get_in(volume, "spec", "capacity", "storage", default="0"))


def objection(volume: Obj, claim: Obj) -> str:
    """Why the volume that a claim asks for by name does not do; "" where it does. Models checkVolumeSatisfyClaim."""
    if is_deleting(volume):
        return f'the volume is marked for deletion "{name(volume)}"'
    if quantity.compare(capacity(volume), asked(claim)) < 0:
        return "requested PV is too small"
    if class_of(volume) != class_of(claim):
        return "storageClassName does not match"
    if (volume["spec"].get("volumeAttributesClassName") or "") != (claim["spec"].get("volumeAttributesClassName") or ""):
        return "volumeAttributesClassName does not match"
    if volume["spec"].get("volumeMode") != claim["spec"].get("volumeMode"):
        return "incompatible volumeMode"
    return "" if _has_modes(volume, claim) else "incompatible accessMode"


def _has_modes(volume: Obj, claim: Obj) -> bool:
    return set(claim["spec"].get("accessModes") or ()) <= set(volume["spec"].get("accessModes") or ())


def best_match(claim: Obj, volumes: Iterable[Obj], *, reserved_only: bool) -> Obj | None:
    """The volume reserved for the claim, else the smallest free one of the fewest access modes. Models FindMatchingVolume."""
    fitting = [volume for volume in volumes if _fits(volume, claim)]
    reserved = [volume for volume in fitting if is_for(volume, claim)]
    if reserved or reserved_only:
        return reserved[0] if reserved else None
    selector = selectors.from_label_selector(claim["spec"]["selector"]) if claim["spec"].get("selector") else None
    free = [v for v in fitting if _is_free(v) and class_of(v) == class_of(claim) and (selector is None or selector.matches(labels(v)))]
    order = [(len(v["spec"].get("accessModes") or ()), quantity.value(capacity(v)), name(v)) for v in free]
    return free[order.index(min(order))] if free else None


def _fits(volume: Obj, claim: Obj) -> bool:
    same_mode = volume["spec"].get("volumeMode") == claim["spec"].get("volumeMode")
    return same_mode and not is_deleting(volume) and _has_modes(volume, claim) and quantity.compare(capacity(volume), asked(claim)) >= 0


def _is_free(volume: Obj) -> bool:
    return get_in(volume, "status", "phase") == "Available" and not volume["spec"].get("claimRef")
