"""No custom object is made while its definition is on the way out.

Models apiextensions-apiserver pkg/apiserver/customresource_handler.go serveResource, which asks before any admission.
"""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects.meta import Key, is_deleting

ORDER = 0


def admit(attributes: Attributes) -> None:
    """Refuse what would be in the way of the end."""
    if attributes.operation != "CREATE" or attributes.kind.schema is None:
        return
    definition = attributes.store.get("customresourcedefinitions.apiextensions.k8s.io", Key("", attributes.kind.resource))
    if definition is not None and is_deleting(definition):
        why = "create not allowed while custom resource definition is terminating"
        raise forbidden(attributes.kind, attributes.name, why)
