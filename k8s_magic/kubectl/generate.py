"""What the generators of `kubectl create` share: metadata, the request, and the words for its failure.

A generator makes its object in the order of Go's struct fields, because -o json prints it so.
"""

from __future__ import annotations

import re
from typing import Any

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj


def metadata(call: Call, name: str, *, namespaced: bool = True, **more: Any) -> Obj:
    """metadata of a new object: the namespace only where -n gave it; empty fields left out."""
    namespace = call.namespace if namespaced and call.explicit_namespace else ""
    fields: Obj = {"name": name, "namespace": namespace, **more}
    return {key: value for key, value in fields.items() if value}


def in_order(values: dict[str, str]) -> dict[str, str]:
    """A map in the order of its keys, as Go writes maps."""
    return dict(sorted(values.items()))


def compact(**fields: Any) -> Obj:
    """An object without the fields that are None or empty lists, as Go's omitempty leaves them out."""
    return {key: value for key, value in fields.items() if value is not None and value != []}


def submit(call: Call, obj: Obj, resource: str, failure: str = "", *, namespaced: bool = True, annotate: bool = True) -> None:
    """Create the object as --dry-run says and print it; `failure` stands before the server's words."""
    dry = common.dry_run(call)
    show = common.object_printer(call, "created", dry, typed=True)
    options = common.write_options(call, dry)
    if annotate:
        obj = common.with_renewed_annotation(call, obj, typed=True)
    if dry != "client":
        try:
            obj = call.client.create(resource, obj, call.namespace if namespaced else "", options=options)
        except ApiError as error:
            if not failure:
                raise
            raise UsageError(f"{failure} {error}") from None
    show(obj)


def container(name: str, image: str, command: list[str] | None = None, ports: list[Obj] | None = None) -> Obj:
    """A container as typed clients send it, with the struct of resources that is never left out."""
    return {**compact(name=name, image=image or None, command=command or None, ports=ports), "resources": {}}


def command_of(call: Call) -> list[str]:
    """What stands behind NAME, normally after `--`."""
    return call.args[1:]


def label_selector(text: str) -> Obj:
    """A metav1.LabelSelector from the string syntax. Models metav1.ParseToLabelSelector."""
    try:
        parsed = selectors.parse(text)
    except selectors.SelectorError as error:
        raise UsageError(f"couldn't parse the selector string {common.quoted(text)}: {error}") from None
    names = {"in": "In", "notin": "NotIn", "exists": "Exists", "!": "DoesNotExist"}
    labels: dict[str, str] = {}
    expressions: list[Obj] = []
    for term in parsed.requirements:
        if term.operator in ("=", "=="):
            labels[term.key] = term.values[0]
        elif term.operator in names:
            expressions.append(compact(key=term.key, operator=names[term.operator], values=sorted(term.values)))
        else:
            raise UsageError(f'"{term.operator}" is not a valid label selector operator')
    return compact(matchLabels=labels or None, matchExpressions=expressions)


def int_or_string(text: str) -> int | str:
    """A port or amount: a number where it is one."""
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else text


def parse_port(text: str, *, allow_zero: bool = False) -> int:
    """A port number, in strconv's words where it is none. Models utilnet.ParsePort."""
    if not re.fullmatch(r"\d+", text):
        raise UsageError(f"strconv.ParseUint: parsing {common.quoted(text)}: invalid syntax")
    if int(text) > 65535:
        raise UsageError(f"strconv.ParseUint: parsing {common.quoted(text)}: value out of range")
    if int(text) == 0 and not allow_zero:
        raise UsageError("0 is not a valid port number")
    return int(text)


def binding_subjects(call: Call) -> list[Obj]:
    """Subjects of --user, --group and --serviceaccount."""
    group = "rbac.authorization.k8s.io"
    subjects: list[Obj] = [{"kind": "User", "apiGroup": group, "name": user} for user in call.flags["user"]]
    subjects += [{"kind": "Group", "apiGroup": group, "name": name} for name in call.flags["group"]]
    for account in call.flags["serviceaccount"]:
        parts = account.split(":")
        if len(parts) != 2 or not all(parts):
            raise UsageError("serviceaccount must be <namespace>:<name>")
        subjects.append({"kind": "ServiceAccount", "name": parts[1], "namespace": parts[0]})
    return subjects
