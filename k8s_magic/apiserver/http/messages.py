"""Requests and responses as the API sees them: decoded once, without a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import TableObjects, WatchEvent
from k8s_magic.apiserver.errors import ApiError, bad_request, unsupported_media_type
from k8s_magic.apiserver.watching import WatchStream
from k8s_magic.objects import gojson

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
APPLY_TYPES = ("application/apply-patch+yaml", "application/apply-patch+cbor")
WRITTEN = (JSON, YAML, PROTOBUF)
SHOWN_BODY = 30


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are in lower case; `query` holds every value of each parameter."""

    method: str
    path: str
    caller: Caller
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parameter(self, name: str) -> str:
        """The first value of a query parameter, or ""."""
        return (self.query.get(name) or [""])[0]

    def flag(self, name: str) -> bool:
        """A boolean parameter: what is there and does not deny is true. Models conversion's Convert_Slice_string_To_bool."""
        return name in self.query and self.parameter(name).lower() not in ("false", "0")

    def number(self, name: str) -> int | None:
        text = self.parameter(name)
        if not text:
            return None
        if not text.lstrip("-").isdigit():
            raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text)

    @property
    def accept(self) -> Accept:
        return Accept.parse(self.headers.get("accept", ""))

    @property
    def media_type(self) -> str:
        """What the body is said to be."""
        return self.headers.get("content-type", "").split(";")[0].strip()

    def json(self) -> Any:
        """The body, decoded from JSON."""
        try:
            return gojson.loads(self.body)
        except gojson.JSONSyntaxError as error:
            raise bad_request(f"couldn't get version/kind; json parse error: {error}") from error


@dataclass(frozen=True)
class Accept:
    """What the client wants back: plain objects, tables, metadata alone, or aggregated discovery."""

    as_kind: str = ""
    version: str = ""
    yaml: bool = False

    @staticmethod
    def parse(header: str) -> Accept:
        """The first alternative that can be served. Protobuf is left out: every client takes JSON too."""
        for alternative in header.split(","):
            media, *parameters = [part.strip() for part in alternative.split(";")]
            if media in (JSON, YAML, "*/*", "application/*", ""):
                said = dict(p.split("=", 1) for p in parameters if "=" in p)
                return Accept(said.get("as", ""), said.get("v", ""), media == YAML)
        if PROTOBUF in header:
            return Accept()  # Who asks for nothing else gets JSON, and says what it thinks of that.
        served = f"{JSON}, {YAML}, {PROTOBUF}, {JSON};stream=watch, {PROTOBUF};stream=watch"
        raise ApiError(406, "NotAcceptable", f"406: Not Acceptable\n\nAvailable representations: {served}", {})

    @property
    def is_table(self) -> bool:
        return self.as_kind == "Table"

    @property
    def is_partial(self) -> bool:
        return self.as_kind in ("PartialObjectMetadata", "PartialObjectMetadataList")


def table_objects(request: Request) -> TableObjects:
    """What each row of a table is to carry; "" where no table was asked for."""
    if not request.accept.is_table:
        return ""
    asked = request.parameter("includeObject") or "Metadata"
    if asked not in ("Metadata", "Object", "None"):
        wrong = f"includeObject: Invalid value: \"{asked}\": must be 'Metadata', 'Object', 'None', or empty"
        raise bad_request(f"Unable to convert to Table as requested: {wrong}")
    return asked  # type: ignore[return-value]  # It was checked above.


def written(request: Request, kind: str, decode_yaml: Callable[[bytes], Any]) -> Any:
    """The object that a request brings; `bad_request` where it is none. Models runtime.serializer's json.Decode."""
    if request.media_type and request.media_type not in WRITTEN:
        accepted = ", ".join(WRITTEN)
        raise unsupported_media_type(f"the body of the request was in an unknown format - accepted media types include: {accepted}")
    try:
        body = decode_yaml(request.body) if request.media_type == YAML else gojson.loads(request.body)
        if not isinstance(body, dict | None):
            into = r'struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }'
            raise ValueError(f"json: cannot unmarshal {gojson.type_name(body)} into Go value of type {into}")
    except ValueError as error:
        problem = f"couldn't get version/kind; json parse error: {error} ({_summary(request.body)})"
        raise bad_request(f"the object provided is unrecognized (must be of type {kind}): {problem}") from None
    return body or {}


def _summary(body: bytes) -> str:
    """A body as errors show it. Models apimachinery runtime's summarizeData."""
    if not body:
        return "<empty>"
    text = body[:SHOWN_BODY].decode("utf-8", "replace") if body.startswith(b"{") else body[:SHOWN_BODY].hex()
    return text + (" ..." if len(body) > SHOWN_BODY else "")


@dataclass
class Response:
    """A whole answer."""

    code: int
    body: bytes
    content_type: str = "application/json"
    warnings: list[str] = field(default_factory=list)


@dataclass
class EventStream:
    """An answer without end: a watch, one JSON document a line."""

    watch: WatchStream
    warnings: list[str]
    encoded: Callable[[WatchEvent], bytes]
    """An event as its line, with the end of the line."""
    timeout_s: float | None = None
    bookmark: Callable[[], WatchEvent] | None = None
    """Tells how far the watch has come, for who wants to hear that now and then."""
