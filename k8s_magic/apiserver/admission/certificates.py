"""CertificateSubject: a request for a certificate says who made it; and only who may decide for its signer approves."""

from __future__ import annotations

from k8s_magic.apiserver import reviews
from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.authorization import Access, decide
from k8s_magic.apiserver.errors import forbidden

ORDER = 150
RESOURCES = ("certificatesigningrequests.certificates.k8s.io",)


def admit(attributes: Attributes) -> None:
    """Models csrStrategy.PrepareForCreate."""
    if attributes.operation == "CREATE":
        _sign(attributes)


def validate(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/certificates/{subjectrestriction,approval}."""
    if attributes.operation == "UPDATE" and attributes.subresource == "approval":
        _approve(attributes)


def _sign(attributes: Attributes) -> None:
    spec = attributes.draft.setdefault("spec", {})
    for field in ("username", "uid", "groups", "extra"):
        spec.pop(field, None)
    spec.update(reviews.user_info(attributes.caller))


def _approve(attributes: Attributes) -> None:
    signer = (attributes.draft.get("spec") or {}).get("signerName", "")
    for name in (signer, signer.rpartition("/")[0] + "/*"):
        access = Access("approve", "certificates.k8s.io", "signers", name=name)
        if decide(attributes.store, attributes.caller, access).allowed:
            return
    raise forbidden(attributes.kind, attributes.name, f'user not permitted to approve requests with signerName "{signer}"')
