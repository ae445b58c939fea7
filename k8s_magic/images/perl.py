"""perl, as far as the Kubernetes documentation's Job needs it: digits of pi."""

from __future__ import annotations

import re

from k8s_magic.images.context import Context

NAMES = ("perl",)
SIZE = 336_374_010
CMD = ("perl",)
MOST_DIGITS = 10_000


async def main(ctx: Context, argv: list[str]) -> int:
    """`perl -Mbignum=bpi -wle 'print bpi(2000)'` prints pi; other scripts print nothing."""
    match = re.search(r"bpi\((\d+)\)", " ".join(argv))
    if match:
        ctx.stdout(_pi(min(int(match[1]), MOST_DIGITS)) + "\n")
    return 0


def _pi(digits: int) -> str:
    """Machin's formula in whole numbers, rounded at the last digit."""
    one = 10 ** (digits + 10)
    number = 4 * (4 * _arctan_inverse(5, one) - _arctan_inverse(239, one))
    text = str((number + 5 * 10**10) // 10**11)
    return text[0] + "." + text[1:] if len(text) > 1 else text


def _arctan_inverse(x: int, one: int) -> int:
    power = total = one // x
    divisor, sign = 3, -1
    while power:
        power //= x * x
        total += sign * (power // divisor)
        divisor, sign = divisor + 2, -sign
    return total


COMMANDS = {"perl": main}
