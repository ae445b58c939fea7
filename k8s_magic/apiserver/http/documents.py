"""What the API tells of itself over HTTP: discovery, plain and aggregated, versions, health."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from k8s_magic.apiserver import discovery
from k8s_magic.apiserver.errors import ApiError, NoSuchPath, no_such_resource
from k8s_magic.apiserver.http import openapi, openapi_protobuf
from k8s_magic.apiserver.http.encoding import encode
from k8s_magic.apiserver.http.messages import Request, Response
from k8s_magic.apiserver.http.paths import ResourcePath
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

HEALTH = ("/healthz", "/livez", "/readyz")
HOOKS = (
    *("start-apiserver-admission-initializer", "generic-apiserver-start-informers", "priority-and-fairness-config-consumer"),
    *("priority-and-fairness-filter", "storage-object-count-tracker-hook", "start-apiextensions-informers"),
    *("start-apiextensions-controllers", "crd-informer-synced", "start-system-namespaces-controller"),
    *("peer-endpoint-reconciler-controller", "start-cluster-authentication-info-controller"),
    *("start-kube-apiserver-identity-lease-controller", "start-kube-apiserver-identity-lease-garbage-collector"),
    *("storage-readiness", "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers", "rbac/bootstrap-roles"),
    *("scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer", "bootstrap-controller"),
    *("start-kubernetes-service-cidr-controller", "start-kube-aggregator-informers", "apiservice-status-local-available-controller"),
    *("apiservice-status-remote-available-controller", "apiservice-registration-controller", "apiservice-wait-for-first-sync"),
    *("apiservice-discovery-controller", "kube-apiserver-autoregistration"),
)
"""What a v1.36 server starts, in its order; each is a check of its own."""
LATE_HOOKS = ("apiservice-openapi-controller", "apiservice-openapiv3-controller")
OTHER_PATHS = ("/metrics", "/openapi/v2", "/openapi/v3", "/version")


def answer(api: ApiServer, request: Request, where: ResourcePath | None) -> Response:
    """A path that names no resource."""
    path = request.path.rstrip("/")
    if where is not None:
        return _group_version(api, where)
    if not path:
        return Response(200, encode({"paths": _paths(api)}))
    if path == "/version":
        return Response(200, encode(discovery.version()))
    if path == "/metrics":
        return Response(200, _metrics(api), "text/plain; version=0.0.4; charset=utf-8")
    if path.startswith(HEALTH):
        return Response(200, _health(path, request), "text/plain; charset=utf-8")
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


def _checks(endpoint: str) -> list[str]:
    first = ["ping", "log", "informer-sync"] if endpoint == "/readyz" else ["ping", "log", "loopback-serving-certificate", "etcd"]
    hooks = [*(f"poststarthook/{hook}" for hook in HOOKS), "autoregister-completion", *(f"poststarthook/{hook}" for hook in LATE_HOOKS)]
    return [*first, *hooks, *(["shutdown"] if endpoint == "/readyz" else [])]


def _health(path: str, request: Request) -> bytes:
    """All checks of an endpoint, or one. Models apiserver server/healthz."""
    endpoint = next(e for e in HEALTH if path.startswith(e))
    checks, asked = _checks(endpoint), path.removeprefix(endpoint)
    if asked and asked[1:] not in checks:
        raise NoSuchPath
    if asked or "verbose" not in request.query:
        return b"ok"
    excluded = request.query.get("exclude", [])
    lines = [f"[+]{check} excluded: ok" if check in excluded else f"[+]{check} ok" for check in checks]
    unknown = [f'"{check}"' for check in excluded if check not in checks]
    if unknown:
        lines.append(f"warn: some health checks cannot be excluded: no matches for {','.join(unknown)}")
    return "\n".join([*lines, f"{endpoint[1:]} check passed", ""]).encode()


def _paths(api: ApiServer) -> list[str]:
    """What is served, for who asks at the root."""
    by_group = {group: versions for group, versions in _by_group(api).items() if group}
    groups = [f"/apis/{group}{version}" for group, versions in by_group.items() for version in ("", *(f"/{v}" for v in versions))]
    health = [path for endpoint in HEALTH for path in (endpoint, *(f"{endpoint}/{check}" for check in _checks(endpoint)))]
    return sorted(["/api", "/api/v1", "/apis", "/apis/", *groups, *health, *OTHER_PATHS])


def _by_group(api: ApiServer) -> dict[str, dict[str, list[Obj]]]:
    """Group -> version -> its resources, in the server's order."""
    groups: dict[str, dict[str, list[Obj]]] = {"": {}}
    for group in discovery.groups(api.kinds.values())["groups"]:
        groups[group["name"]] = {version["version"]: [] for version in group["versions"]}
    for resource in discovery.resources(api.kinds.values()):
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
        raise unknown_place(api, where)
    listed = [entry for resource in resources for entry in _plain(resource)]
    head = {"apiVersion": "v1"} if where.group else {}  # The core group's list leaves it out.
    group_version = f"{where.group}/{where.version}" if where.group else where.version
    return Response(200, encode({"kind": "APIResourceList", **head, "groupVersion": group_version, "resources": listed}))


