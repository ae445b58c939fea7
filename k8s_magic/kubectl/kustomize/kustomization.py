"""kustomization.yaml: read, checked, with the names of yesterday taken as today's."""

from __future__ import annotations

import posixpath
from typing import Any

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.objects.meta import Obj

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_FIELDS = (
    "apiVersion kind metadata openapi namePrefix nameSuffix namespace commonLabels labels commonAnnotations patchesStrategicMerge "
    "patchesJson6902 patches images imageTags replacements replicas vars sortOptions resources components crds bases configMapGenerator "
    "secretGenerator helmGlobals helmCharts helmChartInflationGenerator generatorOptions configurations generators transformers validators "
    "buildMetadata"
).split()
_UNSUPPORTED = ("helmCharts", "helmChartInflationGenerator", "generators", "transformers", "validators", "vars", "crds", "configurations")
_OLD = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
}


def read(environment: Environment, folder: str) -> Obj:
    """The kustomization of a folder. Errors: UsageError in kustomize's words."""
    found = [name for name in NAMES if _exists(environment, posixpath.join(folder, name))]
    if not found:
        raise UsageError(f"unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{folder}'")
    if len(found) > 1:
        raise UsageError(f"Found multiple kustomization files under: {folder}\n")
    text = environment.files.read(posixpath.join(folder, found[0])).decode()
    try:
        content: Any = yamls.load(text, newer=True)
    except yamls.YamlError as error:
        raise UsageError(f"invalid Kustomization: {error}") from None
    if not content:
        raise UsageError("kustomization.yaml is empty")
    if not isinstance(content, dict):
        raise UsageError("invalid Kustomization: json: cannot unmarshal into Go value of type types.Kustomization")
    _check(content)
    for old, new in _OLD.items():
        if content.get(old):
            fix = "Run 'kustomize edit fix' to update your Kustomization automatically."
            environment.err(f"# Warning: '{old}' is deprecated. Please use '{new}' instead. {fix}\n")
    return content


# Values that people write without quotes, and what Go calls their places.
_TEXTS = {
    "namePrefix": "Kustomization.namePrefix",
    "nameSuffix": "Kustomization.nameSuffix",
    "namespace": "Kustomization.namespace",
    "commonLabels.": "Kustomization.commonLabels",
    "commonAnnotations.": "Kustomization.commonAnnotations",
    "images.newTag": "Image.images.newTag",
    "images.name": "Image.images.name",
    "configMapGenerator.literals": "ConfigMapArgs.configMapGenerator.literals",
    "secretGenerator.literals": "SecretArgs.secretGenerator.literals",
}


def _check_texts(content: Obj, where: str, field: str) -> None:
    name, _, key = where.partition(".")
    found = content.get(name)
    if where.endswith("."):
        found = list(found.values()) if isinstance(found, dict) else []
    elif key:
        found = [entry.get(key) for entry in found or () if isinstance(entry, dict)]
    for value in found if isinstance(found, list) else [found]:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, (bool, int, float)):
                kind = "bool" if isinstance(one, bool) else "number"
                raise UsageError(f"invalid Kustomization: json: cannot unmarshal {kind} into Go struct field {field} of type string")


def _check(content: Obj) -> None:
    for name in content:
        if name not in _FIELDS:
            raise UsageError(f'invalid Kustomization: json: unknown field "{name}"')
        if name in _UNSUPPORTED and content[name]:
            raise UsageError(f"kustomize's {name} are not part of this simulated cluster")
    for where, text in _TEXTS.items():
        _check_texts(content, where, text)
    kind = content.get("kind") or "Kustomization"
    if kind not in ("Kustomization", "Component"):
        raise UsageError(f"kustomization errors:\nkind should be Kustomization or Component\n (was {kind})")


def _exists(environment: Environment, path: str) -> bool:
    try:
        return not environment.files.is_dir(path)
    except (OSError, KeyError):
        return False
