"""DER, the encoding of certificates and requests for them: tag, length, value, and values within values.

Not modelled: tags above 30, lengths above four bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
BOOLEAN, UTF8, UTC_TIME, GENERALIZED_TIME = 0x01, 0x0C, 0x17, 0x18


class DerError(ValueError):
    """Bytes that are no DER."""


class Node(NamedTuple):
    """One value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list[Node]:
        """The values within."""
        return read_all(self.content)


def read(data: bytes) -> Node:
    """The one value that `data` is."""
    found = read_all(data)
    if len(found) != 1:
        raise DerError("asn1: structure error: trailing data")
    return found[0]


def read_all(data: bytes) -> list[Node]:
    """The values that follow each other."""
    found, at = list[Node](), 0
    while at < len(data):
        node = _read_at(data, at)
        found.append(node)
        at += len(node.whole)
    return found


def _read_at(data: bytes, start: int) -> Node:
    at = start + 2
    if at > len(data):
        raise DerError("asn1: syntax error: data truncated")
    length = data[start + 1]
    if length > 0x80:
        more = length & 0x7F
        if more > 4 or at + more > len(data):
            raise DerError("asn1: syntax error: data truncated")
        length = int.from_bytes(data[at : at + more], "big")
        at += more
    if at + length > len(data):
        raise DerError("asn1: syntax error: data truncated")
    return Node(data[start], data[at : at + length], data[start : at + length])


def write(tag: int, *parts: bytes) -> bytes:
    """A value whose content is `parts` one after the other."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
    """A positive number."""
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(data: bytes, unused: int = 0) -> bytes:
    return write(BIT_STRING, bytes([unused]), data)


def oid(dotted: str) -> bytes:
    """An object identifier such as 2.5.4.3."""
    first, second, *others = map(int, dotted.split("."))
    return write(OID, b"".join(map(_base_128, (first * 40 + second, *others))))


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def dotted(content: bytes) -> str:
    """The object identifier that is the content of a value."""
    numbers, number = list[int](), 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - first * 40, *numbers[1:])))


def sequence(parts: Iterable[bytes]) -> bytes:
    return write(SEQUENCE, *parts)
