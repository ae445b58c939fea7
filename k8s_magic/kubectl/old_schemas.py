"""What `kubectl explain --output=plaintext-openapiv2` shows of a schema. Models kubectl/pkg/explain, which reads OpenAPI v2."""

from __future__ import annotations

import re
from collections.abc import Iterator

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.schemas import Document, Schema

_WIDTH, _FIELDS, _DESCRIPTION, _TEXT, _LEVEL = 80, 3, 5, 2, 3
_BULLET = re.compile(r"(\d+\.?|-|\*)\s")


def page(document: Document, schema: Schema, path: list[str], kind: str, version: str, *, recursive: bool) -> str:
    """The text for a kind or one of its fields."""
    target = schema
    for name in path:
        holder = _holder(document, target)
        fields = document.properties(holder)
        if not fields:
            break  # Below a plain value stands the value itself.
        if name not in fields:
            raise UsageError(f'field "{name}" does not exist')
        target = fields[name]
    return f"KIND:     {kind}\nVERSION:  {version}\n\n" + _model(document, target, path[-1] if path else "", recursive)


def _holder(document: Document, schema: Schema) -> Schema:
    """What has the fields: behind references, arrays and maps."""
    target = document.resolve(schema)
    inner = document.inner(target)
    return _holder(document, inner) if inner is not None else target


def _descriptions(document: Document, schema: Schema) -> Iterator[str]:
    """Of a schema and, after it, of all that it refers to or holds."""
    yield schema.get("description", "")
    target, inner = document.resolve(schema), document.inner(schema)
    if target is not schema:
        yield from _descriptions(document, target)
    elif inner is not None:
        yield from _descriptions(document, inner)


def _model(document: Document, schema: Schema, name: str, recursive: bool) -> str:
    holder, of_type = _holder(document, schema), _type_name(document, schema)
    fields = document.properties(holder)
    head = f"{'RESOURCE:' if fields else 'FIELD:   '} {name} <{of_type}>\n\n" if name and of_type else ""
    text = head + "DESCRIPTION:\n"
    found = [(i, each) for i, each in enumerate(_descriptions(document, schema)) if each]
    for index, each in found:
        text += ("\n" if index else "") + _lines(each, _DESCRIPTION)
    if not found:
        text += " " * _DESCRIPTION + "<empty>\n"
    if not fields:
        return text
    below = _recursive(document, schema, _FIELDS, ()) if recursive else _field_list(document, holder)
    return text + "\nFIELDS:\n" + "".join(below)


def _field_list(document: Document, holder: Schema) -> Iterator[str]:
    for name, field in sorted(document.properties(holder).items()):
        mark = " -required-" if name in (holder.get("required") or ()) else ""
        yield f"{' ' * _FIELDS}{name}\t<{_type_name(document, field)}>{mark}\n{_lines(field.get('description', ''), _FIELDS + _TEXT)}\n"


def _recursive(document: Document, schema: Schema, indent: int, above: tuple[str, ...]) -> Iterator[str]:
    reference = schema.get("$ref", "")
    if reference and reference in above:
        return  # A schema inside itself is shown once.
    above = (*above, reference) if reference else above
    target = document.resolve(schema)
    inner = document.inner(target)
    if inner is not None:
        yield from _recursive(document, inner, indent, above)
        return
    for name, field in sorted(document.properties(target).items()):
        yield f"{' ' * indent}{name}\t<{_type_name(document, field)}>\n"
        yield from _recursive(document, field, indent + _LEVEL, above)


def _type_name(document: Document, schema: Schema) -> str:
    """Models kubectl/pkg/explain/typename.go: structs have no name here, and what may be anything has none at all."""
    target = document.resolve(schema)
    if target.get("items"):
        return "[]" + _type_name(document, target["items"])
    inner = document.inner(target)
    if inner is not None:
        return "map[string]" + _type_name(document, inner)
    if document.properties(target):
        return "Object"
    # What may be anything is read as a map of whatever.
    return "map[string]" if target.get("type", "object") == "object" else str(target["type"])


def _lines(text: str, indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" if line else "\n" for line in _wrapped(text, _WIDTH - indent))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width`; empty lines, lists and what stands behind a colon keep their own. Models wrapString."""
    lines: list[str] = []
    words: list[str] = []

    def flush() -> None:
        if words:
            lines.append(" ".join(words))
            words.clear()

    for part in text.split("\n"):
        if part.startswith("    "):
            flush()
            lines.append(part)
        elif lines and not part.strip():
            flush()
            lines.append("")
        else:
            if not part.strip() or _BULLET.match(part.strip()) or (words and words[-1].endswith(":")):
                flush()
            for word in part.split():
                if words and len(" ".join([*words, word])) > width:
                    flush()
                words.append(word)
    flush()
    return lines
