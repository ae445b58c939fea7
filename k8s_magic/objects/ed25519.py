"""Ed25519 signatures (RFC 8032): of a key and a message there is one only, so they are the same on every machine.

Slow and open to whoever measures its time; the keys here come from the cluster's seed, which is no secret.
"""

from __future__ import annotations

import hashlib

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def public_key(secret: bytes) -> bytes:
    """The public key of 32 secret bytes."""
    return _packed(_times(_scalar(secret)[0], _BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """The signature of `message`, 64 bytes."""
    scalar, prefix = _scalar(secret)
    public = _packed(_times(scalar, _BASE))
    nonce = _number(prefix, message)
    commitment = _packed(_times(nonce, _BASE))
    return commitment + ((nonce + _number(commitment, public, message) * scalar) % _ORDER).to_bytes(32, "little")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is that of `message` by the key's owner."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment, answer = _unpacked(public), _unpacked(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or answer >= _ORDER:
        return False
    right = _sum(commitment, _times(_number(signature[:32], public, message), key))
    left = _times(answer, _BASE)
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % _ORDER


def _scalar(secret: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


def _sum(a: Point, b: Point) -> Point:
    """Of two points in extended coordinates."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    across, along = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, along - across, along + across, right + left
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _sum(result, point)
        point = _sum(point, point)
        number >>= 1
    return result


def _packed(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpacked(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, odd = number & ((1 << 255) - 1), number >> 255
    x = _across(y, odd)
    return None if x is None else (x, y, 1, x * y % _P)


def _across(y: int, odd: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if odd else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != odd else x


def _base() -> Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _across(y, 0)
    assert x is not None
    return (x, y, 1, x * y % _P)


_BASE = _base()
