"""The cluster's certificate authority: it signs what CertificateSigningRequests ask for, and knows its own certificates again.

Its key is drawn from the seed, its signatures are Ed25519, and a certificate's serial number comes from the request's lineage; so a
certificate is a function of seed, request and instant, and the same on every machine. Whoever knows the seed can forge it: the
cluster is no place for secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from k8s_magic.apiserver.caller import AUTHENTICATED, Caller
from k8s_magic.objects import x509
from k8s_magic.sim.lineage import Lineage

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

ISSUER = x509.name_of(("Common Name", "kubernetes"))
LONGEST_S, SHORTEST_S = 365 * 24 * 3600, 600
FOUNDED = 1767225600.0  # The beginning of 2026.
BACKDATE_S, SHORT_S = 300, 8 * 3600


def _secret(lineage: Lineage) -> bytes:
    return b"".join(lineage.number("certificate authority", half).to_bytes(16, "big") for half in range(2))


def sign(lineage: Lineage, named: x509.Named, usages: Sequence[str], seconds: int | None, uid: str, now: float) -> bytes:
    """The certificate for a request, in PEM. Models pkg/controller/certificates/{authority,signer}."""
    lasts = LONGEST_S if seconds is None else min(max(seconds, SHORTEST_S), LONGEST_S)
    # What is short-lived counts from the backdated beginning, so that it does not outlive what was asked for.
    begins = now - BACKDATE_S
    ends = (now if lasts < SHORT_S else begins) + lasts
    serial = lineage.number("certificate", uid) >> 1
    return x509.certificate(named, ISSUER, _secret(lineage), serial=serial, begins=begins, ends=ends, usages=usages)


def root(lineage: Lineage) -> bytes:
    """The authority's own certificate, in PEM."""
    named = x509.Named(raw_subject=ISSUER, raw_key=x509.key_of(_secret(lineage)))
    return x509.certificate(named, ISSUER, _secret(lineage), serial=1, begins=FOUNDED, ends=FOUNDED + 10 * LONGEST_S, usages=(), is_ca=True)


def recognized(lineage: Lineage, text: bytes, now: float) -> x509.Named | None:
    """Whom a certificate names; None where it is not ours, or out of date."""
    try:
        named, begins, ends = x509.parse_certificate(text, _secret(lineage))
    except x509.X509Error:
        return None
    return named if begins <= now <= ends else None


def authenticate(api: ApiServer, text: bytes, actor: str = "unknown") -> Caller | None:
    """Whose certificate this is: its common name is the user, its organizations are the groups; None where it is nobody's.

    Models apiserver pkg/authentication/request/x509 CommonNameUserConversion.
    """
    named = recognized(api.lineage, text, api.loop.now)
    if named is None or not named.first("Common Name"):
        return None
    digest = hashlib.sha256(x509.pem_block(text)[1]).hexdigest()
    extra = {"authentication.kubernetes.io/credential-id": (f"X509SHA256={digest}",)}
    groups = (*named.subject.get("Organization", ()), AUTHENTICATED)
    return Caller(actor, named.first("Common Name"), groups, uid="", extra=extra)
