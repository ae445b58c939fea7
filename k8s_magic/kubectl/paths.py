"""-f: files, directories, patterns, URLs and standard input, taken apart into documents."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from k8s_magic.kubectl import kustomize, metadata_check, yamls
from k8s_magic.kubectl.environment import Files, UsageError
from k8s_magic.kubectl.errors import Aggregate, NoSuchResource, Unreachable, quoted
from k8s_magic.kubectl.legacy.manifests import modern
from k8s_magic.kubectl.resources import Mapping, NoKindMatch
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

STDIN = "STDIN"
EXTENSIONS = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class Stream:
    """The text of one file, and the name by which messages call it."""

    source: str
    text: str

    def documents(self, call: Call, validate: bool, local: bool) -> Iterator[tuple[Mapping, Obj] | Exception]:
        """Each object with its resource; what cannot be used comes as an error in its place."""
        parsed = yamls.documents(self.text, self.source)
        while True:
            try:
                document = next(parsed)
            except StopIteration:
                return
            except UsageError as error:
                yield error
                return
            try:
                if validate:
                    metadata_check.check(call, document, self.source)
            except UsageError as error:
                yield error
                return
            yield from self._items(call, document, local)

    def _items(self, call: Call, document: Any, local: bool) -> Iterator[tuple[Mapping, Obj] | Exception]:
        try:
            self._check(document)
            if isinstance(document.get("items"), list):
                for item in document["items"]:
                    yield from map(_in_list, self._items(call, _of_list(document, item), local))
                return
            yield self._mapped(call, document, local)
        except UsageError as error:
            yield error

    def _check(self, document: Any) -> None:
        fault = metadata_check.decode_fault(document)
        if not fault and not document.get("kind"):
            fault = f"Object 'Kind' is missing in '{_compact(document)}'"
        if fault:
            raise UsageError(f"unable to decode {quoted(self.source)}: {fault}")

    def _mapped(self, call: Call, obj: Obj, local: bool) -> tuple[Mapping, Obj]:
        obj = modern(obj, call.environment)
        api_version, kind = obj.get("apiVersion") or "", obj["kind"]
        if local:
            group, _, version = api_version.rpartition("/")
            return Mapping(kind.lower() + "s", group, version, kind), obj
        metadata = obj.get("metadata") or {}
        try:
            return call.mapper.by_kind(api_version, kind), obj
        except NoKindMatch as error:
            name, namespace = quoted(metadata.get("name") or ""), quoted(metadata.get("namespace") or "")
            where = f"resource mapping not found for name: {name} namespace: {namespace} from {quoted(self.source)}"
            raise NotMapped(f"{where}: {error}\nensure CRDs are installed first") from error


class NotMapped(UsageError):
    """An object whose kind the API does not have."""


def _in_list(found: tuple[Mapping, Obj] | Exception) -> tuple[Mapping, Obj] | Exception:
    """Of an item of a List upstream says less, and without `error: ` before it. Models resource.FlattenListVisitor."""
    return NoSuchResource(f"unable to recognize {found.__cause__}") if isinstance(found, NotMapped) else found


def _of_list(document: Obj, item: Any) -> Any:
    """An item of a FooList that does not say what it is, is a Foo. Models unstructuredJSONScheme.decodeToList."""
    kind = str(document["kind"]).removesuffix("List")
    if not isinstance(item, dict) or item.get("kind") or not kind:
        return item
    return {**item, "apiVersion": item.get("apiVersion") or document.get("apiVersion"), "kind": kind}


def _compact(obj: Any) -> str:
    return json.dumps(obj, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def streams(call: Call, filenames: Sequence[str], kustomize_path: str, recursive: bool) -> list[Stream]:
    """Every file that -f means, read; what is wrong with the names is raised together."""
    if kustomize_path:
        if filenames:
            raise UsageError("only one of -f or -k can be specified")
        return [Stream(kustomize_path, "---\n".join(map(yamls.dump, kustomize.build(call, kustomize_path))))]
    found: list[Stream] = []
    errors: list[Exception] = []
    for name in filenames:
        try:
            found += _expand(call, name, recursive)
        except UsageError as error:
            errors.append(error)
    if errors:
        raise Aggregate(errors)
    if not found:
        raise UsageError(f"error reading [{' '.join(filenames)}]: recognized file extensions are [{' '.join(EXTENSIONS)}]")
    return found


def _expand(call: Call, name: str, recursive: bool) -> list[Stream]:
    if name == "-":
        return [Stream(STDIN, call.environment.stdin or "")]
    if name.startswith(("http://", "https://")):
        if (host := urlsplit(name).netloc).partition(":")[0] in ("127.0.0.1", "localhost"):
            raise Unreachable(f"The connection to the server {host} was refused - did you specify the right host or port?")
        return [Stream(name, call.environment.files.fetch(name).decode())]
    files = call.environment.files
    return [stream for path in _matches(files, name) for stream in _walk(files, path, recursive)]


def _matches(files: Files, name: str) -> list[str]:
    """The path itself where it exists, else those that fit it as a pattern."""
    if _exists(files, name):
        return [name]
    folder, _, pattern = name.rpartition("/")
    if any(c in pattern for c in "*?[") and _exists(files, folder or "."):
        found = [n for n in files.list(folder or ".") if fnmatch.fnmatchcase(n, pattern)]
        if found:
            return [f"{folder}/{n}" if folder else n for n in found]
    raise UsageError(f"the path {quoted(name)} does not exist")


def _exists(files: Files, name: str) -> bool:
    try:
        return files.is_dir(name) or bool(files.read(name)) or True
    except OSError as error:
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return False
        raise UsageError(f"the path {quoted(name)} cannot be accessed: {error.strerror}") from None


def _walk(files: Files, path: str, recursive: bool) -> list[Stream]:
    """The file, or the manifests of a directory in the order of their names."""
    if not files.is_dir(path):
        return [Stream(path, files.read(path).decode("utf-8-sig", "replace"))]
    found: list[Stream] = []
    for name in files.list(path):
        inner = f"{path.rstrip('/')}/{name}"
        if files.is_dir(inner):
            found += _walk(files, inner, recursive) if recursive else []
        elif name.endswith(EXTENSIONS):
            found += _walk(files, inner, recursive)
    return found
