"""Ownership: which dependents a controller claims by selector and owner reference, and the pods it makes from a template.

A controller adopts what its selector selects and nobody controls, and releases what it controls but selects no longer.
"""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.edit import set_in, set_or_remove
from k8s_magic.objects.meta import Obj, controller_of, controller_reference, get_in, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.selectors import Selector


def adopt(client: LocalClient, resource: str, owner: Obj, orphan: Obj, finalizers: tuple[str, ...] = ()) -> Obj | None:
    """Make `owner` the controller of `orphan`; None where that is gone. Models PodControllerRefManager.AdoptPod."""
    references = [*(orphan["metadata"].get("ownerReferences") or ()), controller_reference(owner)]
    changed = set_in(orphan, ("metadata", "ownerReferences"), references)
    if finalizers:
        changed = set_in(changed, ("metadata", "finalizers"), [*(orphan["metadata"].get("finalizers") or ()), *finalizers])
    return _update(client, resource, changed)


def release(client: LocalClient, resource: str, owner: Obj, dependent: Obj, finalizers: tuple[str, ...] = ()) -> Obj | None:
    """Take the reference to `owner` off `dependent`; None where that is gone. Models PodControllerRefManager.ReleasePod."""
    references = [r for r in dependent["metadata"].get("ownerReferences") or () if r["uid"] != uid(owner)]
    changed = set_or_remove(dependent, ("metadata", "ownerReferences"), references)
    kept = [f for f in dependent["metadata"].get("finalizers") or () if f not in finalizers]
    return _update(client, resource, set_or_remove(changed, ("metadata", "finalizers"), kept))


def _update(client: LocalClient, resource: str, obj: Obj) -> Obj | None:
    try:
        return client.update(resource, obj, namespace(obj))
    except ApiError as error:
        if error.reason != "NotFound":
            raise
        return None


def claim(client: LocalClient, resource: str, owner: Obj, selector: Selector) -> list[Obj]:
    """What `owner` controls after adopting and releasing. Models BaseControllerRefManager.ClaimObject."""
    owned = client.by_owner(resource, uid(owner))
    claimed = [obj for obj in owned if selector.matches(labels(obj))]
    if is_deleting(owner):
        return claimed
    for obj in owned:
        if not selector.matches(labels(obj)):
            release(client, resource, owner, obj)
    return claimed + adopt_orphans(client, resource, owner, selector)


def adopt_orphans(client: LocalClient, resource: str, owner: Obj, selector: Selector) -> list[Obj]:
    """What `selector` selects and nobody controls becomes `owner`'s; gives what did. Finished pods are left alone."""
    if selector.empty or is_deleting(owner):
        return []
    candidates = client.by_label(resource, namespace(owner), selector)
    orphans = [obj for obj in candidates if controller_of(obj) is None and not is_deleting(obj) and not is_finished(obj)]
    return [obj for obj in (adopt(client, resource, owner, orphan) for orphan in orphans) if obj is not None]


def is_finished(obj: Obj) -> bool:
    """A pod that has succeeded or failed."""
    return (obj.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def is_news_of_orphan(obj: Obj, old: Obj | None) -> bool:
    """Whether a change of `obj` may let somebody adopt it: it has no controller, and is new, released or labelled anew."""
    if controller_of(obj) is not None:
        return False
    return old is None or labels(old) != labels(obj) or controller_of(old) is not None


def pod_from_template(owner: Obj, template: Obj, pod_name: str = "") -> Obj:
    """A pod for `owner` to create. Models pkg/controller GetPodFromTemplate."""
    template_meta = template.get("metadata") or {}
    metadata: Obj = {"generateName": f"{name(owner)}-", "namespace": namespace(owner)}
    if pod_name:
        metadata["name"] = pod_name
    metadata.update({k: template_meta[k] for k in ("labels", "annotations", "finalizers") if template_meta.get(k)})
    metadata["ownerReferences"] = [controller_reference(owner)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def total(objects: Iterable[Obj | None], *path: str) -> int:
    """The sum of a number over objects, None and missing ones counting 0."""
    return sum(int(get_in(obj, *path, default=0)) for obj in objects)
