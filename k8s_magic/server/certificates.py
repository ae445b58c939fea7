"""A certificate authority of the server's own, and a certificate for loopback."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

NAMES = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@dataclass(frozen=True)
class Certificates:
    """What the server shows, and what clients need to believe it (PEM)."""

    context: ssl.SSLContext
    ca_pem: bytes


def issue() -> Certificates:
    """Make a CA and a server certificate; an ImportError says which extra brings the library."""
    trustme = _library()
    authority = trustme.CA(organization_name="k8s_magic")
    certificate = authority.issue_cert(*NAMES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return Certificates(context, authority.cert_pem.bytes())


def _library() -> Any:
    try:
        import trustme
    except ImportError as error:
        raise ImportError("serving over TLS needs trustme: pip install 'k8s-magic[tls]'") from error
    return trustme
