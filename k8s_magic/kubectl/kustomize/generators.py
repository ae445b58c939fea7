"""configMapGenerator and secretGenerator, and the hash of what they make."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from collections.abc import Iterator
from typing import Any

from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.kustomize.resource import Resource
from k8s_magic.objects.meta import Obj

_SAFE = str.maketrans("013ae", "ghkmt")


def generate(environment: Environment, folder: str, entry: Obj, kind: str, options: Obj) -> Resource:
    """The object that one entry of a generator describes."""
    if not entry.get("name"):
        raise UsageError("configmap must have a name" if kind == "ConfigMap" else "secret must have a name")
    pairs = dict(_pairs(environment, folder, entry))
    obj: Obj = {"apiVersion": "v1", "kind": kind, "metadata": _metadata(entry, options)}
    if kind == "Secret":
        obj["data"] = {key: base64.b64encode(value).decode() for key, value in pairs.items()}
        obj["type"] = entry.get("type") or "Opaque"
    else:
        obj.update(_data(pairs))
    if not obj.get("data"):
        obj.pop("data", None)
    own = entry.get("options") or {}
    if own.get("immutable", options.get("immutable")):
        obj["immutable"] = True
    return Resource(obj, hashed=not (own.get("disableNameSuffixHash") or options.get("disableNameSuffixHash")))


def _metadata(entry: Obj, options: Obj) -> Obj:
    own = entry.get("options") or {}
    metadata: Obj = {"name": entry["name"]}
    if entry.get("namespace"):
        metadata["namespace"] = entry["namespace"]
    for field in ("labels", "annotations"):
        if merged := {**(options.get(field) or {}), **(own.get(field) or {})}:
            metadata[field] = merged
    return metadata


def _data(pairs: dict[str, bytes]) -> Obj:
    found: dict[str, dict[str, str]] = {"data": {}, "binaryData": {}}
    for key, value in pairs.items():
        try:
            found["data"][key] = value.decode()
        except UnicodeDecodeError:
            found["binaryData"][key] = base64.b64encode(value).decode()
    return {field: values for field, values in found.items() if values}


def _pairs(environment: Environment, folder: str, entry: Obj) -> Iterator[tuple[str, bytes]]:
    """Keys and values: of env files, of files, of literals. Models kv.Loader.Load."""
    envs = [*(entry.get("envs") or ()), *([entry["env"]] if entry.get("env") else ())]
    for path in envs:
        for line in _read(environment, folder, path).decode("utf-8-sig").splitlines():
            line = line.lstrip()
            if line and not line.startswith("#"):
                key, equals, value = line.partition("=")
                yield key, (value if equals else environment.env.get(key, "")).encode()
    for source in entry.get("files") or ():
        key, equals, path = source.partition("=")
        yield (key, _read(environment, folder, path)) if equals else (posixpath.basename(source), _read(environment, folder, source))
    for literal in entry.get("literals") or ():
        key, equals, value = str(literal).partition("=")
        if not equals or not key:
            raise UsageError(f"invalid literal source {literal}, expected key=value")
        yield key, _unquoted(value).encode()


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _read(environment: Environment, folder: str, path: str) -> bytes:
    where = posixpath.normpath(posixpath.join(folder, path))
    try:
        return environment.files.read(where)
    except (OSError, KeyError):
        raise UsageError(f"evalsymlink failure on '{where}' : lstat {where}: no such file or directory") from None


def merged(old: Resource, new: Resource, behavior: str) -> Resource:
    """An object of a layer below with the entry's data over its own ("merge"), or in place of it ("replace")."""
    obj = dict(new.obj)
    if behavior == "merge":
        for field in ("data", "binaryData"):
            if both := {**(old.obj.get(field) or {}), **(new.obj.get(field) or {})}:
                obj[field] = both
    metadata = dict(obj["metadata"])
    for field in ("labels", "annotations"):
        if both := {**(old.obj["metadata"].get(field) or {}), **(metadata.get(field) or {})}:
            metadata[field] = both
    metadata.update({key: old.obj["metadata"][key] for key in ("name", "namespace") if key in old.obj["metadata"]})
    return Resource({**obj, "metadata": metadata}, old.names, old.layers, old.hashed or new.hashed)


def content_hash(obj: Obj) -> str:
    """Ten letters that change with the content. Models api/hasher."""
    content: dict[str, Any] = {"kind": obj["kind"], "name": "", "data": obj.get("data", "")}
    if obj["kind"] == "Secret":
        content["type"] = obj.get("type", "")
    for field in ("binaryData",) if obj["kind"] == "ConfigMap" else ("stringData",):
        if field in obj:
            content[field] = obj[field]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(character, escape)
    return hashlib.sha256(text.encode()).hexdigest()[:10].translate(_SAFE)
