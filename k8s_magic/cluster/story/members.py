"""Which writes of the journal belong to an object's story: those about it, about what it has ever owned, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.errors import ApiError, not_found
from k8s_magic.apiserver.store import Entry
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Key, Obj, get_in


def find_kind(kinds: Iterable[Kind], word: str) -> Kind:
    """The kind that a user means by `deploy`, `deployment`, `Deployment` or `deployments.apps`; `ApiError` for none."""
    wanted = word.lower()
    served = [kind for kind in kinds if not kind.stored_as]
    for kind in served:
        if wanted in (kind.resource.lower(), kind.plural, kind.singular, kind.kind.lower(), *kind.short_names):
            return kind
    raise ApiError(404, "NotFound", f'the server doesn\'t have a resource type "{word}"')


def members(journal: Iterable[Entry], kind: Kind, key: Key) -> list[Entry]:
    """The entries, oldest first; NotFound where the journal knows no such object. Of several that had the name, the last."""
    entries = list(journal)
    subject = next((e.object for e in reversed(entries) if e.resource == kind.resource and e.key == key), None)
    if subject is None:
        raise not_found(kind, key.name)
    if "uid" not in subject["metadata"]:  # A ComponentStatus: it owns nothing, and nothing is said of it.
        return [entry for entry in entries if entry.resource == kind.resource and entry.key == key]
    uids = {subject["metadata"]["uid"]}
    grown = True
    while grown:
        size = len(uids)
        for entry in entries:
            if _belongs(entry, uids, kind, key):
                uids.add(entry.object["metadata"]["uid"])
        grown = len(uids) > size
    places = {_place(entry.object) for entry in entries if entry.resource != "events" and entry.object["metadata"].get("uid") in uids}
    return [entry for entry in entries if _is_about(entry, uids, places, kind, key)]


def _belongs(entry: Entry, uids: set[str], kind: Kind, key: Key) -> bool:
    if any(owner["uid"] in uids for owner in entry.object["metadata"].get("ownerReferences") or ()):
        return True
    # A node owns nothing, but its story is that of the pods on it.
    return kind.resource == "nodes" and entry.resource == "pods" and get_in(entry.object, "spec", "nodeName", default="") == key.name


def _is_about(entry: Entry, uids: set[str], places: set[tuple[str, str, str]], kind: Kind, key: Key) -> bool:
    if entry.resource != "events":
        return entry.object["metadata"].get("uid") in uids
    about = involved(entry.object)
    if not about.get("uid"):
        return _place(about) in places
    return about["uid"] in uids or (kind.resource == "nodes" and about.get("kind") == "Node" and about.get("name") == key.name)


def _place(obj: Obj) -> tuple[str, str, str]:
    """How an Event that knows no uid names what it is about."""
    meta = obj.get("metadata") or obj
    return obj.get("kind", ""), meta.get("namespace", ""), meta.get("name", "")


def involved(event: Obj) -> Obj:
    """What an Event is about."""
    return event.get("involvedObject") or event.get("regarding") or {}
