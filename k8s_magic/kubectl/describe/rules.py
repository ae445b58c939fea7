"""The policy rules of a Role or ClusterRole, one line a resource."""

from __future__ import annotations

from typing import NamedTuple

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Writer, go_list
from k8s_magic.objects.meta import Obj


class _Line(NamedTuple):
    resource: str
    group: str
    name: str
    url: str


def role(obj: Obj) -> str:
    """Models RoleDescriber: rules are broken down to one resource each, and their verbs put together again."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    parts.both(w, obj)
    w.line("PolicyRule:")
    w.header("Resources", "Non-Resource URLs", "Resource Names", "Verbs")
    for cells in lines(obj.get("rules") or []):
        w.line(*cells, level=1)
    return w.text()


def lines(rules: list[Obj]) -> list[list[str]]:
    """Cells of a table: resource, URLs, names, verbs."""
    found = []
    for line, verbs in sorted(_compact(rules), key=_order):
        urls, names = [line.url] if line.url else [], [line.name] if line.name else []
        found.append([_combined(line), go_list(urls), go_list(names), go_list(verbs)])
    return found


def _order(item: tuple[_Line, list[str]]) -> str:
    """Rules sort by their Go text, whose first difference is in the order of fields Verbs, APIGroups, Resources, ..."""
    line, verbs = item
    fields = (
        ("Verbs", verbs),
        ("APIGroups", [line.group] if not line.url else []),
        ("Resources", [line.resource] if line.resource else []),
    )
    more = (("ResourceNames", [line.name] if line.name else []), ("NonResourceURLs", [line.url] if line.url else []))
    return "".join(f"{title}:[{' '.join(values)}]," for title, values in (*fields, *more))


def _compact(rules: list[Obj]) -> list[tuple[_Line, list[str]]]:
    """What rules allow, by resource. URLs keep a line a verb, as in kubectl."""
    urls = [(_Line("", "", "", url), [verb]) for rule in rules for url in rule.get("nonResourceURLs") or () for verb in rule["verbs"]]
    found: dict[_Line, list[str]] = {}
    for rule in rules:
        lines = [
            _Line(resource, group, name, "")
            for group in rule.get("apiGroups") or ()
            for resource in rule.get("resources") or ()
            for name in rule.get("resourceNames") or [""]
        ]
        for line in lines:
            verbs = found.setdefault(line, [])
            verbs += [verb for verb in rule.get("verbs") or () if verb not in verbs]
    return [*urls, *found.items()]


def _combined(line: _Line) -> str:
    """`deployments.apps/scale`. Models CombineResourceGroup."""
    name, slash, sub = line.resource.partition("/")
    return name + (f".{line.group}" if line.group else "") + slash + sub


def binding(obj: Obj) -> str:
    """Models RoleBindingDescriber."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    parts.both(w, obj)
    w.line("Role:")
    reference = obj.get("roleRef", {})
    w.field("Kind", reference.get("kind", ""), 1)
    w.field("Name", reference.get("name", ""), 1)
    w.line("Subjects:")
    w.header("Kind", "Name", "Namespace")
    for subject in obj.get("subjects") or ():
        w.line(subject.get("kind", ""), subject.get("name", ""), subject.get("namespace", ""), level=1)
    return w.text()
