"""The API server: holds the store, answers verbs, and gives each write its revision, time, actor and causes."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

from k8s_magic.apiserver import deletion, discovery, paging, pod_log_options, reviews, subresources, tables, writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, PatchType, Stream, TableObjects, WatchEvent, WriteOptions
from k8s_magic.apiserver.custom_resources import CustomResources
from k8s_magic.apiserver.empty_stream import empty
from k8s_magic.apiserver.errors import ApiError, bad_request, conflict, gone, invalid, method_not_supported, not_found
from k8s_magic.apiserver.event_leases import EventLeases
from k8s_magic.apiserver.managed_fields import Ledger, Manager
from k8s_magic.apiserver.metrics import Metrics
from k8s_magic.apiserver.patching import apply_patch, check_patched, server_side_apply
from k8s_magic.apiserver.selection import Selection
from k8s_magic.apiserver.service_addresses import ServiceAddresses
from k8s_magic.apiserver.service_ranges import ServiceRanges
from k8s_magic.apiserver.store import Entry, Store
from k8s_magic.apiserver.watching import WatchStream, filtered
from k8s_magic.kinds import registry
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop

# `list` is a verb in the server's class, so the type has a name out here.
Objects = list[Obj]
LARGEST_REQUEST = 3 * 1024 * 1024


class NodeProxy(Protocol):
    """A node as the API reaches it. Each kubelet registers one."""

    def heartbeat(self) -> float:
        """When the kubelet last renewed its lease, in seconds since the epoch."""
        ...

    def connect(self, pod: Obj, subresource: str, parameters: dict[str, Any]) -> Awaitable[Stream]: ...

    def stats(self) -> Obj: ...


@lru_cache(maxsize=1024)
def _updater(name: str, api_version: str, subresource: str) -> Manager:
    return Manager(name, "Update", api_version, subresource)


class ApiServer:
    """Verbs on resources. Callers reach it through a client."""

    def __init__(self, loop: Loop, lineage: Lineage) -> None:
        self.loop = loop
        self.lineage = lineage
        self.store = Store()
        self._leases = EventLeases(loop, self.store)
        self.kinds: dict[str, Kind] = dict(registry())
        self.service_addresses = ServiceAddresses(self.store, lineage)
        self.ledger = Ledger()
        self.nodes: dict[str, NodeProxy] = {}
        self.warn: Callable[[str], None] = lambda text: None
        self.kind_listeners: list[Callable[[], None]] = []
        self._kinds_changed()
        self._incarnations: dict[tuple[str, Key], int] = {}
        self._ordinals: dict[tuple[str, ...], int] = {}
        self.computed: dict[str, Callable[[str], Objects]] = {}
        CustomResources(self)
        Metrics(self)
        ServiceRanges(self)

    # --- Kinds ---

    def serve(self, kinds: Iterable[Kind]) -> None:
        """From now on these kinds are there too, or in place of what had their key."""
        for kind in kinds:
            self.kinds[kind.key] = kind
        self._kinds_changed()

    def retire(self, keys: Iterable[str]) -> None:
        """From now on kinds of these keys are not served."""
        for key in keys:
            self.kinds.pop(key, None)
        self._kinds_changed()

    def _kinds_changed(self) -> None:
        self._by_group_kind = {(kind.group, kind.kind): kind for kind in self.kinds.values() if not kind.stored_as}
        for listener in self.kind_listeners:
            listener()

    def by_group_kind(self, group: str, kind: str) -> Kind | None:
        """The kind of this name, if it is served."""
        return self._by_group_kind.get((group, kind))

    def stored_kind(self, kind: Kind) -> Kind:
        """The kind as which objects of `kind` are stored: itself, but for further versions."""
        return self.kinds[kind.stored_as] if kind.stored_as else kind

    # --- What the write path asks for ---

    def kind(self, resource: str) -> Kind:
        try:
            return self.kinds[resource]
        except KeyError:
            raise ApiError(404, "NotFound", "the server could not find the requested resource") from None

    def new_uid(self, kind: Kind, key: Key) -> str:
        incarnation = self._incarnations[kind.resource, key] = self._incarnations.get((kind.resource, key), 0) + 1
        return self.lineage.uid("uid", kind.resource, key.namespace, key.name, incarnation)

    def generated_name(self, kind: Kind, metadata: Obj) -> str:
        """generateName with five letters, drawn from the owner and its ordinal. Models names.SimpleNameGenerator."""
        owner = next((r["uid"] for r in metadata.get("ownerReferences") or () if r.get("controller")), "")
        prefix = str(metadata["generateName"])[:58]
        place = (kind.resource, metadata.get("namespace", ""), prefix, owner)
        for _ in range(8):
            ordinal = self._ordinals[place] = self._ordinals.get(place, 0) + 1
            name = prefix + self.lineage.suffix(5, "name", *place, ordinal)
            if self.store.get(kind.resource, Key(metadata.get("namespace", ""), name)) is None:
                break
        return name

    def commit(self, kind: Kind, key: Key, obj: Obj, caller: Caller) -> Obj:
        stored = self.store.put(kind.resource, key, obj, time=self.loop.now, actor=caller.actor, causes=caller.causes)
        if kind.resource == "events":
            self._leases.renew(key, stored["metadata"]["resourceVersion"])
        return stored

    def commit_update(self, kind: Kind, old: Obj, draft: Obj, caller: Caller) -> Obj:
        if deletion.may_go(draft) and meta.is_deleting(old):
            return self.remove(kind, meta.key(old), caller, draft)
        return self.commit(kind, meta.key(old), draft, caller)

    def remove(self, kind: Kind, key: Key, caller: Caller, last: Obj) -> Obj:
        self.ledger.forget(last["metadata"].get("uid", ""))
        return self.store.remove(kind.resource, key, time=self.loop.now, actor=caller.actor, causes=caller.causes, last=last)

    # --- Reading ---

    def _stored(self, kind: Kind, name: str, namespace: str) -> Obj:
        key = Key(namespace if kind.namespaced else "", name)
        found = self.store.get(kind.stored_as or kind.resource, key)
        if kind.resource in self.computed:
            found = next((obj for obj in self.computed[kind.resource](key.namespace) if meta.name(obj) == name), None)
        if found is None:
            raise not_found(kind, name)
        return found

    def get(self, kind: Kind, name: str, namespace: str, subresource: str = "", table: TableObjects = "") -> Obj:
        self._deprecation(kind)
        if subresource and subresource not in kind.subresources:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        obj = self._on_read(kind, self._stored(kind, name, namespace))
        if subresource == "scale":
            kind, obj = subresources.SCALE, subresources.read_scale(kind, obj)
        if table:
            return tables.table(kind, [obj], self.loop.now, table, {"resourceVersion": obj["metadata"].get("resourceVersion", "")})
        return kind.from_stored(obj)

    def _deprecation(self, kind: Kind) -> None:
        if kind.deprecation:
            self.warn(kind.deprecation)

    def _on_read(self, kind: Kind, obj: Obj) -> Obj:
        """Heartbeats are computed on reading, so that a healthy node writes nothing."""
        if kind.resource == "leases.coordination.k8s.io" or kind.resource == "nodes":
            proxy = self.nodes.get(obj["metadata"]["name"])
            if proxy is not None and kind.on_read is not None:
                return kind.on_read(obj, proxy.heartbeat())
        return obj

    def list(
        self,
        kind: Kind,
        namespace: str,
        labels: str = "",
        fields: str = "",
        limit: int = 0,
        token: str = "",
        table: TableObjects = "",
        revision: int | None = None,
    ) -> Obj:
        selection = Selection(self.stored_kind(kind), namespace, labels, fields, kind)
        where = paging.page(self.store, token, revision)
        items = selection.of(self.store, where.revision)
        if kind.on_read:
            items = [self._on_read(kind, obj) for obj in items]
        elif kind.resource in self.computed:
            items = [obj for obj in self.computed[kind.resource](namespace) if selection.matches(obj)]
        metadata: Obj = {"resourceVersion": str(where.revision)}
        items = paging.cut(items, where, limit, metadata, counts=selection.is_all)
        self._deprecation(kind)
        if table:
            return tables.table(kind, items, self.loop.now, table, metadata)
        if kind.stored_as:
            items = [kind.from_stored(obj) for obj in items]
        return {"kind": kind.kind + "List", "apiVersion": kind.api_version, "metadata": metadata, "items": items}

    def watch(
        self,
        kind: Kind,
        namespace: str,
        labels: str,
        fields: str,
        resource_version: str,
        table: TableObjects = "",
        only_news: bool = False,
    ) -> WatchStream:
        """Follow what is selected from a version on; without one, what there is comes first, but for who wants `only_news`."""
        stored = self.stored_kind(kind)
        selection = Selection(stored, namespace, labels, fields, kind)
        header = itertools.count()

        def render(event: WatchEvent) -> WatchEvent:
            if event.type == "BOOKMARK":
                return WatchEvent(event.type, tables.bookmark(event.object)) if table else event
            if not table:
                return WatchEvent(event.type, kind.from_stored(event.object)) if kind.stored_as else event
            rendered = tables.table(
                kind, [event.object], self.loop.now, table, {"resourceVersion": event.object["metadata"]["resourceVersion"]}
            )
            if next(header):  # Only the first event of a watch carries the columns.
                rendered["columnDefinitions"] = []
            return WatchEvent(event.type, rendered)

        def deliver(entry: Entry) -> None:
            event = filtered(entry, selection.matches)
            if event is not None:
                stream.push(event)

        stream = WatchStream(render, self.store.subscribe(stored.resource, deliver))
        if resource_version in ("", "0"):
            for obj in selection.of(self.store, self.store.revision) if not only_news else ():
                stream.push(WatchEvent("ADDED", obj))
        else:
            self._replay(stored, resource_version, deliver)
        self._deprecation(kind)
        return stream

    def _replay(self, kind: Kind, resource_version: str, deliver: Callable[[Entry], None]) -> None:
        if not resource_version.isdigit():
            raise bad_request(f'resourceVersion: Invalid value: "{resource_version}": invalid resource version')
        revision = int(resource_version)
        if revision + 1 < self.store.oldest_revision and revision < self.store.revision:
            raise gone(f"too old resource version: {revision} ({self.store.oldest_revision})")
        for entry in self.store.since(revision):
            if entry.resource == kind.resource:
                deliver(entry)

    # --- Writing ---

    def create(self, kind: Kind, obj: Obj, namespace: str, name: str, subresource: str, options: WriteOptions, caller: Caller) -> Obj:
        if subresource:
            handler = subresources.CREATES.get(subresource)
            if subresource not in kind.subresources:
                raise ApiError(404, "NotFound", "the server could not find the requested resource")
            if handler is None:
                raise method_not_supported(kind, "create")
            if kind.namespaced and self.store.get("namespaces", Key("", namespace)) is None:
                raise not_found(self.kind("namespaces"), namespace)
            return handler(self, kind, self._stored(kind, name, namespace), obj, options, caller)
        self._deprecation(kind)
        if "create" not in kind.verbs:
            raise method_not_supported(kind, "create")
        if kind.resource == "bindings":
            pods, pod = self.kind("pods"), meta.get_in(obj, "metadata", "name", default="")
            return subresources.bind(self, pods, self._stored(pods, str(pod), namespace), obj, options, caller)
        if kind.resource in reviews.ANSWERS:
            return reviews.answer(self, kind, obj, namespace, options, caller)
        if kind.stored_as:
            read = kind.to_stored(writes.decode(self, kind, obj, options, caller))
            return kind.from_stored(self.create(self.stored_kind(kind), read, namespace, name, subresource, options, caller))
        made, written = writes.create(self, kind, obj, namespace, options, caller)
        if not options.dry_run:
            self.note(kind, None, written, subresource, options, caller)
        return made

    def update(self, kind: Kind, obj: Obj, namespace: str, subresource: str, options: WriteOptions, caller: Caller) -> Obj:
        if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
            raise bad_request("the object provided is unrecognized (must be of type " + kind.kind + ")")
        name, given = obj["metadata"].get("name", ""), obj["metadata"].get("namespace") or namespace
        if not isinstance(name, str) or not isinstance(given, str):
            writes.decode(self, kind, obj, options, caller)  # Says what is wrong with it.
            raise bad_request("metadata.name and metadata.namespace must be strings")
        if kind.namespaced and namespace and given != namespace:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        old = self._stored(kind, name, given)
        return self._update(kind, old, obj, subresource, options, caller)

    def _update(self, kind: Kind, old: Obj, obj: Obj, subresource: str, options: WriteOptions, caller: Caller) -> Obj:
        self._deprecation(kind)
        if kind.stored_as and subresource != "scale":
            read = kind.to_stored(writes.decode(self, kind, obj, options, caller))
            return kind.from_stored(self._update(self.stored_kind(kind), old, read, subresource, options, caller))
        if subresource and subresource not in kind.subresources:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        handler = subresources.UPDATES.get(subresource)
        if handler is not None:
            return handler(self, kind, old, obj, options, caller)
        new = writes.update(self, kind, old, obj, subresource, options, caller)
        if new is not old and not options.dry_run:
            self.note(kind, old, new, subresource, options, caller)
        return new

    def note(self, kind: Kind, old: Obj | None, new: Obj, subresource: str, options: WriteOptions, caller: Caller) -> None:
        """Remember who wrote what, for managedFields."""
        manager = _updater(options.field_manager or caller.manager, kind.api_version, subresource)
        # Upstream loses the time of a write through `scale` as it turns a Scale's managers into those of its object.
        self.ledger.wrote(kind, manager, "" if subresource == "scale" else rfc3339(self.loop.now), old, new)

    def with_managed_fields(self, kind: Kind, obj: Obj) -> Obj:
        """`obj` as clients outside see it."""
        fields = self.ledger.managed_fields(kind, obj)
        return {**obj, "metadata": {**obj["metadata"], "managedFields": fields}} if fields else obj

    def patch(
        self,
        kind: Kind,
        name: str,
        namespace: str,
        patch_type: PatchType,
        patch: Any,
        subresource: str,
        options: WriteOptions,
        caller: Caller,
    ) -> Obj:
        if patch_type == "apply":
            self._deprecation(kind)
        if patch_type == "apply" and kind.stored_as:
            read = kind.to_stored(writes.decode(self, kind, patch, options, caller))
            return kind.from_stored(server_side_apply(self, self.stored_kind(kind), name, namespace, read, subresource, options, caller))
        if patch_type == "apply":
            return server_side_apply(self, kind, name, namespace, patch, subresource, options, caller)
        old = self._stored(kind, name, namespace)
        current = subresources.read_scale(kind, old) if subresource == "scale" else kind.from_stored(old)
        new = apply_patch(kind, current, patch_type, patch)
        if not caller.trusted:
            check_patched(subresources.SCALE if subresource == "scale" else kind, new, patch_type, patch, options)
        if subresource != "scale":
            self._check_identity(kind, old, new)
        written = new["metadata"].get("managedFields") if isinstance(new.get("metadata"), dict) else None
        result = self._update(kind, old, new, subresource, options, caller)
        if isinstance(written, list) and not options.dry_run:
            self.ledger.replace(kind, old["metadata"]["uid"], written)
        return result

    def _check_identity(self, kind: Kind, old: Obj, new: Obj) -> None:
        if not isinstance(new.get("metadata"), dict):
            raise bad_request(f"metadata of {kind.kind} must be an object")
        if new["metadata"].get("name") != old["metadata"]["name"]:
            given, wanted = new["metadata"].get("name", ""), old["metadata"]["name"]
            raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({wanted})")
        if new["metadata"].get("namespace", "") != old["metadata"].get("namespace", ""):
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        if new["metadata"].get("uid") != old["metadata"]["uid"]:
            raise invalid(kind, meta.name(old), [invalid_field("metadata.uid", new["metadata"].get("uid", ""), "field is immutable")])
        version = new["metadata"].get("resourceVersion")
        if version and version != old["metadata"]["resourceVersion"]:
            if not str(version).isdigit():
                raise invalid(kind, meta.name(old), [invalid_field("metadata.resourceVersion", version, "must be specified for an update")])
            raise conflict(kind, meta.name(old))

    def delete(self, kind: Kind, name: str, namespace: str, options: DeleteOptions, caller: Caller) -> Obj:
        self._deprecation(kind)
        return deletion.delete(self, self.stored_kind(kind), self._stored(kind, name, namespace), options, caller)

    def delete_collection(
        self,
        kind: Kind,
        namespace: str,
        labels: str,
        fields: str,
        options: DeleteOptions,
        caller: Caller,
        limit: int = 0,
        token: str = "",
    ) -> Obj:
        listed = self.list(kind, namespace, labels, fields, limit, token)
        for obj in listed["items"]:
            try:
                deletion.delete(self, self.stored_kind(kind), self._stored(kind, meta.name(obj), meta.namespace(obj)), options, caller)
            except ApiError as error:
                if error.reason != "NotFound":
                    raise
        return listed

    # --- Nodes and discovery ---

    def register_node(self, name: str, proxy: NodeProxy) -> None:
        """From now on `proxy` answers for the node: heartbeats, logs, exec, port-forward, stats."""
        self.nodes[name] = proxy

    def connect(self, kind: Kind, name: str, namespace: str, subresource: str, parameters: dict[str, Any]) -> Awaitable[Stream]:
        pod = self._stored(kind, name, namespace)
        node = pod["spec"].get("nodeName", "")
        if subresource == "log":
            pod_log_options.check(name, parameters)
        if not node and subresource == "log":
            return empty()  # Models registry/core/pod LogLocation.
        if not node:
            raise bad_request(f"pod {name} does not have a host assigned")
        if node not in self.nodes:
            raise ApiError(500, "InternalError", f'error dialing backend: node "{node}" not found')
        return self.nodes[node].connect(pod, subresource, parameters)

    def resources(self) -> Objects:
        return discovery.resources(self.kinds.values())
