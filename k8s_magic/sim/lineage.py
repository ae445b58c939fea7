"""Randomness by lineage: each draw is a function of the seed and of what the draw is for.

There is no generator with a hidden position, so a draw made for one object never shifts the draw of another.
"""

from __future__ import annotations

import hashlib

# The alphabet of Kubernetes' generated names: no vowels and no look-alikes, so that no words arise.
SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


class Lineage:
    """Draws that depend on `seed` and the words given, and on nothing else."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._seed = str(seed)

    def number(self, *lineage: object) -> int:
        """A 128-bit number for this lineage."""
        text = "\x1f".join([self._seed, *map(str, lineage)])
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")

    def below(self, bound: int, *lineage: object) -> int:
        """A whole number from 0 to `bound` - 1."""
        return self.number(*lineage) % bound

    def uniform(self, low: float, high: float, *lineage: object) -> float:
        """A number from `low` to `high`, in steps of a millionth of the range."""
        return low + (high - low) * self.below(1_000_001, *lineage) / 1_000_000

    def suffix(self, length: int, *lineage: object) -> str:
        """Letters for a generated name, as apimachinery's rand.String makes them."""
        number, letters = self.number(*lineage), []
        for _ in range(length):
            number, index = divmod(number, len(SAFE_ALPHABET))
            letters.append(SAFE_ALPHABET[index])
        return "".join(letters)

    def uid(self, *lineage: object) -> str:
        """A version 4 UUID."""
        number = self.number(*lineage) & ~(0xF << 76) & ~(0x3 << 62) | (0x4 << 76) | (0x2 << 62)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
