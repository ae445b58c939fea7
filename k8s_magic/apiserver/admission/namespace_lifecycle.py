"""NamespaceLifecycle: nothing is created in a namespace that does not exist or is being deleted."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import ApiError, forbidden, not_found
from k8s_magic.kinds import registry
from k8s_magic.objects.meta import Key

ORDER = 10
IMMORTAL = ("default", "kube-system", "kube-public")


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/namespace/lifecycle."""
    kind = attributes.kind
    if attributes.operation == "DELETE" and kind.resource == "namespaces" and attributes.name in IMMORTAL:
        raise forbidden(kind, attributes.name, "this namespace may not be deleted")
    if attributes.operation != "CREATE" or not kind.namespaced or attributes.subresource:
        return
    namespace = attributes.store.get("namespaces", Key("", attributes.namespace))
    if namespace is None:
        raise not_found(registry()["namespaces"], attributes.namespace)
    if namespace["metadata"].get("deletionTimestamp"):
        raise _terminating(attributes)


def _terminating(attributes: Attributes) -> ApiError:
    why = f"unable to create new content in namespace {attributes.namespace} because it is being terminated"
    error = forbidden(attributes.kind, attributes.name, why)
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {attributes.namespace} is being terminated",
        "field": "metadata.namespace",
    }
    error.details = {**(error.details or {}), "causes": [cause]}
    return error
