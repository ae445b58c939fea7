"""A saved cluster: its constructor's arguments and its log as YAML that people can read, review and keep in a repository.

Last comes a digest of the journal, so that a version that replays the log otherwise can say so.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import warnings
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from k8s_magic import __version__
from k8s_magic.apiserver.store import Store
from k8s_magic.cluster.log import Answered, Called, Command, Divergence, Entry, Log, Moved, Received, Requested, Stopped, Streamed
from k8s_magic.objects import shapes
from k8s_magic.objects.times import parse_time, rfc3339

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

HEAD = "# What was put into a simulated cluster, in order. `%cluster load FILE` or k8s_magic.Cluster.load makes it again.\n"
FORMAT = 1
TYPES: dict[str, type[Any]] = {
    "moved": Moved,
    "kubectl": Command,
    "answer": Answered,
    "call": Called,
    "request": Requested,
    "http": Received,
    "stop": Stopped,
    "stream": Streamed,
}
NAMES = {of: name for name, of in TYPES.items()}
TIMES = ("time", "until", "ended_at", "interrupted_at")
Document = dict[str, Any]
T = TypeVar("T")


class ReplaysOtherwise(UserWarning):
    """A saved cluster has become another one in this version of k8s_magic."""


@dataclass(frozen=True)
class Saved:
    """What stands in a file."""

    where: str
    arguments: dict[str, Any]
    entries: list[Entry]
    version: str
    writes: int
    digest: str
    beginning: int = 0

    def made(self, make: Callable[[], Cluster]) -> Cluster:
        """The cluster that comes of it; ValueError where this version cannot replay it, a warning where it replays it otherwise."""
        try:
            cluster = make()
        except Divergence as error:
            told = f"{self.where} was written by k8s_magic {self.version} and cannot be replayed by {__version__}"
            raise ValueError(f"{told}: {error}") from None
        self._compare(cluster.api.store)
        return cluster

    def _compare(self, store: Store) -> None:
        if digest(store) != self.digest:
            was = f"k8s_magic {self.version} wrote this file and had {self.writes} writes in its journal"
            message = f"{was}; replayed by {__version__} there are {store.revision}, or they differ: what you see may differ, too"
            warnings.warn(message, ReplaysOtherwise, stacklevel=4)


def digest(store: Store) -> str:
    """Of every entry of the journal that is still held: equal for equal journals, to the byte."""
    total = hashlib.blake2b(digest_size=16)
    encoder = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
    for entry in store.journal:
        told = (entry.revision, entry.time, entry.actor, entry.causes, entry.type, entry.resource, entry.key, entry.object)
        total.update(encoder.encode(told).encode())
    return total.hexdigest()


# --- Writing ---


def text(arguments: dict[str, Any], log: Log, store: Store) -> str:
    """The file's text."""
    told: dict[tuple[str, str], Any] = {}
    document = {
        "k8s_magic": __version__,
        "format": FORMAT,
        "cluster": arguments,
        **({"beginning": log.beginning} if log.beginning else {}),
        "log": [_told(entry, told) for entry in log.entries],
        "journal": {"writes": store.revision, "digest": digest(store)},
    }
    return HEAD + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _told(entry: Entry, told: dict[tuple[str, str], Any]) -> Document:
    """An entry as plain data, without the fields that have their defaults."""
    data = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if field.name == "revision_before":
            continue  # It follows from the rest.
        if default is MISSING or value != default:
            data[field.name] = _instant(value) if field.name in TIMES and value is not None else _plain(value)
    if isinstance(entry, Moved):
        return {"moved": data["until"]}
    if isinstance(entry, Command):
        return _command_told(entry, data)
    if isinstance(entry, Answered):
        return _answer_told(entry, data, told)
    return {NAMES[type(entry)]: data}


def _command_told(entry: Command, data: Document) -> Document:
    del data["argv"]
    data.pop("asked_for_write", None)  # The replay finds out.
    number, time, stdin = data.pop("number"), data.pop("time"), data.pop("stdin")
    said: Document = {"kubectl": shlex.join(entry.argv)} if entry.how != "terminal" else {"terminal": stdin or ""}
    if stdin is not None and entry.how != "terminal":
        said["stdin"] = stdin
    return {"number": number, "time": time, **said, **data}


def _answer_told(entry: Answered, data: Document, told: dict[tuple[str, str], Any]) -> Document:
    """What was answered; one word where it is what it was the last time."""
    key, value = (entry.asked, entry.about), (entry.answer, entry.errno, entry.refusal)
    same = key in told and told[key] == value
    told[key] = value
    del data["asked"], data["about"]
    return {entry.asked: entry.about, **({"as": "before"} if same else data)}


