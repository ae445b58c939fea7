"""What the API tells of itself over HTTP: discovery, plain and aggregated, versions, health."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from k8s_magic.apiserver import discovery
from k8s_magic.apiserver.errors import NoSuchPath
from k8s_magic.apiserver.http import openapi, openapi_protobuf
from k8s_magic.apiserver.http.messages import Request, Response, encode
from k8s_magic.apiserver.http.paths import ResourcePath
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

HEALTH = ("/healthz", "/livez", "/readyz")
CHECKS = ("ping", "log", "etcd", "poststarthook/start-apiextensions-controllers", "poststarthook/rbac/bootstrap-roles")


def answer(api: ApiServer, request: Request, where: ResourcePath | None) -> Response:
    """A path that names no resource."""
    path = request.path.rstrip("/")
    if where is not None:
        return _group_version(api, where)
    if path == "/version":
        return Response(200, encode(discovery.version()))
    if path == "/metrics":
        return Response(200, _metrics(api), "text/plain; version=0.0.4; charset=utf-8")
    if path in HEALTH:
        return Response(200, _health(path, "verbose" in request.query), "text/plain; charset=utf-8")
    if path in ("/api", "/apis"):
        return _groups(api, request, path)
    if path.startswith("/openapi/"):
        return _openapi(api, request, path.removeprefix("/openapi/"))
    if path.startswith("/apis/") and path.count("/") == 2:
        return _group(api, path.split("/")[2])
    raise NoSuchPath


def _openapi(api: ApiServer, request: Request, path: str) -> Response:
    kinds = list(api.kinds.values())
    if path == "v2" and "protobuf" in request.headers.get("accept", ""):
        return Response(200, openapi_protobuf.encode(openapi.v2(kinds)), openapi_protobuf.MEDIA_TYPE)
    if path == "v2":
        return Response(200, encode(openapi.v2(kinds)))
    document = openapi.index(kinds) if path == "v3" else openapi.v3(kinds, path.removeprefix("v3/"))
    if document is None:
        raise NoSuchPath
    return Response(200, encode(document))


def _metrics(api: ApiServer) -> bytes:
    """What a scraper of the API server counts on: its build, its objects, its revision."""
    version = discovery.version()
    build = f'kubernetes_build_info{{git_version="{version["gitVersion"]}",major="{version["major"]}",minor="{version["minor"]}"}} 1'
    objects = [f'apiserver_storage_objects{{resource="{name}"}} {api.store.count(name)}' for name in sorted(api.kinds)]
    revision = f"apiserver_storage_revision {api.store.revision}"
    return "\n".join([build, *objects, revision, ""]).encode()


def _health(path: str, verbose: bool) -> bytes:
    if not verbose:
        return b"ok"
    lines = [f"[+]{check} ok" for check in CHECKS]
    return "\n".join([*lines, f"{path[1:]} check passed", ""]).encode()


def _by_group(api: ApiServer) -> dict[str, dict[str, list[Obj]]]:
    """Group -> version -> its resources, in the server's order."""
    groups: dict[str, dict[str, list[Obj]]] = {"": {}}
    for group in discovery.groups(api.discovered())["groups"]:
        groups[group["name"]] = {version["version"]: [] for version in group["versions"]}
    for resource in discovery.resources(api.discovered()):
        groups.setdefault(resource["group"], {}).setdefault(resource["version"], []).append(resource)
    return groups


def _groups(api: ApiServer, request: Request, path: str) -> Response:
    groups = {g: v for g, v in _by_group(api).items() if bool(g) == (path == "/apis")}
    if request.accept.as_kind == "APIGroupDiscoveryList":
        items = [_aggregated(group, versions) for group, versions in groups.items()]
        body: Obj = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
        return Response(200, encode(body), "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    if path == "/api":
        addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": "192.168.64.2:6443"}]
        return Response(200, encode({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}))
    named = [_api_group(group, versions) for group, versions in groups.items()]
    return Response(200, encode({"kind": "APIGroupList", "apiVersion": "v1", "groups": named}))


def _api_group(group: str, versions: Iterable[str]) -> Obj:
    named = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": named, "preferredVersion": named[0]}


def _group(api: ApiServer, group: str) -> Response:
    versions = _by_group(api).get(group)
    if versions is None:
        raise NoSuchPath
    return Response(200, encode({"kind": "APIGroup", "apiVersion": "v1", **_api_group(group, versions)}))


def _group_version(api: ApiServer, where: ResourcePath) -> Response:
    resources = _by_group(api).get(where.group, {}).get(where.version)
    if resources is None:
        raise NoSuchPath
    listed = [entry for resource in resources for entry in _plain(resource)]
    group_version = f"{where.group}/{where.version}" if where.group else where.version
    return Response(200, encode({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": listed}))


def _plain(resource: Obj) -> list[Obj]:
    """An APIResource, and one for each subresource."""
    whole = {k: v for k, v in resource.items() if k not in ("group", "version", "subresources")}
    common = {"singularName": "", "namespaced": resource["namespaced"]}
    below = [
        {
            **common,
            **SUBRESOURCE_KINDS.get(sub, {"kind": resource["kind"]}),
            "name": f"{resource['name']}/{sub}",
            "verbs": subresource_verbs(sub),
        }
        for sub in resource["subresources"]
    ]
    return [whole, *below]


SUBRESOURCE_KINDS = {
    "binding": {"group": "", "version": "v1", "kind": "Binding"},
    "eviction": {"group": "policy", "version": "v1", "kind": "Eviction"},
    "scale": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
    "token": {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenRequest"},
    "attach": {"group": "", "version": "v1", "kind": "PodAttachOptions"},
    "exec": {"group": "", "version": "v1", "kind": "PodExecOptions"},
    "portforward": {"group": "", "version": "v1", "kind": "PodPortForwardOptions"},
}
"""What is sent to a subresource where that is not the object itself."""


def subresource_verbs(subresource: str) -> list[str]:
    """What can be done with a subresource."""
    if subresource in ("binding", "eviction", "token"):
        return ["create"]
    if subresource in ("exec", "attach", "portforward"):
        return ["create", "get"]
    if subresource == "proxy":
        return ["create", "delete", "get", "patch", "update"]
    return ["get"] if subresource == "log" else ["get", "patch", "update"]


def _aggregated(group: str, versions: dict[str, list[Obj]]) -> Obj:
    listed = [
        {"version": version, "freshness": "Current", "resources": list(map(_discovered, found))} for version, found in versions.items()
    ]
    return {"metadata": {"name": group} if group else {}, "versions": listed}


def _discovered(resource: Obj) -> Obj:
    kind = {"group": resource["group"], "version": resource["version"], "kind": resource["kind"]}
    entry: Obj = {
        "resource": resource["name"],
        "responseKind": kind,
        "scope": "Namespaced" if resource["namespaced"] else "Cluster",
        "singularResource": resource["singularName"],
        "verbs": resource["verbs"],
    }
    for field in ("shortNames", "categories"):
        if field in resource:
            entry[field] = resource[field]
    if resource["subresources"]:
        entry["subresources"] = [
            {"subresource": sub, "responseKind": SUBRESOURCE_KINDS.get(sub, kind), "verbs": subresource_verbs(sub)}
            for sub in resource["subresources"]
        ]
    return entry
