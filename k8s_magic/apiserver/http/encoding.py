"""Objects as bytes. Each is encoded once a version: reads and watches put their answers together from that."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

LIMIT = 4000
"""Objects whose bytes are kept."""

# Sorted, because kubectl compares some parts (revisions of DaemonSets) by their bytes.
if importlib.util.find_spec("msgspec") is not None:
    import msgspec

    encode = msgspec.json.Encoder(order="deterministic").encode
else:

    def encode(value: Any) -> bytes:
        """JSON as the API sends it."""
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()


class _Kept(NamedTuple):
    """What was encoded last for a uid; it holds for these very objects alone."""

    obj: Obj
    managed: list[Obj]
    body: bytes


class Encoder:
    """Encodes stored objects as clients outside see them: with their field managers."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._kept: dict[tuple[str, str], _Kept] = {}

    def body(self, kind: Kind, obj: Obj) -> bytes:
        """The object as an item of a list, which says the kind for all."""
        managed = self._api.ledger.managed_fields(kind, obj)
        place = kind.key, obj["metadata"].get("uid", "")
        kept = self._kept.get(place)
        if kept is None or kept.obj is not obj or kept.managed is not managed:
            if len(self._kept) >= LIMIT:
                self._kept.clear()
            whole = self._api.with_managed_fields(kind, obj)
            kept = self._kept[place] = _Kept(obj, managed, encode({k: v for k, v in whole.items() if k not in ("kind", "apiVersion")}))
        return kept.body

    def whole(self, kind: Kind, obj: Obj) -> bytes:
        """The object by itself."""
        return b'{"kind":"%b","apiVersion":"%b",%b' % (kind.kind.encode(), kind.api_version.encode(), self.body(kind, obj)[1:])

    def listed(self, kind: Kind, listed: Obj) -> bytes:
        """A list."""
        head = encode({k: v for k, v in listed.items() if k != "items"})
        return b'%b,"items":[%b]}' % (head[:-1], b",".join([self.body(kind, obj) for obj in listed["items"]]))
