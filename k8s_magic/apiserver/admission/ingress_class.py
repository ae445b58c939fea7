"""DefaultIngressClass: what an Ingress means that names no class."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.admission.storage_class import default_class
from k8s_magic.kinds.ingresses import CLASS_ANNOTATION
from k8s_magic.objects import meta

ORDER = 160
RESOURCES = ("ingresses.networking.k8s.io",)
IS_DEFAULT = ("ingressclass.kubernetes.io/is-default-class",)


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/network/defaultingressclass."""
    spec = attributes.draft["spec"]
    if attributes.operation != "CREATE" or attributes.subresource:
        return
    if "ingressClassName" in spec or CLASS_ANNOTATION in meta.annotations(attributes.draft):
        return
    default = default_class(attributes.store.items("ingressclasses.networking.k8s.io"), IS_DEFAULT)
    if default is not None:
        spec["ingressClassName"] = meta.name(default)
