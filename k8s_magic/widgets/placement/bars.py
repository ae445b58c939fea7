"""A node's resources as bars: a part for each pod's request, a mark at the sum of limits, a dark line for what is used."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.widgets._moods import BAR, BAR_FILL
from k8s_magic.widgets._svg import tag
from k8s_magic.widgets._words import SMALL, words
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.scene import Account

USED, LIMIT = "#0b4f9e", "#bc4c00"
WORDS: dict[str, Callable[[int], str]] = {"cpu": cpu_text, "memory": memory_text}


def block(what: str, account: Account, x: float, y: float, width: float) -> str:
    """A resource's bar, with what is requested above it, and what is allowed and used below."""
    amount = WORDS[what]
    share = f"{100 * account.requested // account.whole}%" if account.whole else ""
    parts = [
        words(what, x, y + 9, size=SMALL, bold=True),
        words(f"{amount(account.requested)} of {amount(account.whole)}", x + (26 if what == "cpu" else 50), y + 9, size=SMALL),
        words(share, x + width, y + 9, size=SMALL, tone="soft", text_anchor="end"),
        bar(account, x, y + 13, width, 8),
        words(f"limits {amount(account.limits)}" if account.limits else "no limits", x, y + 32, size=SMALL, tone="soft"),
    ]
    if account.used is not None:
        parts.append(words(f"used {amount(account.used)}", x + width, y + 32, size=SMALL, tone="soft", text_anchor="end"))
    return "".join(parts)


def bar(account: Account, x: float, y: float, width: float, height: float) -> str:
    """The bar alone."""
    whole = account.whole or 1
    parts = [tag("rect", class_="k8sm-bar", x=x, y=y, width=width, height=height, rx=2, fill=BAR)]
    if path := _shares(account, x, y, width, height):
        parts.append(tag("path", class_="k8sm-fill", d=path, fill=BAR_FILL))
    if account.used is not None:
        taken = max(min(account.used / whole, 1) * width, 1)
        thick = round(height / 3)
        parts.append(tag("rect", class_="k8sm-used", x=x, y=y + height - thick, width=taken, height=thick, fill=USED))
    if account.limits:
        parts.append(limit_mark(x + min(account.limits / whole, 1) * width, y, height, beyond=account.limits > whole))
    return "".join(parts)


def limit_mark(x: float, y: float, height: float, *, beyond: bool = False) -> str:
    """A stroke across the bar; an arrow at its end where more is allowed than there is."""
    if beyond:
        return tag("path", class_="k8sm-allowed", d=f"M{x - 5:.5g} {y - 1:.5g}l6 {height / 2 + 1:.5g}l-6 {height / 2 + 1:.5g}z", fill=LIMIT)
    return tag("rect", class_="k8sm-allowed", x=x - 1, y=y - 2, width=2, height=height + 4, fill=LIMIT)


def _shares(account: Account, x: float, y: float, width: float, height: float) -> str:
    path, at, end = [], x, x + width
    for share in account.requests:
        part = min(width * share / (account.whole or 1), end - at)
        if part > 0:
            drawn = max(part - 1, 0.5)
            path.append(f"M{at:.4g} {y:g}h{drawn:.4g}v{height:g}h{-drawn:.4g}z")
        at += part
    return "".join(path)


def in_words(what: str, account: Account) -> str:
    """As in "cpu 750m of 2 requested, limits 3, used 53m"."""
    amount = WORDS[what]
    limits = f"limits {amount(account.limits)}" if account.limits else "no limits"
    used = f", used {amount(account.used)}" if account.used is not None else ""
    return f"{what} {amount(account.requested)} of {amount(account.whole)} requested, {limits}{used}"
