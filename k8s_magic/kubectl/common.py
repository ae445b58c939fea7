"""What many verbs share: --dry-run, -o, --validate, --field-manager, the annotation of kubectl apply, KEY=VALUE arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted as quoted
from k8s_magic.kubectl.flags import Value
from k8s_magic.kubectl.printers import printer_for
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.edit import remove_in, set_in
from k8s_magic.objects.meta import Obj

DryRun = Literal["none", "client", "server"]
Validation = Literal["Strict", "Warn", "Ignore"]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def klog(call: Call, where: str, text: str) -> None:
    """A line of klog on stderr; the process id is the simulation's."""
    at = datetime.fromtimestamp(call.client.now(), UTC)
    call.err(f"W{at:%m%d %H:%M:%S.%f}       1 {where}] {text}\n")


def dry_run(call: Call) -> DryRun:
    """What --dry-run says, old spellings included. Models cmdutil.GetDryRunStrategy."""
    value = str(call.flags.get("dry-run", "none"))
    if value in ("none", "client", "server"):
        return value  # type: ignore[return-value]  # mypy does not narrow a str to Literals.
    if value == "unchanged":
        klog(call, "helpers.go:719", "--dry-run is deprecated and can be replaced with --dry-run=client.")
        return "client"
    if value in _TRUE or value in _FALSE:
        new: DryRun = "client" if value in _TRUE else "none"
        where = "helpers.go:733" if value in _TRUE else "helpers.go:736"
        klog(call, where, f"--dry-run={value} is deprecated (boolean value) and can be replaced with --dry-run={new}.")
        return new
    raise UsageError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')


def validation(call: Call) -> Validation:
    """What --validate says. Models cmdutil.GetValidationDirective."""
    value = str(call.flags.get("validate", "strict"))
    if value in _TRUE or value == "strict":
        return "Strict"
    if value in _FALSE or value == "ignore":
        return "Ignore"
    if value == "warn":
        return "Warn"
    raise UsageError(f'invalid - validate option "{value}"; must be one of: strict (or true), warn, ignore (or false)')


def write_options(call: Call, dry: DryRun = "none", *, validate: bool = True) -> WriteOptions:
    """Query parameters of a write, from --field-manager, --validate and a dry run on the server."""
    checks = validation(call) if validate and "validate" in call.flags.values else ""
    return WriteOptions(dry_run=dry == "server", field_manager=call.flags.get("field-manager") or "kubectl", field_validation=checks)


def suffixed(operation: str, dry: DryRun) -> str:
    """`created`, `created (dry run)`, `created (server dry run)`."""
    return operation + {"none": "", "client": " (dry run)", "server": " (server dry run)"}[dry]


def object_printer(call: Call, operation: str, dry: DryRun = "none", *, typed: bool = False) -> Callable[[Obj], None]:
    """Prints objects as -o asks, or `kind/name operation` without it. Models genericclioptions.PrintFlags."""
    output = str(call.flags.get("output") or "")
    printer = printer_for(
        output,
        template=call.flags.get("template") or "",
        allow_missing=call.flags.get("allow-missing-template-keys", True),
        show_managed_fields=bool(call.flags.get("show-managed-fields")),
        typed=typed,
        operation=suffixed(operation, dry),
        files=call.environment.files,
    )
    return lambda obj: printer.write(obj, call.out)


def encoded(obj: Obj, *, typed: bool = False) -> str:
    """An object as kubectl writes it into the annotation: a line of JSON, without itself. Models util.GetModifiedConfiguration.

    Of an object made here (`typed`) Go leaves out what is empty, and keeps the order of its fields.
    """
    annotations = (obj["metadata"].get("annotations") or {}) if obj.get("metadata") else {}
    others = {k: v for k, v in annotations.items() if k != LAST_APPLIED}
    bare = set_in(obj, ["metadata", "annotations"], others) if others or not typed else remove_in(obj, ["metadata", "annotations"])
    return json.dumps(bare, separators=(",", ":"), sort_keys=not typed, ensure_ascii=False) + "\n"


def with_last_applied(obj: Obj, *, typed: bool = False) -> Obj:
    """The object with its own text in the annotation of kubectl apply."""
    return set_in(obj, ["metadata", "annotations", LAST_APPLIED], encoded(obj, typed=typed))  # type: ignore[no-any-return]


def with_renewed_annotation(call: Call, obj: Obj, *, typed: bool = False) -> Obj:
    """As --save-config asks for it, or where the object has the annotation already. Models util.CreateOrUpdateAnnotation."""
    annotations = obj["metadata"].get("annotations") or {}
    return with_last_applied(obj, typed=typed) if call.flags.get("save-config") or LAST_APPLIED in annotations else obj


def creatable(obj: Obj) -> Obj:
    """The object as it may be created: a manifest may have been read from a server once. Models resource.Helper.Create."""
    return remove_in(obj, ["metadata", "resourceVersion"])  # type: ignore[no-any-return]


def without(obj: Obj, *paths: tuple[str, ...]) -> Obj:
    """The object without what stands at `paths`."""
    for path in paths:
        obj = remove_in(obj, path)
    return obj


def split_pairs(args: Iterable[str], what: str) -> tuple[list[str], list[str]]:
    """(resources, KEY=VALUE and KEY- pairs). Models cmdutil.GetResourcesAndPairs."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if ("=" in arg and arg[0] != "=") or (arg.endswith("-") and arg != "-"):
            pairs.append(arg)
        elif pairs:
            raise UsageError(f"all resources must be specified before {what} changes: {arg}")
        else:
            resources.append(arg)
    return resources, pairs


def parse_pairs(pairs: Iterable[str], what: str, *, may_remove: bool) -> tuple[dict[str, str], list[str]]:
    """(new values, keys to remove). Models cmdutil.ParsePairs."""
    new: dict[str, str] = {}
    remove: list[str] = []
    bad: list[str] = []
    for pair in pairs:
        if "=" in pair and pair[0] != "=":
            key, _, value = pair.partition("=")
            new[key] = value
        elif may_remove and pair.endswith("-") and pair != "-":
            remove.append(pair[:-1])
        else:
            bad.append(pair)
    if bad:
        raise UsageError(f"invalid {what} format: {', '.join(bad)}")
    return new, remove


def flag(call: Call, name: str) -> Value:
    """A flag's value where the user gave it, else None."""
    return call.flags[name] if call.flags.changed(name) else None


def one_name(call: Call) -> str:
    """The NAME that a generator needs. Models create.NameFromCommandArgs."""
    count = len(call.args) if call.dash == -1 else call.dash
    if count != 1:
        raise call.usage_error(f"exactly one NAME is required, got {count}")
    check_flags(call)
    return call.args[0]


def check_flags(call: Call) -> None:
    """Refuse wrong values of --dry-run, -o and --validate, which is done before anything else is looked at."""
    value = str(call.flags.get("dry-run", "none"))
    if value not in ("none", "client", "server", "unchanged", *_TRUE, *_FALSE):
        raise UsageError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')
    object_printer(call, "")
    validation(call)
