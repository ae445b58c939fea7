"""Certificates: what ours write, the cryptography package reads and verifies; and the other way round."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509 as theirs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from k8s_magic.objects import der, x509
from k8s_magic.objects import ed25519 as ours

SECRET = bytes(range(32))
ISSUER = x509.name_of(("Common Name", "kubernetes"))
AT = 1767603600.0


def request() -> bytes:
    names = [theirs.NameAttribute(NameOID.COMMON_NAME, "jane"), theirs.NameAttribute(NameOID.ORGANIZATION_NAME, "devs")]
    others = theirs.SubjectAlternativeName([theirs.DNSName("a.example.com"), theirs.IPAddress(ipaddress.ip_address("10.0.0.9"))])
    builder = theirs.CertificateSigningRequestBuilder().subject_name(theirs.Name(names)).add_extension(others, critical=False)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_request_is_read() -> None:
    named = x509.parse_request(request())
    assert named.subject == {"Common Name": ["jane"], "Organization": ["devs"]}
    assert named.alternatives == {"DNS Names": ["a.example.com"], "IP Addresses": ["10.0.0.9"]}


@pytest.mark.parametrize("text", [b"", b"not a csr", x509.pem("CERTIFICATE", b"x")])
def test_what_is_no_request(text: bytes) -> None:
    with pytest.raises(x509.X509Error, match="PEM block type must be CERTIFICATE REQUEST"):
        x509.parse_request(text)


def test_a_request_of_nonsense() -> None:
    with pytest.raises(x509.X509Error, match="asn1"):
        x509.parse_request(x509.pem("CERTIFICATE REQUEST", b"\x30\x20nonsense"))


def test_our_certificates_are_theirs() -> None:
    named = x509.parse_request(request())
    usages = ("client auth", "digital signature")
    text = x509.certificate(named, ISSUER, SECRET, serial=7, begins=AT, ends=AT + 3600, usages=usages)
    again = x509.certificate(named, ISSUER, SECRET, serial=7, begins=AT, ends=AT + 3600, usages=usages)
    assert text == again
    authority = x509.Named(raw_subject=ISSUER, raw_key=x509.key_of(SECRET))
    root = x509.certificate(authority, ISSUER, SECRET, serial=1, begins=AT, ends=AT + 3600, usages=(), is_ca=True)
    leaf = theirs.load_pem_x509_certificate(text)
    leaf.verify_directly_issued_by(theirs.load_pem_x509_certificate(root))
    assert leaf.subject.rfc4514_string() == "O=devs,CN=jane" and leaf.serial_number == 7
    assert leaf.not_valid_after_utc.timestamp() == AT + 3600
    assert leaf.extensions.get_extension_for_class(theirs.SubjectAlternativeName).value.get_values_for_type(theirs.DNSName) == [
        "a.example.com"
    ]
    assert x509.parse_certificate(text, SECRET)[0].subject == named.subject
    with pytest.raises(x509.X509Error, match="unknown authority"):
        x509.parse_certificate(text, bytes(32))


@pytest.mark.parametrize("message", [b"", b"hello", bytes(1000)])
def test_signatures_are_those_of_the_standard(message: bytes) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET)
    signature = ours.sign(SECRET, message)
    assert signature == key.sign(message)
    assert ours.public_key(SECRET) == key.public_key().public_bytes_raw()
    assert ours.verify(ours.public_key(SECRET), message, signature)
    assert not ours.verify(ours.public_key(SECRET), message + b"x", signature)
    assert not ours.verify(ours.public_key(SECRET), message, signature[:32] + bytes(32))


def test_identifiers_and_lengths() -> None:
    assert der.dotted(der.read(der.oid("1.2.840.113549.1.9.14")).content) == "1.2.840.113549.1.9.14"
    assert der.read(der.write(der.OCTET_STRING, bytes(70_000))).content == bytes(70_000)
    assert der.integer(255) == b"\x02\x02\x00\xff"
