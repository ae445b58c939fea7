"""replacements: a field of one object copied into fields of others. Models filters/replacement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.kustomize.resource import Resource
from k8s_magic.objects.meta import Obj


def replace(resources: list[Resource], entries: Iterable[Obj]) -> None:
    """Carry out the replacements in their order."""
    for entry in entries:
        source = entry.get("source") or {}
        value = entry["sourceValue"] if "sourceValue" in entry else _value(resources, source)
        for target in entry.get("targets") or ():
            _put(resources, target, value)


def _value(resources: list[Resource], source: Obj) -> Any:
    found = [resource for resource in resources if _selected(resource, source)]
    if len(found) != 1:
        raise UsageError(f"{'multiple matches' if found else 'nothing selected'} by {_shown(source)}")
    value: Any = found[0].obj
    path = source.get("fieldPath") or "metadata.name"
    for step in _steps(path):
        value = _child(value, step)
        if value is None:
            raise UsageError(f"fieldPath `{path}` is missing for replacement source {found[0].id}")
    options = source.get("options") or {}
    return str(value).split(options["delimiter"])[options.get("index", 0)] if options.get("delimiter") else value


def _shown(source: Obj) -> str:
    return f"{'.'.join(filter(None, (source.get('kind'), source.get('version'), source.get('group'))))}/{source.get('name', '')}"


def _selected(resource: Resource, select: Obj) -> bool:
    for key in ("group", "version", "kind"):
        if select.get(key) and select[key] != getattr(resource, key):
            return False
    fits = not select.get("name") or resource.was_named(select["name"])
    return fits and (not select.get("namespace") or select["namespace"] in (resource.namespace, *(space for _, space in resource.names)))


def _put(resources: list[Resource], target: Obj, value: Any) -> None:
    rejected = target.get("reject") or ()
    for resource in resources:
        if _selected(resource, target.get("select") or {}) and not any(_selected(resource, one) for one in rejected):
            for path in target.get("fieldPaths") or ("metadata.name",):
                resource.obj = _set(resource.obj, _steps(path), value, target.get("options") or {}, path, resource)


def _set(obj: Any, steps: list[str], value: Any, options: Obj, path: str, resource: Resource) -> Any:
    if not steps:
        return _joined(obj, value, options)
    step, rest = steps[0], steps[1:]
    if isinstance(obj, list):
        return [_set(item, rest, value, options, path, resource) if _fits(item, index, step) else item for index, item in enumerate(obj)]
    if not isinstance(obj, dict) or (step not in obj and not options.get("create")):
        raise UsageError(f'unable to find field "{path}" in replacement target')
    return {**obj, step: _set(obj.get(step, {} if rest else None), rest, value, options, path, resource)}


def _joined(old: Any, value: Any, options: Obj) -> Any:
    if not options.get("delimiter"):
        return value
    parts, index = str(old).split(options["delimiter"]), options.get("index", 0)
    if index < 0:
        parts.insert(0, str(value))
    elif index >= len(parts):
        parts.append(str(value))
    else:
        parts[index] = str(value)
    return str(options["delimiter"]).join(parts)


def _steps(path: str) -> list[str]:
    """a.b.[name=c].d and a.b.0.d as steps; a dot within brackets or behind a backslash does not divide."""
    return [step.replace("\\.", ".") for step in re.findall(r"(?:\[[^\]]*\]|\\.|[^.\[])+", path)]


def _child(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return next((item for index, item in enumerate(value) if _fits(item, index, step)), None)
    return value.get(step) if isinstance(value, dict) else None


def _fits(item: Any, index: int, step: str) -> bool:
    if step == "*":
        return True
    if step.startswith("["):
        key, _, wanted = step[1:-1].partition("=")
        return isinstance(item, dict) and str(item.get(key)) == wanted
    return step == str(index)
