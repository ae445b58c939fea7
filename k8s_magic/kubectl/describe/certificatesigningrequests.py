"""kubectl describe certificatesigningrequest: who asks, and what stands in the request."""

from __future__ import annotations

import base64

from k8s_magic.kinds.certificatesigningrequests import state
from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, date, pairs
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.objects import meta, x509
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj

RESOURCE = "certificatesigningrequests.certificates.k8s.io"
_SUBJECT = ("Organization", "Organizational Unit", "Country", "Locality", "Province", "StreetAddress", "PostalCode")
_ALTERNATIVES = ("DNS Names", "Email Addresses", "URIs", "IP Addresses")


def describe(obj: Obj, d: Describer) -> str:
    """Models describeCertificateSigningRequest."""
    w, spec = Writer(), obj["spec"]
    try:
        named = x509.parse_request(base64.b64decode(spec["request"]))
    except x509.X509Error as error:
        raise UsageError(f"Error parsing CSR: {error}") from None
    w.field("Name", meta.name(obj))
    w.field("Labels", pairs(meta.labels(obj)))
    w.field("Annotations", pairs(meta.annotations(obj)))
    w.field("CreationTimestamp", date(obj["metadata"]["creationTimestamp"]))
    w.field("Requesting User", spec.get("username", ""))
    if spec.get("signerName"):
        w.field("Signer", spec["signerName"])
    if spec.get("expirationSeconds") is not None:
        w.field("Requested Duration", human_duration(spec["expirationSeconds"]))
    w.field("Status", state(obj))
    w.line("Subject:")
    for name in ("Common Name", "Serial Number"):
        w.line("", f"{name}:", named.first(name))
    _lists(w, _SUBJECT, named.subject)
    if any(named.alternatives.values()):
        w.line("Subject Alternative Names:")
        _lists(w, _ALTERNATIVES, named.alternatives)
    parts.events(w, d, obj)
    return w.text()


def _lists(w: Writer, names: tuple[str, ...], found: dict[str, list[str]]) -> None:
    for name in names:
        values = found.get(name) or []
        if values:
            w.line("", f"{name}:", values[0])
            for value in values[1:]:
                w.line("", "", value)
