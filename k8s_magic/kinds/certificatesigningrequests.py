"""CertificateSigningRequest: somebody asks for a certificate, and somebody else approves.

Not modelled: that the request is signed with its own key is not checked.
"""

from __future__ import annotations

import base64
from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects import x509
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj

USAGES = (
    *("any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only"),
    *("digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user"),
    *("key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing"),
    "timestamping",
)
DECIDED = ("Approved", "Denied", "Failed")


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/certificates/validation/validation.go."""
    spec, usages = obj.get("spec") or {}, (obj.get("spec") or {}).get("usages") or []
    errors = _request(spec.get("request", ""))
    errors += [] if usages else [required("spec.usages")]
    errors += [not_supported(f"spec.usages[{i}]", u, USAGES) for i, u in enumerate(usages) if u not in USAGES]
    errors += [duplicate(f"spec.usages[{i}]", usage) for i, usage in enumerate(usages) if usage in usages[:i]]
    signer, seconds = spec.get("signerName", ""), spec.get("expirationSeconds")
    if not signer:
        errors.append(required("spec.signerName"))
    elif signer == "kubernetes.io/legacy-unknown":
        errors.append(invalid("spec.signerName", signer, "the legacy signerName is not allowed via this API version"))
    elif signer.count("/") != 1:
        errors.append(invalid("spec.signerName", signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'"))
    if seconds is not None and seconds < 600:
        errors.append(invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)"))
    return errors


def _request(request: str) -> list[FieldError]:
    try:
        x509.parse_request(base64.b64decode(request))
    except x509.X509Error as error:
        return [invalid("spec.request", request or None, str(error))]
    return []


def validate_conditions(new: Obj, old: Obj) -> list[FieldError]:
    """What `approval` may write."""
    path, conditions = "status.conditions", (new.get("status") or {}).get("conditions") or []
    types = [c.get("type", "") for c in conditions]
    errors = [error for i, c in enumerate(conditions) for error in _condition(c, f"{path}[{i}]")]
    if "Approved" in types and "Denied" in types:
        later = max(("Approved", "Denied"), key=types.index)
        errors.append(invalid(path, later, "Approved and Denied conditions are mutually exclusive"))
    errors += [duplicate(f"{path}[{i}].type", of_type) for i, of_type in enumerate(types) if of_type in types[:i]]
    had = [c.get("type") for c in (old.get("status") or {}).get("conditions") or ()]
    lost = [of_type for of_type in DECIDED if of_type in had and of_type not in types]
    return errors + [forbidden(path, f'updates may not remove a condition of type "{of_type}"') for of_type in lost]


def _condition(condition: Obj, path: str) -> list[FieldError]:
    errors = [] if condition.get("type") else [required(f"{path}.type")]
    status = condition.get("status", "")
    allowed = ["True"] if condition.get("type") in DECIDED else ["False", "True", "Unknown"]
    if not status:
        return [*errors, required(f"{path}.status")]
    return errors if status in allowed else [*errors, not_supported(f"{path}.status", status, allowed)]


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateCertificateSigningRequestStatusUpdate: only `approval` decides."""
    errors = validate_conditions(new, old)
    had = [c.get("type") for c in (old.get("status") or {}).get("conditions") or ()]
    now = [c.get("type") for c in (new.get("status") or {}).get("conditions") or ()]
    added = [of_type for of_type in DECIDED[:2] if of_type in now and of_type not in had]
    return errors + [forbidden("status.conditions", f'updates may not add a condition of type "{of_type}"') for of_type in added]


def prepare_create(draft: Obj) -> None:
    draft["status"] = {}


def prepare_update(draft: Obj, old: Obj) -> None:
    """The specification never changes. Models csrStrategy.PrepareForUpdate."""
    draft["spec"] = old["spec"]


def state(obj: Obj) -> str:
    """Pending, Approved, Denied; with Failed and Issued behind. Models extractCSRStatus."""
    status = obj.get("status") or {}
    types = [c.get("type") for c in status.get("conditions") or ()]
    word = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    return word + (",Failed" if "Failed" in types else "") + (",Issued" if status.get("certificate") else "")


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj["spec"]
    seconds = spec.get("expirationSeconds")
    lasts = human_duration(seconds) if seconds is not None else "<none>"
    return [obj["metadata"]["name"], age(obj, now), spec.get("signerName") or "<none>", spec.get("username", ""), lasts, state(obj)]


KIND = Kind(
    kind="CertificateSigningRequest",
    plural="certificatesigningrequests",
    group="certificates.k8s.io",
    singular="certificatesigningrequest",
    short_names=("csr",),
    namespaced=False,
    subresources=("approval", "status"),
    columns=(NAME, AGE, *texts("SignerName", "Requestor", "RequestedDuration", "Condition")),
    row=row,
    validate=validate,
    validate_status=validate_status,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    name_rule=lambda name: [],
    fields={"spec.signerName": lambda obj: (obj.get("spec") or {}).get("signerName", "")},
)
