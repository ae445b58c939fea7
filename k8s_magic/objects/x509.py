"""Requests for certificates (PKCS 10) and certificates (X.509): what stands in them, and how one is written and signed.

Models crypto/x509 as far as CertificateSigningRequests need it. Not modelled: whether a request is signed by its own key; signatures
other than Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from k8s_magic.objects import der, ed25519

NAMES = {
    "2.5.4.3": "Common Name",
    "2.5.4.5": "Serial Number",
    "2.5.4.10": "Organization",
    "2.5.4.11": "Organizational Unit",
    "2.5.4.6": "Country",
    "2.5.4.7": "Locality",
    "2.5.4.8": "Province",
    "2.5.4.9": "StreetAddress",
    "2.5.4.17": "PostalCode",
}
OIDS = {name: dotted for dotted, name in NAMES.items()}
ALTERNATIVES = {0x81: "Email Addresses", 0x82: "DNS Names", 0x86: "URIs", 0x87: "IP Addresses"}
ALTERNATIVE_NAME, EXTENSION_REQUEST, ED25519 = "2.5.29.17", "1.2.840.113549.1.9.14", "1.3.101.112"
KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_USAGE, SUBJECT_KEY, AUTHORITY_KEY = (f"2.5.29.{n}" for n in (15, 19, 37, 14, 35))
KEY_BITS = {"digital signature": 0, "signing": 0, "content commitment": 1, "key encipherment": 2, "data encipherment": 3}
PURPOSES = {"server auth": "1.3.6.1.5.5.7.3.1", "client auth": "1.3.6.1.5.5.7.3.2", "code signing": "1.3.6.1.5.5.7.3.3"}
REQUEST_BLOCKS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")


class X509Error(ValueError):
    """What is no request, or no certificate."""


@dataclass
class Named:
    """Whom a request or certificate is for, by the names of NAMES and ALTERNATIVES; its key, as it stands there."""

    subject: dict[str, list[str]] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)
    raw_subject: bytes = b""
    raw_key: bytes = b""
    raw_alternatives: bytes = b""

    def first(self, name: str) -> str:
        return self.subject.get(name, [""])[-1]


def pem_block(text: bytes) -> tuple[str, bytes]:
    """(the type, the content) of the first block; ("", b"") where there is none. Models encoding/pem Decode."""
    lines = text.decode("latin-1").splitlines()
    for start, line in enumerate(lines):
        name = line.strip().removeprefix("-----BEGIN ").removesuffix("-----")
        if line.startswith("-----BEGIN ") and f"-----END {name}-----" in lines[start:]:
            body = "".join(lines[start + 1 : lines.index(f"-----END {name}-----", start)])
            try:
                return name, base64.b64decode(body, validate=True)
            except binascii.Error:
                return "", b""
    return "", b""


def pem(name: str, content: bytes) -> bytes:
    body = base64.b64encode(content).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {name}-----\n{lines}\n-----END {name}-----\n".encode()


def parse_request(text: bytes) -> Named:
    """What a request in PEM asks for. Models certificates.ParseCSR."""
    name, content = pem_block(text)
    if name not in REQUEST_BLOCKS:
        raise X509Error("PEM block type must be CERTIFICATE REQUEST")
    try:
        _, subject, key, *attributes = der.read(content).children()[0].children()
        named = Named(_subject(subject), {}, subject.whole, key.whole)
        for attribute in attributes[0].children() if attributes else ():
            kind, values = attribute.children()
            if der.dotted(kind.content) == EXTENSION_REQUEST:
                _read_extensions(values.children()[0], named)
    except (der.DerError, ValueError, IndexError) as error:
        raise X509Error(f"asn1: structure error: {error}") from error
    return named


def _subject(node: der.Node) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in node.children():
        for attribute in part.children():
            kind, value = attribute.children()
            name = NAMES.get(der.dotted(kind.content))
            if name:
                found.setdefault(name, []).append(value.content.decode("utf-8", "replace"))
    return found


def _read_extensions(node: der.Node, named: Named) -> None:
    for extension in node.children():
        kind, *_, value = extension.children()
        if der.dotted(kind.content) != ALTERNATIVE_NAME:
            continue
        named.raw_alternatives = extension.whole
        for each in der.read(value.content).children():
            name = ALTERNATIVES.get(each.tag)
            if name:
                is_ip = name == "IP Addresses"
                text = str(ipaddress.ip_address(each.content)) if is_ip else each.content.decode("latin-1")
                named.alternatives.setdefault(name, []).append(text)


def name_of(*parts: tuple[str, str]) -> bytes:
    """A subject of (name, value) pairs."""
    sets = (der.write(der.SET, der.sequence((der.oid(OIDS[name]), der.write(der.UTF8, text.encode())))) for name, text in parts)
    return der.sequence(sets)


def key_of(secret: bytes) -> bytes:
    """The public key of an Ed25519 secret, as certificates hold it."""
    return der.sequence((_ALGORITHM, der.bits(ed25519.public_key(secret))))


def certificate(
    named: Named,
    issuer: bytes,
    secret: bytes,
    *,
    serial: int,
    begins: float,
    ends: float,
    usages: Sequence[str],
    is_ca: bool = False,
) -> bytes:
    """A certificate in PEM for `named`, signed by the issuer's Ed25519 secret."""
    extensions = _usage(usages, is_ca)
    if not is_ca and (purposes := [PURPOSES[usage] for usage in usages if usage in PURPOSES]):
        extensions.append(_extension(EXTENDED_USAGE, der.sequence(map(der.oid, purposes))))
    extensions.append(_extension(BASIC_CONSTRAINTS, der.sequence([der.write(der.BOOLEAN, b"\xff")] if is_ca else []), critical=True))
    if named.raw_alternatives:
        extensions.append(named.raw_alternatives)
    validity = der.sequence((_time(begins), _time(ends)))
    version = der.write(0xA0, der.integer(2))
    body = der.sequence(
        (
            *(version, der.integer(serial), _ALGORITHM, issuer, validity, named.raw_subject, named.raw_key),
            der.write(0xA3, der.sequence(extensions)),
        )
    )
    return pem("CERTIFICATE", der.sequence((body, _ALGORITHM, der.bits(ed25519.sign(secret, body)))))


