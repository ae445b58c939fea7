"""What `kubectl explain` shows of a schema: descriptions, types, fields. Models kubectl/pkg/explain/v2 and its plaintext template.

Schemas are OpenAPI v2 definitions with descriptions; a `$ref` with a description beside it stands for v3's allOf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from k8s_magic.objects import packaged

Schema = Mapping[str, Any]
_REF = "#/definitions/"
# These say `type: string` in v2, and in v3 that they may be several.
_TYPELESS = ("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "io.k8s.apimachinery.pkg.api.resource.Quantity")
_MOST_ENUMS = 4


@cache
def _extra() -> dict[str, Any]:
    """What definitions lack: `enums` by definition and field, and `descriptions`; see tests/kubectl/explain_table.py."""
    return packaged.read_json("k8s_magic.kinds", "data/enums-1.36.json.gz")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Document:
    """All definitions by name."""

    definitions: Mapping[str, Schema]

    def resolve(self, schema: Schema) -> Schema:
        """What a reference refers to; anything else is itself."""
        name = _name(schema)
        target = self.definitions.get(name, schema) if name else schema
        note = _extra()["descriptions"].get(name)
        return {**target, "description": note} if note else target

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """The fields of a definition, with the enumerations that only a running server knows."""
        fields: dict[str, Schema] = dict(schema.get("properties") or {})
        for name, (values, note) in self._by_identity.get(id(schema), {}).items():
            if name in fields:
                fields[name] = {**fields[name], "enum": values, "description": fields[name].get("description", "") + note}
        return fields

    @cached_property
    def _by_identity(self) -> dict[int, dict[str, tuple[list[str], str]]]:
        """Enumerations by the definition itself, which does not know its name."""
        return {id(self.definitions[name]): fields for name, fields in _extra()["enums"].items() if name in self.definitions}

    def inner(self, schema: Schema) -> Schema | None:
        """What an array holds, or a map."""
        items = schema.get("items") or schema.get("additionalProperties")
        return items if isinstance(items, Mapping) else None

    # --- Texts ---

    def description(self, schema: Schema) -> str:
        """Its own description and those of what it refers to or holds, one below the other."""
        own = schema.get("description", "")
        text = f"{own}\n" if own else ""
        target = self.resolve(schema)
        if target is not schema:
            return text + self.description(target)
        inner = self.inner(schema)
        return text + (self.description(inner) if inner is not None else "")

    def type_name(self, schema: Schema) -> str:
        """`string`, `PodSpec`, `[]Container`, `map[string]string`."""
        if schema.get("items"):
            return "[]" + self.type_name(schema["items"])
        inner = self.inner(schema)
        if inner is not None:
            return "map[string]" + self.type_name(inner)
        name = _name(schema)
        if name:
            target = self.definitions.get(name, {})
            if name in _TYPELESS or target.get("type", "object") == "object":
                return name.rpartition(".")[2]
            return str(target["type"])
        kind = schema.get("type", "Object")
        return "Object" if kind == "object" else str(kind)

    def page(self, schema: Schema, path: list[str], *, recursive: bool) -> str:
        """The text for a field; empty where the path leads nowhere."""
        target = self.resolve(schema)
        if not path:
            return self._overview(schema, recursive)
        fields = self.properties(target)
        if path[0] in fields:
            head = self._field_head(path[0], fields[path[0]]) if len(path) == 1 else ""
            rest = self.page(fields[path[0]], path[1:], recursive=recursive)
            return head + rest if rest else ""
        inner = self.inner(target)
        return self.page(inner, path, recursive=recursive) if inner is not None else ""

    def _overview(self, schema: Schema, recursive: bool) -> str:
        text = "DESCRIPTION:\n" + indent(wrap(self.description(schema) or "<empty>", 76), 4) + "\n"
        fields = "".join(self._field_list(schema, 1, recursive, ()))
        return text + (f"FIELDS:\n{fields}" if fields else "")

    def _field_head(self, name: str, schema: Schema) -> str:
        values = "".join(f"\n    {value or _EMPTY}" for value in schema.get("enum") or ())
        return f"FIELD: {name} <{self.type_name(schema)}>\n{'ENUM:' if values else ''}{values}\n\n"

    def _field_list(self, schema: Schema, level: int, recursive: bool, above: tuple[str, ...]) -> Iterator[str]:
        name = _name(schema)
        if name and name in above:
            return  # A schema inside itself is shown once.
        target, above = self.resolve(schema), (*above, name)
        for field, below in sorted(self.properties(target).items()):
            yield self._field(field, below, field in (target.get("required") or ()), level, recursive)
            if recursive:
                yield from self._field_list(below, level + 1, True, above)
        inner = self.inner(target)
        if inner is not None:
            yield from self._field_list(inner, level, recursive, above)

    def _field(self, name: str, schema: Schema, required: bool, level: int, short: bool) -> str:
        space = "  " * level
        text = f"{space}{name}\t<{self.type_name(schema)}>{' -required-' if required else ''}"
        values = schema.get("enum")
        if values:
            shown = ", ".join(str(value) or _EMPTY for value in values[:_MOST_ENUMS])
            text += f"\n{space}enum: {shown}{', ....' if len(values) > _MOST_ENUMS else ''}"
        if short:
            return text + "\n"
        wrapped = wrap(schema.get("description") or "<no description>", 78 - 2 * level)
        return f"{text}\n{indent(wrapped, 2 * level + 2)}\n\n"


_EMPTY = '""'


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).removeprefix(_REF)


def indent(text: str, amount: int) -> str:
    """Every line further in, empty ones too."""
    return " " * amount + text.replace("\n", "\n" + " " * amount)


def wrap(text: str, limit: int) -> str:
    """Lines of at most `limit` columns, broken at spaces, which stay as they are otherwise. Models mitchellh/go-wordwrap."""
    out: list[str] = []
    current, space, word = 0, "", ""
    for c in text:
        if c == "\n":
            if word or current + len(space) <= limit:
                out += [space, word]
            out.append(c)
            current, space, word = 0, "", ""
        elif c.isspace() and c != "\xa0":
            if not space or word:
                current += len(space) + len(word)
                out += [space, word]
                space, word = "", ""
            space += c
        else:
            word += c
            if current + len(word) + len(space) > limit and len(word) < limit:
                out.append("\n")
                current, space = 0, ""
    if word or current + len(space) <= limit:
        out += [space, word]
    return "".join(out)
