"""A write of the journal in plain words: what is there now that was not before."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.store import Entry
from k8s_magic.objects.meta import Obj, get_in

COUNTS = {
    "replicas": "pods",
    "updatedReplicas": "with the newest template",
    "readyReplicas": "ready",
    "availableReplicas": "available",
    "unavailableReplicas": "unavailable",
    "terminatingReplicas": "on their way out",
    "active": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "currentNumberScheduled": "placed",
    "desiredNumberScheduled": "nodes that should have one",
    "numberReady": "ready",
    "numberAvailable": "available",
    "numberUnavailable": "unavailable",
}
SILENT_COUNTS = ("fullyLabeledReplicas", "updatedNumberScheduled", "numberMisscheduled", "currentReplicas")
ONE = {"pods": "pod", "on their way out": "on its way out"}
TOLD = {"phase", "podIP", "podIPs", "conditions", "containerStatuses", "initContainerStatuses", "observedGeneration"}
"""Parts of a status that have words of their own, as the counts have."""
REVISION = "deployment.kubernetes.io/revision"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
MOST_FIELDS = 4


def title(kind: str, name: str) -> str:
    """`deployment/web`."""
    return f"{kind.lower()}/{name}"


def write(entry: Entry) -> str:
    """The whole write, beginning with its verb."""
    obj = entry.object
    named = title(obj.get("kind", entry.resource), entry.key.name)
    if entry.resource == "events":
        repeated = f" (for the {obj['count']}. time)" if obj.get("count", 1) and obj.get("count", 1) > 1 else ""
        if entry.type == "DELETED":
            return f"forgot what was said: {obj.get('reason', '')}"
        return f"said {obj.get('reason', '')}: {obj.get('message', '')}{repeated}"
    if entry.type == "ADDED":
        return f"created {named}{_made_of(obj)}"
    if entry.type == "DELETED":
        return f"removed {named}"
    return f"{named}: " + ("; ".join(changes(entry.old or {}, obj)) or "the same, written again")


def _made_of(obj: Obj) -> str:
    spec = obj.get("spec") or {}
    parts = []
    if "replicas" in spec:
        parts.append(f"{spec['replicas']} {'replica' if spec['replicas'] == 1 else 'replicas'}")
    images = images_of(obj)
    if images:
        parts.append(f"of {images}")
    return f", {' '.join(parts)}" if parts else ""


def images_of(obj: Obj) -> str:
    """The images of a pod or of a template, joined."""
    spec = get_in(obj, "spec", "template", "spec", default=None) or obj.get("spec") or {}
    found = spec.get("containers") or []
    return ", ".join(str(c.get("image", "")) for c in found) if isinstance(found, list) else ""


def changes(old: Obj, new: Obj) -> list[str]:
    """What differs, a phrase a difference."""
    found = [*_metadata(old.get("metadata") or {}, new.get("metadata") or {}), *_spec(old.get("spec") or {}, new.get("spec") or {})]
    found += _status(old.get("status") or {}, new.get("status") or {})
    for part in sorted({*old, *new} - {"metadata", "spec", "status", "kind", "apiVersion"}):
        found += _leaves(part, old.get(part), new.get(part))
    return found


# --- Metadata ---


def _metadata(old: Obj, new: Obj) -> list[str]:
    found = []
    if new.get("deletionTimestamp") and not old.get("deletionTimestamp"):
        grace = new.get("deletionGracePeriodSeconds")
        found.append("marked for deletion" + (f", {grace} s to end" if grace else ""))
    elif new.get("deletionTimestamp") != old.get("deletionTimestamp"):
        found.append(f"time to end cut to {new.get('deletionGracePeriodSeconds', 0)} s")
    found += _owners(old, new)
    found += _map("label", old.get("labels") or {}, new.get("labels") or {})
    annotations = (old.get("annotations") or {}, new.get("annotations") or {})
    for key in sorted({*annotations[0], *annotations[1]}):
        was, now = annotations[0].get(key), annotations[1].get(key)
        if was != now:
            found.append(_annotation(key, was, now))
    if old.get("finalizers") != new.get("finalizers"):
        found.append("waits for " + (", ".join(new.get("finalizers") or []) or "nobody") + " before it goes")
    return found


def _owners(old: Obj, new: Obj) -> list[str]:
    before, after = ({r["uid"]: title(r["kind"], r["name"]) for r in meta.get("ownerReferences") or ()} for meta in (old, new))
    gone = [f"released: {before[uid]} is not its owner any more" for uid in before if uid not in after]
    return gone + [f"adopted: {after[uid]} is its owner now" for uid in after if uid not in before]


def _annotation(key: str, was: Any, now: Any) -> str:
    if key == REVISION:
        return f"called revision {now}"
    if key == APPLIED:
        return "what was applied is noted"
    return f"annotation {key}: {_shown(was)} → {_shown(now)}"


def _map(what: str, old: Obj, new: Obj) -> list[str]:
    return [f"{what} {k}: {_shown(old.get(k))} → {_shown(new.get(k))}" for k in sorted({*old, *new}) if old.get(k) != new.get(k)]


# --- Spec ---


def _spec(old: Obj, new: Obj) -> list[str]:
    found = []
    if new.get("nodeName") and not old.get("nodeName"):
        found.append(f"bound to {new['nodeName']}")
    found += _images("", old, new)
    template = (get_in(old, "template", "spec", default={}), get_in(new, "template", "spec", default={}))
    found += _images("template's ", *template)
    taints = [{f"{t['key']}:{t['effect']}" for t in spec.get("taints") or ()} for spec in (old, new)]
    found += [f"taint {taint} added" for taint in sorted(taints[1] - taints[0])]
    found += [f"taint {taint} removed" for taint in sorted(taints[0] - taints[1])]
    if not found or len(old) != len(new):
        found += _leaves("", _without_told(old), _without_told(new))
    return found


def _without_told(spec: Obj) -> Obj:
    return {k: v for k, v in spec.items() if k not in ("nodeName", "taints")}


def _images(where: str, old: Obj, new: Obj) -> list[str]:
    before, after = ({c["name"]: c.get("image") for c in spec.get("containers") or ()} for spec in (old, new))
    return [f"{where}image of {n}: {before[n]} → {after[n]}" for n in before if n in after and before[n] != after[n]]


def _leaves(path: str, old: Any, new: Any) -> list[str]:
    """Differing fields by their paths, the first few."""
    found = list(_differing(path, old, new))
    more = len(found) - MOST_FIELDS
    return found[:MOST_FIELDS] + ([f"and {more} more fields"] if more > 0 else [])


def _differing(path: str, old: Any, new: Any) -> list[str]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(k for k in new if k not in old)]
        return [line for k in keys for line in _differing(f"{path}.{k}".lstrip("."), old.get(k), new.get(k))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [line for i, pair in enumerate(zip(old, new, strict=True)) for line in _differing(f"{path}[{i}]", *pair)]
    return [f"{path}: {_shown(old)} → {_shown(new)}"]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict | list):
        return "{...}" if isinstance(value, dict) else f"{len(value)} entries"
    return str(value)


# --- Status ---


def _status(old: Obj, new: Obj) -> list[str]:
    found = []
    if old.get("phase") != new.get("phase"):
        found.append(f"phase {_shown(old.get('phase'))} → {_shown(new.get('phase'))}")
    if new.get("podIP") and not old.get("podIP"):
        found.append(f"address {new['podIP']}")
    found += _containers(old, new)
    found += _conditions(old.get("conditions") or [], new.get("conditions") or [])
    counted = [_count(word, old.get(k) or 0, new.get(k) or 0) for k, word in COUNTS.items() if (old.get(k) or 0) != (new.get(k) or 0)]
    if counted:
        found.append("counted: " + ", ".join(counted))
    if not found and old.get("observedGeneration") != new.get("observedGeneration"):
        found.append(f"its controller has seen generation {new.get('observedGeneration')} of its spec")
    if not found:
        rest = ({k: v for k, v in status.items() if k not in {*TOLD, *COUNTS, *SILENT_COUNTS}} for status in (old, new))
        found += _leaves("status", *rest)
    return found or (["its counts are written down for the first time"] if old != new else [])


def _count(word: str, was: int, now: int) -> str:
    return f"{now} {ONE.get(word, word) if now == 1 else word} (before: {was})"


def _containers(old: Obj, new: Obj) -> list[str]:
    found = []
    for part in ("initContainerStatuses", "containerStatuses"):
        before = {c["name"]: c for c in old.get(part) or ()}
        for status in new.get(part) or ():
            was, now = state(before.get(status["name"], {})), state(status)
            if was != now:
                found.append(f"container {status['name']}: {was + ' → ' if was else ''}{now}")
            restarts = before.get(status["name"], {}).get("restartCount", 0)
            if status.get("restartCount", 0) != restarts:
                found.append(f"restarts: {restarts} → {status['restartCount']}")
    return found


def state(status: Obj) -> str:
    """A container's state in words; "" where it has none."""
    current = status.get("state") or {}
    if "running" in current:
        return "running"
    if "waiting" in current:
        return f"waiting ({current['waiting'].get('reason', '')})"
    if "terminated" in current:
        ended = current["terminated"]
        return f"ended with {ended.get('exitCode', 0)} ({ended.get('reason', '')})"
    return ""


def _conditions(old: list[Obj], new: list[Obj]) -> list[str]:
    before = {c["type"]: c for c in old}
    found = []
    for condition in new:
        was = before.pop(condition["type"], None)
        reason = f" ({condition['reason']})" if condition.get("reason") else ""
        if was is None:
            found.append(f"{condition['type']} is {condition['status']}{reason}")
        elif was["status"] != condition["status"]:
            found.append(f"{condition['type']} {was['status']} → {condition['status']}{reason}")
        elif was.get("reason") != condition.get("reason"):
            found.append(f"{condition['type']} is still {condition['status']}, now because of {condition.get('reason', 'nothing')}")
        elif was.get("message") != condition.get("message"):
            found.append(f"{condition['type']}: {condition.get('message', '')}")
    return found + [f"{name} is not told any more" for name in before]