def parse_certificate(text: bytes, issuer_secret: bytes) -> tuple[Named, float, float]:
    """(whom it names, when it begins, when it ends); X509Error where the issuer did not sign it."""
    name, content = pem_block(text)
    if name != "CERTIFICATE":
        raise X509Error("no certificate")
    try:
        body, _, signature = der.read(content).children()
        _, _, _, _, validity, subject, key, *_ = body.children()
        begins, ends = (_moment(each) for each in validity.children())
        named = Named(_subject(subject), {}, subject.whole, key.whole)
    except (der.DerError, ValueError, IndexError) as error:
        raise X509Error(f"asn1: structure error: {error}") from error
    if not ed25519.verify(ed25519.public_key(issuer_secret), body.whole, signature.content[1:]):
        raise X509Error("x509: certificate signed by unknown authority")
    return named, begins, ends


def _usage(usages: Sequence[str], is_ca: bool) -> list[bytes]:
    """What the key is for; nothing where nothing is said of that."""
    bits = {5, 6} if is_ca else {KEY_BITS[usage] for usage in usages if usage in KEY_BITS}
    value = bytes([sum(0x80 >> bit for bit in bits)])
    return [_extension(KEY_USAGE, der.bits(value, 7 - max(bits)), critical=True)] if bits else []


def _extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = (der.write(der.BOOLEAN, b"\xff"),) if critical else ()
    return der.sequence((der.oid(dotted), *flag, der.write(der.OCTET_STRING, value)))


def _time(moment: float) -> bytes:
    when = datetime.fromtimestamp(int(moment), UTC)
    if when.year < 2050:
        return der.write(der.UTC_TIME, when.strftime("%y%m%d%H%M%SZ").encode())
    return der.write(der.GENERALIZED_TIME, when.strftime("%Y%m%d%H%M%SZ").encode())


def _moment(node: der.Node) -> float:
    layout = "%y%m%d%H%M%SZ" if node.tag == der.UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(node.content.decode(), layout).replace(tzinfo=UTC).timestamp()


_ALGORITHM = der.sequence((der.oid(ED25519),))
