"""kubectl explain: what a kind is and what its fields mean. Models kubectl/pkg/cmd/explain."""

from __future__ import annotations

import re

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import old_schemas
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.schemas import Document, Schema
from k8s_magic.kubectl.verb import Call, Verb

SUGGEST = 'Use "kubectl api-resources" for a complete list of supported resources.'
# What a JSONPath may hold beside the names of fields.
_NO_FIELDS = re.compile(r"\.\.|[\[\]*@]")
_KINDS = "x-kubernetes-group-version-kind"


async def run(call: Call) -> int | None:
    """Print the page of a kind, or of one of its fields."""
    if not call.args:
        raise UsageError(f"You must specify the type of resource to explain. {SUGGEST}\n")
    if len(call.args) > 1:
        raise UsageError("We accept only this format: explain RESOURCE\n")
    if call.flags["output"] not in ("plaintext", "plaintext-openapiv2"):
        raise UsageError(f"unrecognized format: {call.flags['output']}")
    mapping, path = _target(call, call.args[0])
    group, version = mapping.group, mapping.version
    if given := call.flags["api-version"]:
        if given.count("/") > 1:
            raise UsageError(f"unexpected GroupVersion string: {given}")
        group, _, version = given.rpartition("/")
    document, schema = _schema(call, mapping, group, version)
    if call.flags["output"] == "plaintext-openapiv2":
        api_version = f"{group}/{version}" if group else version
        call.out(old_schemas.page(document, schema, path, mapping.kind, api_version, recursive=call.flags["recursive"]))
        return None
    call.out((f"GROUP:      {group}\n" if group else "") + f"KIND:       {mapping.kind}\nVERSION:    {version}\n\n")
    text = document.page(schema, path, recursive=call.flags["recursive"])
    if not text:
        raise UsageError(f'field "{path[-1]}" does not exist')
    call.out(text + "\n")
    return None


def _target(call: Call, text: str) -> tuple[Mapping, list[str]]:
    """(resource, path of fields) of `pods.spec.containers` or `ingresses.networking.k8s.io.spec`."""
    if _NO_FIELDS.search(f".{text.removesuffix('.')}"):
        raise UsageError("invalid jsonpath syntax, first node must be field node")
    words = re.split(r"(?<!\\)\.", text.rstrip("."))
    try:
        found = call.mapper.by_type(words[0])
    except UsageError as error:
        call.err(f"{error}\n")
        raise Exit(1) from None
    for mapping in call.mapper.mappings:
        named = mapping.plural == found.plural and mapping.group
        if named and not call.flags["api-version"] and f"{text}.".startswith(f"{mapping.resource}."):
            rest = text[len(mapping.resource) + 1 :]
            return mapping, rest.split(".") if rest else []
    return found, words[1:]


def _schema(call: Call, mapping: Mapping, group: str, version: str) -> tuple[Document, Schema]:
    document = Document(call.client.raw("/openapi/v2")["definitions"])
    wanted = {"group": group, "kind": mapping.kind, "version": version}
    for definition in document.definitions.values():
        if wanted in (definition.get(_KINDS) or ()):
            return document, definition
    custom = _custom(call, f"{mapping.plural}.{group}", version)
    if custom is None:
        where = f"{group}/{version}" if group else f"/{version}"
        if call.flags["output"] == "plaintext-openapiv2":
            raise UsageError(f'couldn\'t find resource for "{where}, Kind={mapping.kind}"')
        if any((m.group, m.version) == (group, version) for m in call.mapper.mappings):
            raise UsageError(f"GVR ({where}, Resource={mapping.plural}) not found in OpenAPI schema")
        raise UsageError(f'couldn\'t find resource for "{where}, Resource={mapping.plural}"')
    return document, custom


def _custom(call: Call, name: str, version: str) -> Schema | None:
    """The schema of a custom resource, with the fields that every object has."""
    try:
        definition = call.client.get("customresourcedefinitions.apiextensions.k8s.io", name)
    except ApiError:
        return None
    for each in definition["spec"].get("versions") or ():
        if each["name"] == version:
            schema = (each.get("schema") or {}).get("openAPIV3Schema") or {}
            return {**schema, "properties": {**_every_object(call), **(schema.get("properties") or {})}}
    return None


def _every_object(call: Call) -> dict[str, Schema]:
    """apiVersion, kind and metadata, described as for any kind."""
    definitions = call.client.raw("/openapi/v2")["definitions"]
    fields = definitions["io.k8s.api.core.v1.ConfigMap"]["properties"]
    return {name: fields[name] for name in ("apiVersion", "kind", "metadata")}


VERB = Verb(
    "explain",
    "Show what a kind is for and what its fields mean.",
    run,
    examples=("kubectl explain pods", "kubectl explain deployment.spec.strategy", "kubectl explain pod.spec --recursive"),
)
