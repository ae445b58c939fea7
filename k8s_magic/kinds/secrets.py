"""Secret: like a ConfigMap, but for what is confidential; values are base64, and its type says which keys it must have."""

from __future__ import annotations

import base64
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.configmaps import SIZE_LIMIT, frozen
from k8s_magic.kinds.errors import invalid, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.metadata import IMMUTABLE
from k8s_magic.objects import gojson
from k8s_magic.objects.meta import Obj

TOKEN = "kubernetes.io/service-account-token"
REQUIRED_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
JSON_TYPES = ("kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson")


def default(draft: Obj) -> None:
    """Models SetDefaults_Secret, and the conversion that moves `stringData` into `data`."""
    if not draft.get("type"):
        draft["type"] = "Opaque"
    plain = draft.pop("stringData", None)
    if plain:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
        draft["data"] = {**(draft.get("data") or {}), **encoded}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateSecret."""
    data = obj.get("data") or {}
    errors = [invalid(f"data[{key}]", key, text) for key in sorted(data) for text in names.config_key(key)]
    if sum(len(value) * 3 // 4 for value in data.values()) > SIZE_LIMIT:
        errors.append(FieldError("FieldValueTooLong", "data", f"Too long: may not be more than {SIZE_LIMIT} bytes"))
    return errors + _by_type(obj["type"], obj, data)


def _by_type(of_type: str, obj: Obj, data: dict[str, str]) -> list[FieldError]:
    if of_type == TOKEN and not (obj["metadata"].get("annotations") or {}).get("kubernetes.io/service-account.name"):
        return [required("metadata.annotations[kubernetes.io/service-account.name]")]
    if of_type == "kubernetes.io/basic-auth" and "username" not in data and "password" not in data:
        return [required("data[username]"), required("data[password]")]
    missing = [required(f"data[{key}]") for key in REQUIRED_KEYS.get(of_type, ()) if key not in data]
    if of_type in JSON_TYPES and not missing:
        return _not_json(REQUIRED_KEYS[of_type][0], data)
    return missing


def _not_json(key: str, data: dict[str, str]) -> list[FieldError]:
    try:
        gojson.loads(base64.b64decode(data[key]))
    except gojson.JSONSyntaxError as error:
        return [invalid(f"data[{key}]", "<secret contents redacted>", str(error))]
    return []


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateSecretUpdate."""
    errors = [invalid("type", new["type"], IMMUTABLE)] if new["type"] != old["type"] else []
    return errors + frozen(new, old, "data")


def prepare_update(draft: Obj, old: Obj) -> None:
    """A type left out is kept. Models pkg/registry/core/secret/strategy.go PrepareForUpdate."""
    draft["type"] = draft.get("type") or old["type"]


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("type", ""), len(obj.get("data") or ()), age(obj, now)]


KIND = Kind(
    kind="Secret",
    plural="secrets",
    singular="secret",
    columns=(NAME, *texts("Type", "Data"), AGE),
    row=row,
    default=default,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    fields={"type": lambda obj: obj.get("type", "")},
)
