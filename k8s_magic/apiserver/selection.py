"""Which objects a list or watch selects: namespace, label selector, field selector, by index where there is one."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.apiserver.errors import bad_request
from k8s_magic.apiserver.store import Store
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj

METADATA_FIELDS: dict[str, Callable[[Obj], str]] = {
    "metadata.name": lambda obj: obj["metadata"].get("name", ""),
    "metadata.namespace": lambda obj: obj["metadata"].get("namespace", ""),
}


class Selection:
    """A parsed query on one resource."""

    def __init__(self, kind: Kind, namespace: str, labels: str, fields: str, asked: Kind | None = None) -> None:
        """`kind` is how objects are stored; `asked`, where that is another version, knows the fields by their names."""
        self.kind = kind
        self.namespace = namespace if kind.namespaced else ""
        self._labels = _parse_labels(labels) if labels else None
        self._terms = _parse_fields(asked or kind, fields) if fields else []

    def matches(self, obj: Obj) -> bool:
        if self.namespace and obj["metadata"].get("namespace") != self.namespace:
            return False
        if self._labels is not None and not self._labels.matches(obj["metadata"].get("labels") or {}):
            return False
        return all((read(obj) == value) == wanted for read, value, wanted in self._terms)

    @property
    def is_all(self) -> bool:
        """Whether nothing but a namespace is asked for."""
        return self._labels is None and not self._terms

    def of(self, store: Store, revision: int) -> list[Obj]:
        """What was selected at `revision`, in the order of the keys."""
        if revision == store.revision:
            candidates = self._candidates(store)
        else:
            candidates = store.items_at(self.kind.resource, self.namespace, revision)
        if self.is_all:
            return candidates
        return [obj for obj in candidates if self.matches(obj)]

    def _candidates(self, store: Store) -> list[Obj]:
        equalities = self._labels.equalities if self._labels is not None else {}
        if equalities and (self.namespace or not self.kind.namespaced):
            return store.by_label(self.kind.resource, self.namespace, equalities)
        for read, value, wanted in self._terms:
            if wanted and read is METADATA_FIELDS["metadata.name"] and (self.namespace or not self.kind.namespaced):
                found = store.get(self.kind.resource, Key(self.namespace, value))
                return [found] if found else []
            if wanted and self.kind.resource == "pods" and value and read is self.kind.fields.get("spec.nodeName"):
                return sorted(store.by_node(value), key=lambda pod: Key(pod["metadata"]["namespace"] + "/", pod["metadata"]["name"]))
        return store.items(self.kind.resource, self.namespace)


def _parse_labels(text: str) -> selectors.Selector:
    try:
        return selectors.parse(text)
    except selectors.SelectorError as error:
        raise bad_request(str(error)) from error


def _parse_fields(kind: Kind, fields: str) -> list[tuple[Callable[[Obj], str], str, bool]]:
    try:
        terms = selectors.parse_fields(fields)
    except selectors.SelectorError as error:
        raise bad_request(str(error)) from error
    return [(_reader(kind, path), value, op != "!=") for path, op, value in terms]


def _reader(kind: Kind, path: str) -> Callable[[Obj], str]:
    """The field that `path` names. Models runtime.FieldLabelConversion of the kinds."""
    read = METADATA_FIELDS.get(path) or kind.fields.get(path)
    if read is not None:
        return read
    if kind.fields:
        raise bad_request(f"field label not supported: {path}")
    raise bad_request(f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"')
