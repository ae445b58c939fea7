"""IngressClass: which controller acts on an Ingress."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.errors import invalid, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.objects.meta import Obj

DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


def default(draft: Obj) -> None:
    """Models pkg/apis/networking/v1/defaults.go SetDefaults_IngressClass."""
    parameters = draft.setdefault("spec", {}).get("parameters")
    if parameters is not None:
        parameters.setdefault("scope", "Cluster")


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/networking/validation/validation.go ValidateIngressClassSpec."""
    controller, path = obj["spec"].get("controller", ""), "spec.controller"
    if not controller:
        return [required(path)]
    host, _, rest = controller.partition("/")
    if not host or not rest:
        return [invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    return [invalid(path, host, text) for text in names.subdomain(host)]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new["spec"].get("controller", ""), old["spec"].get("controller", ""), "spec.controller")


def row(obj: Obj, now: float) -> list[Any]:
    meta, spec = obj["metadata"], obj["spec"]
    name = meta["name"] + (" (default)" if (meta.get("annotations") or {}).get(DEFAULT_ANNOTATION) == "true" else "")
    text, parameters = NONE, spec.get("parameters")
    if parameters is not None:
        group = f".{parameters['apiGroup']}" if parameters.get("apiGroup") is not None else ""
        text = f"{parameters.get('kind', '')}{group}/{parameters.get('name', '')}"
    return [name, spec.get("controller", ""), text, age(obj, now)]


KIND = Kind(
    kind="IngressClass",
    plural="ingressclasses",
    group="networking.k8s.io",
    singular="ingressclass",
    namespaced=False,
    columns=(NAME, *texts("Controller", "Parameters"), AGE),
    row=row,
    default=default,
    validate=validate,
    validate_update=validate_update,
    has_generation=True,
)
