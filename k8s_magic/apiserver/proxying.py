"""The API as a way to the cluster's inside: requests passed on to pods, services and nodes (.../proxy/PATH).

Models pkg/registry/core/{pod,service,node} ResourceLocation. Not modelled: upgrades, redirects, HTTPS behind the proxy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError, bad_request, not_found
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Key, Obj, get_in

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

SERVICE_LABEL = "kubernetes.io/service-name"
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Passed:
    """A request to pass on; `path` begins with a slash and holds the query."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    code: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


async def pass_on(api: ApiServer, kind: Kind, name: str, namespace: str, request: Passed) -> Answer:
    """Send the request to what `[scheme:]name[:port]` means; `ApiError` where nobody answers."""
    host, port = _split(name)
    if kind.resource == "nodes":
        return _node(api, kind, host, request)
    if kind.resource == "pods":
        pod = _found(api, kind, host, namespace)
        return await _ask(api, pod, int(port) if port.isdigit() else _first_port(pod), request)
    pod, target = _backend(api, kind, host, namespace, port)
    return await _ask(api, pod, target, request)


def _split(name: str) -> tuple[str, str]:
    """(name, port) of `[scheme:]name[:port]`. Models utilnet.SplitSchemeNamePort."""
    parts = name.split(":")
    if len(parts) > 3 or (len(parts) == 3 and parts[0] not in ("", "http", "https")):
        raise bad_request(f'invalid request "{name}"')
    if len(parts) == 3:
        return parts[1], parts[2]
    return parts[0], parts[1] if len(parts) == 2 else ""


def _found(api: ApiServer, kind: Kind, name: str, namespace: str) -> Obj:
    found = api.store.get(kind.resource, Key(namespace, name))
    if found is None:
        raise not_found(kind, name)
    return found


def _first_port(pod: Obj) -> int:
    return next((int(p["containerPort"]) for c in pod["spec"]["containers"] for p in c.get("ports") or ()), 80)


def _backend(api: ApiServer, kind: Kind, name: str, namespace: str, port: str) -> tuple[Obj, int]:
    """A ready pod behind the service, and the port it listens on."""
    service = _found(api, kind, name, namespace)
    ports = service["spec"].get("ports") or []
    wanted = [p for p in ports if port in (p.get("name"), str(p["port"]))] if port else ports[:1]
    if not wanted:
        raise _unavailable(f'no service port "{port}" found for service "{name}"')
    for found in api.store.by_label("endpointslices.discovery.k8s.io", namespace, {SERVICE_LABEL: name}):
        target = next((p["port"] for p in found.get("ports") or () if p.get("name", "") == wanted[0].get("name", "")), None)
        for endpoint in found.get("endpoints") or ():
            pod = api.store.get("pods", Key(namespace, get_in(endpoint, "targetRef", "name", default="")))
            if pod is not None and target is not None and get_in(endpoint, "conditions", "ready", default=True):
                return pod, int(target)
    raise _unavailable(f'no endpoints available for service "{name}"')


def _unavailable(message: str) -> ApiError:
    return ApiError(503, "ServiceUnavailable", message)


async def _ask(api: ApiServer, pod: Obj, port: int, request: Passed) -> Answer:
    metadata = pod["metadata"]
    try:
        stream = await api.connect(api.kind("pods"), metadata["name"], metadata["namespace"], "portforward", {"port": str(port)})
    except ApiError as error:
        where = f"{get_in(pod, 'status', 'podIP', default='')}:{port}"
        raise _unavailable(f"error trying to reach service: dial tcp {where}: connect: connection refused") from error
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {metadata['name']}:{port}", f"Content-Length: {len(request.body)}"]
    lines += ["Connection: close", *([f"Content-Type: {request.content_type}"] if request.content_type else [])]
    stream.write("\r\n".join(lines).encode() + HEAD_END + request.body)
    try:
        return await _received(stream)
    finally:
        stream.close()


async def _received(stream: Stream) -> Answer:
    data = b""
    while HEAD_END not in data:
        chunk = await stream.read()
        if chunk is None:
            raise _unavailable("error trying to reach service: EOF")
        data += chunk[1]
    head, _, body = data.partition(HEAD_END)
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    length = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else None
    while length is None or len(body) < length:
        chunk = await stream.read()
        if chunk is None:
            break
        body += chunk[1]
    return Answer(int(first.split()[1]), body, headers)


def _node(api: ApiServer, kind: Kind, name: str, request: Passed) -> Answer:
    """What a kubelet answers: its health and its statistics."""
    _found(api, kind, name, "")
    proxy = api.nodes.get(name)
    if proxy is None:
        raise _unavailable(f"error trying to reach service: dial tcp: lookup {name}: no such host")
    path = request.path.split("?")[0].rstrip("/")
    if path == "/healthz":
        return Answer(200, b"ok", {"content-type": "text/plain; charset=utf-8"})
    if path == "/stats/summary":
        return _json(proxy.stats())
    if path == "/pods":
        return _json({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": api.store.by_node(name)})
    return Answer(404, b"404 page not found\n", {"content-type": "text/plain; charset=utf-8"})


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value, separators=(",", ":")).encode(), {"content-type": "application/json"})
