"""What a request wants to do, in the words of authorization, and as whom. Models apiserver request.RequestInfoFactory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from k8s_magic.apiserver.authorization import Access, impersonate
from k8s_magic.apiserver.client import Impersonation
from k8s_magic.apiserver.http.messages import Request
from k8s_magic.apiserver.http.paths import ResourcePath

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
EXTRA = "impersonate-extra-"
NAME_FIELD = "metadata.name="


def access(request: Request, where: ResourcePath | None) -> Access:
    """The access that a request asks for."""
    if where is None or not where.resource:
        return Access(request.method.lower(), path=request.path)
    verb, name = VERBS.get(request.method, request.method.lower()), where.name
    if verb == "get" and (where.is_watch or request.flag("watch")):
        verb = "watch"
    elif verb == "get" and not name:
        verb = "list"
    elif verb == "delete" and not name:
        verb = "deletecollection"
    selected = request.parameter("fieldSelector")
    if verb in ("list", "watch", "deletecollection") and not name and selected.startswith(NAME_FIELD) and "," not in selected:
        name = selected.removeprefix(NAME_FIELD)  # Who may see one object may list and watch that one.
    namespace = where.namespace or (where.name if where.resource == "namespaces" and not where.group else "")
    return Access(verb, where.group, where.resource, where.subresource, namespace, name)


def impersonated(api: ApiServer, request: Request) -> Request:
    """The request as whom its Impersonate-* headers name; `ApiError` where its sender may not be that."""
    headers = request.headers
    extra = sorted(header for header in headers if header.startswith(EXTRA))
    if not extra and not any(f"impersonate-{what}" in headers for what in ("user", "group", "uid")):
        return request
    wanted = Impersonation(
        headers.get("impersonate-user", ""),
        _values(headers, "impersonate-group"),
        headers.get("impersonate-uid", ""),
        tuple((unquote(header.removeprefix(EXTRA)), _values(headers, header)) for header in extra),
    )
    return replace(request, caller=impersonate(api.store, request.caller, wanted))


def _values(headers: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Repeated headers arrive joined by commas."""
    return tuple(value.strip() for value in headers.get(name, "").split(",") if value.strip())
