"""The client that users get: a write through it is an input of the cluster, and goes into the log."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, Impersonation, PatchType, Stream, TableObjects, WriteOptions
from k8s_magic.apiserver.http import Request
from k8s_magic.apiserver.local import NO_DELETE_OPTIONS, NO_WRITE_OPTIONS, LocalClient
from k8s_magic.cluster.log import Command, Received, Requested, Who
from k8s_magic.objects.edit import deep_copy
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

ADMINISTRATOR = Caller("")
FIELDS = [each.name for each in fields(Caller) if each.name != "causes"]


def who(caller: Caller) -> Who:
    """The caller, as the log has it."""
    return {name: getattr(caller, name) for name in FIELDS if getattr(caller, name) != getattr(ADMINISTRATOR, name)}


def caller_of(given: Who) -> Caller:
    """The caller that the log tells of."""
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Caller(**{"actor": "", **told})


class RecordedClient(LocalClient):
    """A `LocalClient` whose writes are recorded. It stays with its cluster when that turns back."""

    def __init__(self, cluster: Cluster, caller: Caller) -> None:
        super().__init__(cluster.api, caller)
        self._cluster = cluster
        current = cluster.log.current
        self._command = current if isinstance(current, Command) else None
        cluster.recorded_clients.add(self)

    def moves_to(self, api: ApiServer) -> None:
        """The cluster has turned back: from now on its new API answers."""
        self.api, self.loop, self.lineage = api, api.loop, api.lineage

    def impersonate(self, wanted: Impersonation) -> LocalClient:
        return self._as(super().impersonate(wanted))

    def with_token(self, token: str) -> LocalClient:
        return self._as(super().with_token(token))

    def with_certificate(self, certificate: bytes) -> LocalClient:
        return self._as(super().with_certificate(certificate))

    def _as(self, other: LocalClient) -> LocalClient:
        recorded = RecordedClient(self._cluster, other.caller)
        recorded.warn = self.warn
        return recorded

    def _write(self, verb: str, arguments: dict[str, Any]) -> Any:
        """Do it, by the plain client, as an input of its own or as part of what is being worked off."""
        cluster, log = self._cluster, self._cluster.log
        plain = getattr(super(), verb)
        with cluster.lock:  # Before the log is looked at: a live cluster's thread may be at work.
            if log.is_busy:
                if self._command is not None:
                    self._command.only_read = False
                    self._command.asked_for_write |= _asks_for_write(arguments)
                return plain(**arguments)
            cluster.catch_up()
            given = {name: _as_data(value) for name, value in arguments.items()}
            with log.doing(Requested(cluster.now, verb, who(self.caller), given, cluster.api.store.revision)):
                return plain(**arguments)

    def get(self, resource: str, name: str, namespace: str = "", *, subresource: str = "", table: TableObjects = "") -> Obj:
        with self._cluster.lock:
            return super().get(resource, name, namespace, subresource=subresource, table=table)

    def list(
        self,
        resource: str,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        limit: int = 0,
        continue_token: str = "",
        table: TableObjects = "",
    ) -> Obj:
        token = continue_token
        with self._cluster.lock:
            return super().list(resource, namespace, labels=labels, fields=fields, limit=limit, continue_token=token, table=table)

    def create(
        self,
        resource: str,
        obj: Obj,
        namespace: str = "",
        *,
        name: str = "",
        subresource: str = "",
        options: WriteOptions = NO_WRITE_OPTIONS,
    ) -> Obj:
        given = {"resource": resource, "obj": obj, "namespace": namespace, "name": name, "subresource": subresource, "options": options}
        return self._write("create", given)  # type: ignore[no-any-return]

    def update(
        self, resource: str, obj: Obj, namespace: str = "", *, subresource: str = "", options: WriteOptions = NO_WRITE_OPTIONS
    ) -> Obj:
        given = {"resource": resource, "obj": obj, "namespace": namespace, "subresource": subresource, "options": options}
        return self._write("update", given)  # type: ignore[no-any-return]

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str,
        patch_type: PatchType,
        patch: Any,
        *,
        subresource: str = "",
        options: WriteOptions = NO_WRITE_OPTIONS,
    ) -> Obj:
        given = {"resource": resource, "name": name, "namespace": namespace, "patch_type": patch_type, "patch": patch}
        return self._write("patch", {**given, "subresource": subresource, "options": options})  # type: ignore[no-any-return]

    def delete(self, resource: str, name: str, namespace: str = "", *, options: DeleteOptions = NO_DELETE_OPTIONS) -> Obj:
        return self._write("delete", {"resource": resource, "name": name, "namespace": namespace, "options": options})  # type: ignore[no-any-return]

    def delete_collection(
        self, resource: str, namespace: str, *, labels: str = "", fields: str = "", options: DeleteOptions = NO_DELETE_OPTIONS
    ) -> Obj:
        given = {"resource": resource, "namespace": namespace, "labels": labels, "fields": fields, "options": options}
        return self._write("delete_collection", given)  # type: ignore[no-any-return]

    def raw(self, path: str, method: str = "GET", body: Any = None) -> Any:
        if method == "GET":
            return super().raw(path, method, body)
        return self._write("raw", {"path": path, "method": method, "body": body})

    def connect(self, resource: str, name: str, namespace: str, subresource: str, parameters: dict[str, Any]) -> Awaitable[Stream]:
        if subresource != "log" and self._command is not None:
            self._command.asked_for_write, self._command.only_read = True, False
        return super().connect(resource, name, namespace, subresource, parameters)


def _asks_for_write(arguments: dict[str, Any]) -> bool:
    """Not so a dry run, and a question to the API that has the form of a new object."""
    options = arguments.get("options")
    return not (options is not None and options.dry_run) and "reviews." not in arguments.get("resource", "")


def _as_data(value: Any) -> Any:
    """An argument as plain data, which what the caller does with it later does not change."""
    if isinstance(value, WriteOptions | DeleteOptions):
        default = asdict(type(value)())
        return {name: given for name, given in asdict(value).items() if given != default[name]}
    return deep_copy(value)


def arguments_of(verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments that the log tells of."""
    if "options" not in given:
        return given
    options = DeleteOptions if verb.startswith("delete") else WriteOptions
    return {**given, "options": options(**given["options"])}


def received(time: float, revision: int, request: Request) -> Received:
    """A request as the log has it: of its headers those that say what the body is, and as whom it is made."""
    headers = {name: value for name, value in request.headers.items() if name == "content-type" or name.startswith("impersonate-")}
    return Received(time, request.method, request.path, who(request.caller), dict(request.query), headers, request.body, revision)
