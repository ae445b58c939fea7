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


# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for: a client's certificate lasts by the cluster's clock.
NO_CHECK_TIME = 0x200000


def issue(client_ca_pem: bytes) -> Certificates:
    """Make a CA and a server certificate; an ImportError says which extra brings the library.

    A client may show a certificate that `client_ca_pem` has signed.
    """
    trustme = _library()
    authority = trustme.CA(organization_name="k8s_magic")
    certificate = authority.issue_cert(*NAMES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    context.load_verify_locations(cadata=client_ca_pem.decode())
    return Certificates(context, authority.cert_pem.bytes())


def _library() -> Any:
    try:
        import trustme
    except ImportError as error:
        raise ImportError("serving over TLS needs trustme: pip install 'k8s-magic[tls]'") from error
    return trustme
