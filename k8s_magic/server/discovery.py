"""What a server serves: aggregated discovery as flat as `Client.resources` gives it, and from a resource's name to its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.objects.meta import Obj

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
Ask = Callable[[str, str], bytes]
"""(path, Accept) -> body."""


def resources(ask: Ask) -> list[Obj]:
    """An APIResource each, in the server's order of groups."""
    found: list[Obj] = []
    for path in ("/api", "/apis"):
        answer = json.loads(ask(path, AGGREGATED))
        if answer.get("kind") == "APIGroupDiscoveryList":
            found += [resource for item in answer["items"] for resource in _of_group(item)]
        else:
            found += [
                resource for version in _versions(answer) for resource in _of_list(json.loads(ask(_root(version), "application/json")))
            ]
    return found


def _of_group(item: Obj) -> list[Obj]:
    group = item["metadata"].get("name", "")
    return [
        _optional(
            {
                "name": each["resource"],
                "singularName": each.get("singularResource", ""),
                "namespaced": each.get("scope") == "Namespaced",
                "group": group,
                "version": version["version"],
                "kind": each.get("responseKind", {}).get("kind", ""),
                "verbs": sorted(each.get("verbs") or ()),
                "subresources": [sub["subresource"] for sub in each.get("subresources") or ()],
            },
            each,
        )
        for version in item.get("versions") or ()
        for each in version.get("resources") or ()
    ]


def _versions(answer: Obj) -> list[str]:
    """Group and version of each that an old server lists."""
    if answer.get("kind") == "APIVersions":
        return list(answer.get("versions") or ())
    return [version["groupVersion"] for group in answer.get("groups") or () for version in group["versions"]]


def _of_list(answer: Obj) -> list[Obj]:
    group, _, version = answer.get("groupVersion", "").rpartition("/")
    listed = answer.get("resources") or ()
    subresources: dict[str, list[str]] = {}
    for each in listed:
        name, slash, subresource = each["name"].partition("/")
        if slash:
            subresources.setdefault(name, []).append(subresource)
    keep = ("name", "singularName", "namespaced", "kind")
    return [
        _optional(
            {
                **{key: each.get(key, "") for key in keep},
                "group": group,
                "version": version,
                "verbs": sorted(each.get("verbs") or ()),
                "subresources": subresources.get(each["name"], []),
            },
            each,
        )
        for each in listed
        if "/" not in each["name"]
    ]


def _optional(resource: Obj, each: Obj) -> Obj:
    lists: dict[str, Any] = {key: list(each[key]) for key in ("shortNames", "categories") if each.get(key)}
    return {**resource, **lists}


def _root(group_version: str) -> str:
    return f"/apis/{group_version}" if "/" in group_version else f"/api/{group_version}"


def find(served: list[Obj], name: str) -> Obj:
    """The resource that "pods", "deployments.apps" or "crontabs.v1beta1.x.org" names; NotFound where it is not served."""
    plural, _, rest = name.partition(".")
    for resource in served:
        if resource["name"] == plural and rest in (resource["group"], f"{resource['version']}.{resource['group']}".rstrip(".")):
            return resource
    raise ApiError(404, "NotFound", "the server could not find the requested resource")


def path(resource: Obj, namespace: str, name: str = "", subresource: str = "") -> str:
    """The path of a collection, an object or a part of it."""
    root = _root(f"{resource['group']}/{resource['version']}" if resource["group"] else resource["version"])
    place = f"/namespaces/{namespace}" if resource["namespaced"] and namespace else ""
    return "/".join(filter(None, [f"{root}{place}/{resource['name']}", name, subresource]))
