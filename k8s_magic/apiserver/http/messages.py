"""Requests and responses as the API sees them: decoded once, without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import TableObjects
from k8s_magic.apiserver.errors import bad_request
from k8s_magic.apiserver.watching import WatchStream

TRUE_WORDS = ("1", "t", "T", "TRUE", "true", "True")


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
        """A boolean parameter, as Go's ParseBool reads it; one without a value is true."""
        return name in self.query and self.parameter(name) in (*TRUE_WORDS, "")

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

    def json(self) -> Any:
        """The body, decoded from JSON or (by its Content-Type, or because it is none) YAML."""
        try:
            return json.loads(self.body or b"null")
        except ValueError as error:
            raise bad_request(f"couldn't get version/kind; json parse error: {error}") from error


@dataclass(frozen=True)
class Accept:
    """What the client wants back: plain objects, tables, metadata alone, or aggregated discovery."""

    as_kind: str = ""
    version: str = ""

    @staticmethod
    def parse(header: str) -> Accept:
        """The first alternative that can be served. Protobuf is left out: every client takes JSON too."""
        for alternative in header.split(","):
            media, *parameters = [part.strip() for part in alternative.split(";")]
            if media in ("application/json", "*/*", "application/*", ""):
                said = dict(p.split("=", 1) for p in parameters if "=" in p)
                return Accept(said.get("as", ""), said.get("v", ""))
        return Accept()

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
    asked = request.parameter("includeObject")
    return "Object" if asked == "Object" else "Metadata"


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
    partial: bool = False
    timeout_s: float | None = None


def encode(value: Any) -> bytes:
    """JSON as the API sends it."""
    # Sorted, because kubectl compares some parts (revisions of DaemonSets) by their bytes.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
