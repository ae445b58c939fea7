"""`label` and `annotate`: KEY=VALUE sets, KEY- removes, on objects that arguments or files name.

What both share; each verb says how it reads its pairs, what it refuses, and what it prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from k8s_magic.kubectl import builder, common, recording
from k8s_magic.kubectl.builder import Info, Query
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import patches
from k8s_magic.objects.edit import remove_in, set_in
from k8s_magic.objects.meta import Obj

Field = Literal["labels", "annotations"]


@dataclass(frozen=True)
class Marks:
    """What is to be set and removed."""

    field: Field
    new: dict[str, str]
    remove: list[str]

    def applied(self, call: Call, obj: Obj) -> Obj:
        """The object with the changes; it has the field from then on, as after Go's SetLabels."""
        old = obj["metadata"].get(self.field) or {}
        values = {k: v for k, v in {**old, **self.new}.items() if k not in self.remove}
        obj = set_in(obj, ["metadata", self.field], values) if values else remove_in(obj, ["metadata", self.field])
        version = call.flags["resource-version"]
        return set_in(obj, ["metadata", "resourceVersion"], version) if version else obj

    def added(self, obj: Obj) -> bool:
        """Whether a value is new to the object."""
        old = obj["metadata"].get(self.field) or {}
        return any(old.get(key) != value for key, value in self.new.items())

    def removed(self, obj: Obj) -> bool:
        """Whether the object has a key that goes."""
        return any(key in (obj["metadata"].get(self.field) or {}) for key in self.remove)


def check(call: Call, marks: Marks, resources: list[str], dry: DryRun, *, what: str, example: str) -> None:
    """Refuse flags that do not go together. `what` is "label" or "annotation"."""
    flags = call.flags
    if flags["all"] and flags["selector"]:
        raise UsageError("cannot set --all and --selector at the same time")
    if flags["all"] and flags["field-selector"]:
        raise UsageError("cannot set --all and --field-selector at the same time")
    files = flags["filename"] or flags["kustomize"]
    if flags["local"]:
        _check_local(resources, bool(files), dry, example)
    elif not resources and not files:
        raise UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if not marks.new and not marks.remove and not flags["list"]:
        raise UsageError(f"at least one {what} update is required")


def _check_local(resources: list[str], files: bool, dry: DryRun, example: str) -> None:
    if dry == "server":
        raise UsageError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
    ways = f"-f {example}.yaml or --filename={example}.json"
    if resources:
        raise UsageError(f"can only use local files by {ways} when --local=true is set")
    if not files:
        raise UsageError(f"one or more files must be specified as {ways}")


def query(call: Call, resources: list[str]) -> Query:
    """The objects to change; files name objects that are read anew from the server, but for --local."""
    if call.flags["local"]:
        return builder.query_of(call, resources, selector="", field_selector="", all=False, all_namespaces=False)
    # --all stands for "TYPE alone means all of it", and clashes with no selector.
    return builder.query_of(call, resources, all=False, allow_empty_selector=call.flags["all"], latest=True)


def patch(call: Call, info: Info, marks: Marks, dry: DryRun) -> Obj:
    """Send the changes as a merge patch; gives the server's object."""
    old = remove_in(info.obj, ["metadata", "resourceVersion"]) if call.flags["resource-version"] else info.obj
    changed = marks.applied(call, recording.recorded(call, info.obj))
    difference = patches.create_merge_patch(old, changed)
    options = common.write_options(call, dry, validate=False)
    return call.client.patch(info.mapping.resource, info.name, info.namespace, "merge", difference, options=options)


def print_list(call: Call, info: Info, obj: Obj, field: Field, *, single: bool) -> None:
    """--list: KEY=VALUE lines, under a heading where there are several objects."""
    if not single:
        call.out(f"Listing {field} for {info.mapping.kind}.{info.mapping.group}/{info.name}:\n")
    indent = "" if single else " "
    call.out("".join(f"{indent}{key}={value}\n" for key, value in (obj["metadata"].get(field) or {}).items()))