def unknown_place(api: ApiServer, where: ResourcePath) -> ApiError:
    """The refusal of a version or resource that is not there: a group that is served says so itself."""
    return no_such_resource() if where.group in _by_group(api) else NoSuchPath()


def _plain(resource: Obj) -> list[Obj]:
    """An APIResource, and one for each subresource."""
    whole = {k: v for k, v in resource.items() if k not in ("group", "version", "subresources")}
    if "get" in resource["verbs"] and "create" in resource["verbs"]:
        whole["storageVersionHash"] = _storage_version_hash(resource)
    common = {"singularName": "", "namespaced": resource["namespaced"]}
    below = [
        {**common, **_subresource_kind(resource, sub), "name": f"{resource['name']}/{sub}", "verbs": subresource_verbs(sub)}
        for sub in resource["subresources"]
    ]
    return [whole, *below]


def _storage_version_hash(resource: Obj) -> str:
    """Models apiserver discovery.StorageVersionHash."""
    kind = STORED_AS.get(resource["kind"], resource)
    text = f"{kind['group']}/{kind['version']}/{resource['kind']}"
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


STORED_AS = {
    "Event": {"group": "", "version": "v1"},
    "HorizontalPodAutoscaler": {"group": "autoscaling", "version": "v2"},
    "CustomResourceDefinition": {"group": "apiextensions.k8s.io", "version": "v1beta1"},
}
"""Kinds that are stored as another group's or version's."""
SUBRESOURCE_KINDS = {
    "binding": {"kind": "Binding"},
    "eviction": {"group": "policy", "version": "v1", "kind": "Eviction"},
    "scale": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
    "token": {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenRequest"},
    "attach": {"kind": "PodAttachOptions"},
    "exec": {"kind": "PodExecOptions"},
    "portforward": {"kind": "PodPortForwardOptions"},
}
"""What is sent to a subresource where that is not the object itself."""


def _subresource_kind(resource: Obj, subresource: str) -> Obj:
    own = f"{resource['kind']}ProxyOptions" if subresource == "proxy" else resource["kind"]
    return SUBRESOURCE_KINDS.get(subresource, {"kind": own})


def subresource_verbs(subresource: str) -> list[str]:
    """What can be done with a subresource."""
    if subresource in ("binding", "eviction", "token"):
        return ["create"]
    if subresource in ("exec", "attach", "portforward"):
        return ["create", "get"]
    if subresource == "proxy":
        return ["create", "delete", "get", "patch", "update"]
    if subresource == "finalize":
        return ["update"]
    return ["get"] if subresource == "log" else ["get", "patch", "update"]


def _aggregated(group: str, versions: dict[str, list[Obj]]) -> Obj:
    listed = [
        {"version": version, "freshness": "Current", "resources": list(map(_discovered, found))} for version, found in versions.items()
    ]
    return {"metadata": {"name": group} if group else {}, "versions": listed}


def _discovered(resource: Obj) -> Obj:
    def kind(found: Obj) -> Obj:
        return {"group": "", "version": "", **found}  # Empty ones are those of the list.

    entry: Obj = {
        "resource": resource["name"],
        "responseKind": kind({"kind": resource["kind"]}),
        "scope": "Namespaced" if resource["namespaced"] else "Cluster",
        "singularResource": resource["singularName"],
        "verbs": resource["verbs"],
    }
    for field in ("shortNames", "categories"):
        if field in resource:
            entry[field] = resource[field]
    if resource["subresources"]:
        entry["subresources"] = [
            {"subresource": sub, "responseKind": kind(_subresource_kind(resource, sub)), "verbs": subresource_verbs(sub)}
            for sub in resource["subresources"]
        ]
    return entry