def _instant(seconds: float) -> str:
    """An RFC 3339 time with milliseconds, the clock's own."""
    thousandths = round(seconds * 1000)
    return f"{rfc3339(thousandths // 1000)[:-1]}.{thousandths % 1000:03}Z"


def _seconds(told: str) -> float:
    if not isinstance(told, str) or not told.endswith("Z"):
        raise ValueError(f"{told} is no time such as '2026-01-05T09:00:00.000Z'")
    whole, _, thousandths = told.removesuffix("Z").partition(".")
    return (round(parse_time(whole + "Z")) * 1000 + int(thousandths or 0)) / 1000


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, bytes):
        try:
            readable = value.decode()
        except UnicodeDecodeError:
            return value
        return {"text": readable}
    return value


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as such; nothing is written once and referred to."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _represent)


# --- Reading ---


def parse(content: str, where: str, born: Callable[..., None]) -> Saved:
    """What stands in a file's text; ValueError where it is none of ours. `born` takes the cluster's arguments."""
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(f"{where} is no saved cluster: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict) or "k8s_magic" not in document or not isinstance(document.get("log"), list):
        raise ValueError(f"{where} is no saved cluster")
    if document.get("format") != FORMAT:
        raise ValueError(f"{where} was saved by k8s_magic {document['k8s_magic']} in a form that {__version__} does not know")
    arguments, journal = document.get("cluster") or {}, document.get("journal") or {"writes": 0, "digest": ""}
    told: dict[tuple[str, str], Answered] = {}
    try:
        shapes.check(born, arguments, "cluster")
        entries = [_numbered_entry(number, data, told) for number, data in enumerate(document["log"], start=1)]
        found = {**journal, "where": where, "arguments": arguments, "entries": entries, "version": str(document["k8s_magic"])}
        shapes.check(Saved, {**found, "beginning": document.get("beginning", 0)}, "journal")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} is damaged: {error}") from None
    return Saved(**found, beginning=document.get("beginning", 0))


def _numbered_entry(number: int, data: Any, told: dict[tuple[str, str], Answered]) -> Entry:
    """An entry of the file's log, counted from 1; ValueError where it is none."""
    if not isinstance(data, dict) or not data:
        raise ValueError(f"entry {number} of the log is no mapping")
    try:
        return _entry(data, told)
    except KeyError as error:
        raise ValueError(f"entry {number} of the log: {error} was not answered before") from None
    except ValueError as error:
        raise ValueError(f"entry {number} of the log: {error}") from None


def _entry(data: Document, told: dict[tuple[str, str], Answered]) -> Entry:
    data = {name: _seconds(value) if name in TIMES and isinstance(value, str) else value for name, value in data.items()}
    if "moved" in data:
        return Moved(_seconds(data["moved"]))
    if "kubectl" in data or "terminal" in data:
        return _command(data)
    (name, given), *rest = data.items()
    if name not in TYPES:
        return _answer({"asked": name, "about": given}, dict(rest), told)
    if not isinstance(given, dict):
        raise ValueError(f"{name} is no mapping")
    known = {field: _seconds(value) if field in TIMES else _read(value) for field, value in given.items()}
    return _made(TYPES[name], known)  # type: ignore[no-any-return]


def _made(entry: type[T], fields: Document) -> T:
    shapes.check(entry, fields, entry.__name__)
    return entry(**fields)


def _command(data: Document) -> Command:
    script = data.pop("terminal", None)
    argv = ("%%terminal",) if script is not None else tuple(shlex.split(str(data.pop("kubectl"))))
    stdin = script if script is not None else data.pop("stdin", None)
    return _made(Command, {**data, "argv": argv, "stdin": stdin, "revision_before": 0})


def _answer(question: Document, data: Document, told: dict[tuple[str, str], Answered]) -> Answered:
    key = (question["asked"], str(question["about"]))
    if data.get("as") == "before":
        return replace(told[key])
    told[key] = entry = _made(Answered, {**question, **{name: _read(value) for name, value in data.items()}})
    return entry


def _read(value: Any) -> Any:
    """Back from `_plain`."""
    if isinstance(value, dict):
        if list(value) == ["text"] and isinstance(value["text"], str):
            return value["text"].encode()
        return {name: _read(each) for name, each in value.items()}
    return [_read(each) for each in value] if isinstance(value, list) else value
