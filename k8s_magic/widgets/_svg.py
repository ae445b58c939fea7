"""Building SVG as text. Names and messages are users' text: every value is escaped here and nowhere else."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape, quoteattr

FONT: Final = "font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\""
ILLEGAL: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), "\ufffd")


def tag(name: str, /, *children: str, **attributes: str | float | None) -> str:
    """An element; `class_` and `data_id` stand for attributes that Python cannot spell, None leaves an attribute out."""
    written = "".join([_attribute(key, value) for key, value in attributes.items() if value is not None])
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


@lru_cache(maxsize=1 << 15)
def _attribute(key: str, value: str | float) -> str:
    return f" {key.rstrip('_').replace('_', '-')}={quoteattr(text(value))}"


def text(value: str | float) -> str:
    """A number without needless digits, or a string without what XML cannot hold."""
    if isinstance(value, str):
        return value.translate(ILLEGAL)
    return f"{value:.2f}".rstrip("0").rstrip(".")


def label(words: str, x: float, y: float, *, size: float = 11, more: str = "", **attributes: str | float | None) -> str:
    """A line of text; `more` are spans that go on in it."""
    return tag("text", escape(text(words)), more, x=x, y=y, font_size=size, **attributes)


def span(words: str, **attributes: str | float | None) -> str:
    """Text within a line that looks otherwise."""
    return tag("tspan", escape(text(words)), **attributes)


def title(words: str) -> str:
    """What the pointer is told when it rests on the element before which this stands."""
    return tag("title", escape(text(words)))


class Document(str):
    """A whole SVG image that remembers its parts: the opening tag, the children, the closing tag."""

    __slots__ = ("pieces",)
    pieces: tuple[str, ...]


def document(width: float, height: float, name: str, about: str, *children: str) -> Document:
    """A whole SVG image with a name, and a description in words for who cannot see it."""
    size = f'viewBox="0 0 {text(width)} {text(height)}" width="{text(width)}" height="{text(height)}"'
    described = (title(name), tag("desc", escape(text(about))))
    pieces = (f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FONT} role="img">', *described, *children, "</svg>")
    made = Document("".join(pieces))
    made.pieces = pieces
    return made


def pieces_of(svg: str) -> tuple[str, ...]:
    """The parts of an image that are sent once for all frames that have them."""
    return svg.pieces if isinstance(svg, Document) else (svg,)


def group(x: float, y: float, *children: str, id: str | None = None, class_: str | None = None) -> str:
    """Children at a place. The outer group holds the place, the inner one is free for the front end to move."""
    inner = tag("g", *children, data_id=id, class_=class_) if id or class_ else "".join(children)
    return tag("g", inner, transform=f"translate({x:g} {y:g})")


def image(svg: str, alt: str) -> str:
    """The SVG as an <img>, the one form that survives in an untrusted notebook."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f'<img alt={quoteattr(text(alt))} src="data:image/svg+xml;base64,{encoded}" style="max-width:100%">'


def shortened(words: str, limit: int) -> str:
    """At most `limit` characters, cut in the middle: the ends of a pod's name tell most."""
    if len(words) <= limit:
        return words
    head = (limit - 1) // 2
    return f"{words[:head]}…{words[len(words) - (limit - 1 - head) :]}"


def wrapped(words: str, width: int, lines: int) -> list[str]:
    """`words` broken into at most `lines` lines of `width` characters."""
    result = [""]
    for word in words.split():
        if result[-1] and len(result[-1]) + 1 + len(word) > width:
            result.append("")
        result[-1] = f"{result[-1]} {word}".strip()
    if len(result) > lines:
        result = [*result[: lines - 1], result[lines - 1][: width - 2] + " …"]
    return [shortened(line, width) for line in result if line]
