"""The server as something on this machine meets it: loopback, TLS, a token, watches, and an end."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import ssl
import stat
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from k8s_magic.server import measuring
from k8s_magic.server.serving import STEP_MODE_RATE, Server
from k8s_magic.server.web import SHORTEST_POLL_S


def ask(
    server: Server, path: str, token: str | None = None, ca: bool = True, method: str = "GET", body: Any = None, **more: str
) -> tuple[int, Any]:
    context = ssl.create_default_context(cadata=server._certificates.ca_pem.decode()) if ca else None
    headers = {} if token == "" else {"Authorization": f"Bearer {token or server.token}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        server.url + path, headers={**headers, "Content-Type": "application/json", **more}, method=method, data=data
    )
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_only_who_has_the_token_comes_in(server: Server) -> None:
    assert ask(server, "/api/v1/nodes")[0] == 200
    for token in ("", "wrong"):
        code, status = ask(server, "/api/v1/nodes", token)
        assert (code, status["reason"]) == (401, "Unauthorized")


def test_clients_believe_the_certificate_by_its_ca_alone(server: Server) -> None:
    with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
        ask(server, "/version", ca=False)


def test_the_port_is_open_on_loopback_only(server: Server) -> None:
    """No other address of this machine answers, wherever it is reached from."""
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1", "127.0.1.1"}
    for address in others:
        with pytest.raises(OSError):
            socket.create_connection((address, server.port), timeout=1).close()
    socket.create_connection(("127.0.0.1", server.port), timeout=1).close()


def test_the_kubeconfig_is_for_its_owner_alone(kubeconfig: Path) -> None:
    assert stat.S_IMODE(os.stat(kubeconfig).st_mode) == 0o600


def test_stopping_leaves_no_thread_and_no_port(server: Server) -> None:
    server.stop()
    assert "k8s-magic server" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_a_request_from_outside_does_not_move_a_clock_that_steps(server: Server) -> None:
    before = server.cluster.now
    ask(server, "/api/v1/nodes")
    assert server.cluster.now == before


def test_what_is_written_outside_is_seen_inside(server: Server) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": "v"}}
    assert ask(server, "/api/v1/namespaces/default/configmaps", method="POST", body=body)[0] == 201
    assert server.cluster.kubectl("get cm c -o jsonpath={.data.k}").stdout == "v"


@pytest.mark.parametrize(
    "body", ["garbage", [1, 2], {"kind": "Pod"}, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "<script>"}}]
)
def test_garbage_is_refused_with_a_status(server: Server, body: Any) -> None:
    code, status = ask(server, "/api/v1/namespaces/default/configmaps", method="POST", body=body)
    assert 400 <= code < 500
    assert status["kind"] == "Status"


def test_the_clock_waits_for_who_has_heard_news(server: Server) -> None:
    """So that what a client does then happens at the instant of the news, however long it thinks."""
    queue: asyncio.Queue[Any] = asyncio.Queue()
    began = server.cluster.now
    server.cluster.loop.call_later(0.3, lambda: server._put(queue, "news"))
    server.pass_until_news(5)
    assert server.cluster.now == began + 0.3
    server.pass_until_news(5)
    assert server.cluster.now == began + 5.3


def test_a_watch_ends_in_time_with_a_bookmark_before(server: Server) -> None:
    context = ssl.create_default_context(cadata=server.ca_pem.decode())
    path = "/api/v1/namespaces/default/secrets?watch=1&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=0"
    request = urllib.request.Request(server.url + path, headers={"Authorization": f"Bearer {server.token}"})
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        events = [json.loads(line) for line in answer]
    assert [event["type"] for event in events][-1] == "BOOKMARK"
    assert int(events[-1]["object"]["metadata"]["resourceVersion"]) >= 1


def test_methods_without_a_route_are_refused_with_a_status(server: Server) -> None:
    assert ask(server, "/api/v1/namespaces", method="OPTIONS")[1]["reason"] == "MethodNotAllowed"


@pytest.mark.parametrize("part", ["log", "exec?command=ls&stdout=1", "attach?stdout=1", "portforward?ports=80", "proxy/"])
def test_whoever_is_impersonated_has_only_his_own_rights_on_streams(server: Server, part: str) -> None:
    server.cluster.kubectl("run p --image=nginx")
    code, status = ask(server, f"/api/v1/namespaces/default/pods/p/{part}", **{"Impersonate-User": "jane"})
    assert (code, status["reason"]) == (403, "Forbidden")
    assert 'User "jane" cannot ' in status["message"]
    assert ask(server, f"/api/v1/namespaces/default/pods/p/{part}", "wrong")[0] == 401


def test_time_passes_for_who_asks_for_several_things_in_turn(server: Server) -> None:
    """As `kubectl drain` does, which polls each pod that it waits for."""
    client, before = measuring.Client(server), server.cluster.now
    for _ in range(3):
        client.ask("/api/v1/nodes/node1")
        client.ask("/api/v1/nodes/node2")
    began = time.monotonic()
    while server.cluster.now == before and time.monotonic() < began + 20:
        client.ask("/api/v1/nodes/node1")
        client.ask("/api/v1/nodes/node2")
    client.close()
    assert server.cluster.now - before >= STEP_MODE_RATE * SHORTEST_POLL_S


def test_the_log_of_a_pod_without_a_node_is_empty(server: Server) -> None:
    server.cluster.kubectl(["run", "p", "--image=nginx", "--overrides", '{"spec":{"nodeSelector":{"no":"where"}}}'])
    result = server.cluster.kubectl("logs p")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
    result = server.cluster.kubectl("exec p -- ls")
    assert result.stderr == "error: unable to upgrade connection: pod p does not have a host assigned\n"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("tailLines=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("sinceTime=x", 400, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'),
        ("sinceSeconds=0", 422, 'PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'),
        (
            "tailLines=-1&limitBytes=-1",
            422,
            'PodLogOptions "p" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, '
            "limitBytes: Invalid value: -1: must be greater than 0]",
        ),
        (
            "sinceSeconds=1&sinceTime=2026-01-05T09:00:00Z",
            422,
            'PodLogOptions "p" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
        ),
        ("container=%F0", 400, "container \ufffd is not valid for pod p"),
    ],
)
def test_what_may_not_be_asked_of_a_log(server: Server, query: str, code: int, message: str) -> None:
    server.cluster.kubectl("run p --image=nginx")
    server.cluster.settle()
    given, status = ask(server, f"/api/v1/namespaces/default/pods/p/log?{query}")
    assert (given, status["message"]) == (code, message)


def test_a_query_that_is_no_text_is_answered(server: Server) -> None:
    assert ask(server, "/api/v1/nodes?labelSelector=%F0")[0] == 400


PLACES = (
    *("/", "/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v3", "/%00", "/api/v1/nodes/node1/proxy/stats/summary"),
    *(
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/%2e%2e/pods",
        "/apis/apps/v1/deployments",
        "/apis/metrics.k8s.io/v1beta1/nodes",
    ),
    *(
        f"/api/v1/namespaces/default/pods/p{part}"
        for part in ("", "/log", "/exec", "/attach", "/portforward", "/proxy/", ":x/proxy/", "/status")
    ),
)
QUERIES = (
    *("", "limit=1&continue=%00", "limit=x", "tailLines=1", "command=ls&stdout=1", "ports=x", "container=%F0", "labelSelector=!!"),
    *("fieldSelector=%3D", "resourceVersion=9", "resourceVersion=x", "watch=1&timeoutSeconds=-1&resourceVersion=x", "verbose&exclude=%00"),
)


def test_no_read_is_answered_with_a_500(server: Server) -> None:
    server.cluster.kubectl("run p --image=nginx")
    server.cluster.settle()
    context = ssl.create_default_context(cadata=server.ca_pem.decode())
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=20)
    for place in PLACES:
        for query in QUERIES:
            connection.request("GET", f"{place}?{query}", headers={"Authorization": f"Bearer {server.token}"})
            answer = connection.getresponse()
            assert answer.status < 500 or answer.status == 504, (place, query, answer.read())
            assert not answer.read().startswith(b"<html><title>"), (place, query)
    connection.close()
