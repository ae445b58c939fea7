"""Revisions of a DaemonSet or StatefulSet: each pod template it has had, kept as a ControllerRevision to go back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.ownership import claim
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj, controller_reference, labels, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of

REVISIONS = "controllerrevisions.apps"
HASH_LABEL = "controller-revision-hash"
LONGEST_PREFIX = 223


class Naming(NamedTuple):
    """How a kind names its revisions: the label that holds the hash, and the hash by the owner's collisions."""

    label: str
    hash: Callable[[Obj, int | None], str]


def data_of(owner: Obj) -> Obj:
    """What a revision keeps: a patch that puts the template back."""
    return {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}


def claimed(client: LocalClient, owner: Obj) -> list[Obj]:
    """The owner's revisions, oldest first, after adopting those its selector selects."""
    selector = selectors.from_label_selector(owner["spec"]["selector"])
    return oldest_first(claim(client, REVISIONS, owner, selector))


def oldest_first(revisions: Sequence[Obj]) -> list[Obj]:
    return sorted(revisions, key=lambda r: (r["revision"], r["metadata"]["creationTimestamp"], name(r)))


def current(client: LocalClient, owner: Obj, revisions: Sequence[Obj], naming: Naming) -> tuple[Obj, list[Obj]]:
    """(the revision of the owner's present template, the others); it is made or renumbered where it is not the newest."""
    data = data_of(owner)
    equal = [r for r in revisions if r["data"] == data]
    others = [r for r in revisions if r["data"] != data]
    newest = max((r["revision"] for r in others), default=0) + 1
    if not equal:
        return _create(client, owner, newest, naming), others
    if equal[-1]["revision"] < newest:
        return client.update(REVISIONS, {**equal[-1], "revision": newest}, namespace(owner)), others
    return equal[-1], others


def _create(client: LocalClient, owner: Obj, number: int, naming: Naming) -> Obj:
    """Create the revision; where its name is taken by another content, under the next hash."""
    collisions: int | None = (owner.get("status") or {}).get("collisionCount")
    while True:
        draft = _draft(owner, number, naming, collisions)
        try:
            return client.create(REVISIONS, draft, namespace(owner))
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
        there = client.get(REVISIONS, name(draft), namespace(owner))
        if there["data"] == draft["data"]:
            return there
        collisions = (collisions or 0) + 1


def _draft(owner: Obj, number: int, naming: Naming, collisions: int | None) -> Obj:
    hashed = naming.hash(owner, collisions)
    metadata: Obj = {
        "name": f"{name(owner)[:LONGEST_PREFIX]}-{hashed}",
        "namespace": namespace(owner),
        "labels": {**(owner["spec"]["template"].get("metadata", {}).get("labels") or {}), naming.label: hashed},
        "ownerReferences": [controller_reference(owner)],
    }
    if annotations_of(owner):
        metadata["annotations"] = annotations_of(owner)
    return {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "data": data_of(owner), "revision": number}


def truncate(client: LocalClient, owner: Obj, old: Sequence[Obj], in_use: Callable[[Obj], bool]) -> None:
    """Delete the oldest unused revisions beyond revisionHistoryLimit."""
    limit = owner["spec"].get("revisionHistoryLimit", 10)
    unused = [revision for revision in oldest_first(old) if not in_use(revision)]
    excess = len(old) - limit
    for revision in unused[: max(0, excess)]:
        client.delete(REVISIONS, name(revision), namespace(owner))


def hash_of(revision: Obj, naming: Naming) -> str:
    return labels(revision).get(naming.label, "")
