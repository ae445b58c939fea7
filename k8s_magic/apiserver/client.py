"""What every client of the API can do; kubectl and the pictures know nothing else.

One implementation is in-process (`apiserver.local.LocalClient`), another speaks HTTP (`server`). Resources are named
as "pods", "deployments.apps". All verbs raise `ApiError`. Objects that come back are read-only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from k8s_magic.objects.meta import Obj

Objects = list[Obj]  # `list` is a verb in the class below, so the type has a name out here.
PatchType = Literal["json", "merge", "strategic", "apply"]
TableObjects = Literal["", "Metadata", "Object", "None"]
"""Whether a read answers with a meta.k8s.io/v1 Table, and what each row's `object` holds."""


@dataclass(frozen=True)
class WriteOptions:
    """Query parameters of create, update and patch."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: Literal["", "Strict", "Warn", "Ignore"] = ""
    force: bool = False


@dataclass(frozen=True)
class DeleteOptions:
    """The body of a DELETE. None means: the kind's default."""

    grace_seconds: int | None = None
    propagation: Literal["", "Background", "Foreground", "Orphan"] = ""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


@dataclass(frozen=True)
class Impersonation:
    """Whom a caller wants to be: kubectl's --as, --as-group, --as-uid, --as-user-extra."""

    user: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class WatchEvent:
    """`type` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR; `object` is an object, a Table of one row, or a Status."""

    type: str
    object: Obj


class Watch(Protocol):
    """A stream of events; `next` waits, and gives None when the stream has ended."""

    def next(self) -> Awaitable[WatchEvent | None]: ...

    def stop(self) -> None: ...


class Stream(Protocol):
    """The bytes of a log, exec, attach or port-forward. Channels are 1 stdout, 2 stderr, 3 the final Status as JSON."""

    def read(self) -> Awaitable[tuple[int, bytes] | None]: ...

    def write(self, data: bytes) -> None: ...

    def close_stdin(self) -> None: ...

    def close(self) -> None: ...


class Client(Protocol):
    """The API's verbs, the clock, and nothing else."""

    warn: Callable[[str], None]
    """Called with the text of each Warning header."""

    def impersonate(self, wanted: Impersonation) -> Client:
        """The same client as somebody else; Forbidden where this caller may not be that."""
        ...

    def with_token(self, token: str) -> Client:
        """The same client as whom the token belongs to; Unauthorized where that is nobody."""
        ...

    def with_certificate(self, certificate: bytes) -> Client:
        """The same client as whom a certificate (PEM) of the cluster's authority names; Unauthorized where it is not of that."""
        ...

    def get(self, resource: str, name: str, namespace: str = "", *, subresource: str = "", table: TableObjects = "") -> Obj: ...

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
        """A List object (or Table); `namespace` "" means all."""
        ...

    def create(
        self, resource: str, obj: Obj, namespace: str = "", *, name: str = "", subresource: str = "", options: WriteOptions = WriteOptions()
    ) -> Obj: ...

    def update(self, resource: str, obj: Obj, namespace: str = "", *, subresource: str = "", options: WriteOptions = WriteOptions()) -> Obj:
        """Replace; checks metadata.resourceVersion where the object carries one."""
        ...

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str,
        patch_type: PatchType,
        patch: Any,
        *,
        subresource: str = "",
        options: WriteOptions = WriteOptions(),
    ) -> Obj: ...

    def delete(self, resource: str, name: str, namespace: str = "", *, options: DeleteOptions = DeleteOptions()) -> Obj: ...

    def delete_collection(
        self, resource: str, namespace: str, *, labels: str = "", fields: str = "", options: DeleteOptions = DeleteOptions()
    ) -> Obj: ...

    def watch(
        self,
        resource: str,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        resource_version: str = "",
        table: TableObjects = "",
    ) -> Watch:
        """From `resource_version` on; without one, what exists comes first as ADDED."""
        ...

    def connect(self, resource: str, name: str, namespace: str, subresource: str, parameters: dict[str, Any]) -> Awaitable[Stream]:
        """log, exec, attach, portforward: a stream from the object's node."""
        ...

    def raw(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Any path of the API ("/version", "/readyz"), the decoded JSON or the text."""
        ...

    def fetch(self, path: str) -> Awaitable[Any]:
        """A GET of any path, those included whose answer takes time: proxies to pods, services and nodes, logs."""
        ...

    def resources(self) -> Objects:
        """Discovery, flat and in the server's order of groups: an APIResource each, with `group` and `version` filled in
        (name "pods", singularName, namespaced, kind, verbs, shortNames, categories)."""
        ...

    def schema(self) -> dict[str, Obj]:
        """OpenAPI v2 `definitions` by name, for strategic merge patches, explain and client-side validation."""
        ...

    def now(self) -> float:
        """Seconds since the Unix epoch on the cluster's clock."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None]: ...
