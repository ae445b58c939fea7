"""What a resource kind is: its names, defaults, validation and columns, gathered in one place.

A file in this folder exports `KIND`, one `Kind`; the file is found by being there. Hooks are functions, not methods:
`default` and `prepare_*` change a private draft in place, `validate*` only look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.objects.meta import Obj

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field. `reason` is the cause's code: FieldValueRequired, FieldValueInvalid, ...

    `message` is what stands behind `path: ` in the text, whole, as field.Error.ErrorBody makes it
    (see k8s_magic.kinds.errors for the constructors).
    """

    reason: str
    path: str
    message: str


@dataclass(frozen=True)
class Column:
    """A column of the server's table. `priority` 1 is shown with `-o wide` only."""

    name: str
    description: str = ""
    type: str = "string"
    format: str = ""
    priority: int = 0


def _nothing(draft: Obj) -> None:
    """The hook of a kind that has nothing to do here."""


def _same(obj: Obj) -> Obj:
    return obj


def _nothing_to_prepare(new: Obj, old: Obj) -> None:
    """The hook of a kind that has nothing to do here."""


def _valid(obj: Obj) -> list[FieldError]:
    return []


def _valid_update(new: Obj, old: Obj) -> list[FieldError]:
    return []


def _no_warnings(new: Obj, old: Obj | None) -> list[str]:
    return []


@dataclass(frozen=True)
class Kind:
    """A resource. `resource` ("pods", "deployments.apps") is the name by which all code speaks of it."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: tuple[str, ...] = ()
    """Beside the object itself: "status", "scale", and those the API serves by name ("log", "exec", "binding", ...)."""

    columns: tuple[Column, ...] = ()
    row: Callable[[Obj, float], list[Any]] | None = None
    """(obj, now in seconds) -> one cell a column; None stands for Name and Created At (see k8s_magic.kinds.columns)."""

    decode: Callable[[Obj], Any] | None = None
    """How an object is read (a decode.DecodeResult), where v1.36's own definitions do not tell: custom resources."""
    default: Callable[[Obj], None] = _nothing
    """Fill in v1.36's defaults, in place. Runs on create and on each change outside status."""
    prepare_create: Callable[[Obj], None] = _nothing
    """The strategy's PrepareForCreate, in place: drop what users may not set. The API drops status itself."""
    prepare_update: Callable[[Obj, Obj], None] = _nothing_to_prepare
    """(draft, old): the strategy's PrepareForUpdate, in place. The API keeps status and bumps generation itself."""
    validate: Callable[[Obj], list[FieldError]] = _valid
    validate_update: Callable[[Obj, Obj], list[FieldError]] = _valid_update
    """(new, old): what may not change. Runs in addition to `validate`."""
    validate_update_first: bool = False
    """Whether the complaints of `validate_update` stand before those of `validate`."""
    validate_status: Callable[[Obj, Obj], list[FieldError]] = _valid_update
    warn: Callable[[Obj, Obj | None], list[str]] = _no_warnings
    """(new, old or None): texts for Warning headers."""

    schema: Obj | None = None
    """The OpenAPI v3 schema, where v1.36's own definitions have none: custom resources."""
    stored_as: str = ""
    """For a further version: the resource as which its objects are stored. The kind itself is only a way to see and write them."""
    from_stored: Callable[[Obj], Obj] = _same
    to_stored: Callable[[Obj], Obj] = _same
    """(path copies) between this version and the stored one."""

    deprecation: str = ""
    """The Warning that every request for the kind is answered with."""
    name_rule: Callable[[str], list[str]] = names.subdomain
    """Complaints about a name; most kinds take any DNS subdomain (see k8s_magic.kinds.names)."""
    has_generation: bool = False
    """metadata.generation counts changes outside metadata and status."""
    fields: Mapping[str, Callable[[Obj], str]] = field(default_factory=dict)
    """Field selectors beyond metadata.name and metadata.namespace."""
    unconditional_update: bool = True
    """Whether a PUT may leave metadata.resourceVersion out."""
    returns_deleted: bool = False
    """Whether a DELETE that is done at once answers with the object, where others answer with a Status."""
    is_record: bool = False
    """Written by our own components in great number, and always well-formed: what they write is not validated."""
    on_read: Callable[[Obj, float], Obj] | None = None
    """(obj, last heartbeat of its node) -> as read: what is computed on reading instead of written all the time."""
    scale: Callable[[Obj], Obj] | None = None
    """The autoscaling/v1 Scale of an object, where it has that subresource."""
    set_scale: Callable[[Obj, int], Obj] | None = None
    """(obj, replicas) -> a path copy with spec.replicas set."""
    grace_seconds: Callable[[Obj, int | None], int] | None = None
    """(obj, asked for) -> seconds between DELETE and removal; None: removed at once (Models rest.BeforeDelete)."""

    @cached_property
    def resource(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def key(self) -> str:
        """By what the API finds the kind: its resource; a further version of one has its version in it ("hpas.v1.autoscaling")."""
        return f"{self.plural}.{self.version}.{self.group}" if self.stored_as == self.resource else self.resource

    @cached_property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The kind as Status messages of validation name it: "Deployment.apps"."""
        return f"{self.kind}.{self.group}" if self.group else self.kind
