"""The API's paths: /api/v1/namespaces/NS/pods/NAME/log and its kin. Models apiserver request.RequestInfoFactory."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class ResourcePath:
    """What a path names. Empty strings stand for parts that it does not have."""

    group: str
    version: str
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    """What follows the subresource, for the proxies."""
    is_watch: bool = False

    @property
    def full_resource(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource


def parse(path: str) -> ResourcePath | None:
    """The resource path, or None where the path is not below /api/VERSION or /apis/GROUP/VERSION."""
    parts = [unquote(part) for part in path.split("/") if part]
    if len(parts) >= 2 and parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    elif len(parts) >= 3 and parts[0] == "apis":
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    is_watch = rest[:1] == ["watch"]
    return _resource(group, version, rest[1:] if is_watch else rest, is_watch)


def _resource(group: str, version: str, rest: list[str], is_watch: bool) -> ResourcePath:
    namespace = ""
    # /namespaces/NAME/status is the namespace's own subresource, /namespaces/NAME/pods a resource within it.
    if len(rest) >= 3 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    resource, name, subresource = [*rest, "", "", ""][:3]
    return ResourcePath(group, version, resource, namespace, name, subresource, "/".join(rest[3:]), is_watch)
