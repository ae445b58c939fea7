"""HTTP semantics without a socket: paths, content types, tables, discovery, codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from k8s_magic.apiserver.http import EventStream, Handler, Request, Response
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj

CM: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"x": "y"}}, "data": {"k": "v"}}
PATH = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def ask(client: LocalClient) -> Any:
    """(method, path, body, **query or headers) -> (code, decoded body)."""
    handler = Handler(client.api, yaml.safe_load)

    def ask(method: str, path: str, body: Any = None, *, accept: str = "", content_type: str = "", **query: str) -> tuple[int, Any]:
        headers = {"accept": accept, "content-type": content_type, "user-agent": "test/1.0"}
        data = b"" if body is None else json.dumps(body).encode()
        answer = handler.handle(Request(method, path, client.caller, {k: [v] for k, v in query.items()}, headers, data))
        assert isinstance(answer, Response)
        return answer.code, json.loads(answer.body) if answer.content_type.startswith("application/json") else answer.body.decode()

    return ask


def test_an_object_from_birth_to_death(ask: Any) -> None:
    assert ask("POST", PATH, CM)[0] == 201
    code, found = ask("GET", PATH + "/a")
    assert (code, found["kind"], found["metadata"]["managedFields"][0]["manager"]) == (200, "ConfigMap", "test")
    found["data"]["k"] = "w"
    assert ask("PUT", PATH + "/a", found)[1]["data"] == {"k": "w"}
    assert ask("PATCH", PATH + "/a", {"data": {"z": "1"}}, content_type="application/merge-patch+json")[1]["data"] == {"k": "w", "z": "1"}
    assert ask("DELETE", PATH + "/a")[1]["status"] == "Success"
    code, status = ask("GET", PATH + "/a")
    assert (code, status["reason"], status["message"]) == (404, "NotFound", 'configmaps "a" not found')


def test_lists_name_their_kind_once(ask: Any) -> None:
    ask("POST", PATH, CM)
    listed = ask("GET", PATH, labelSelector="x=y")[1]
    assert (listed["kind"], listed["apiVersion"]) == ("ConfigMapList", "v1")
    assert "kind" not in listed["items"][0]
    assert ask("GET", PATH, labelSelector="x=other")[1]["items"] == []


def test_a_table_is_given_to_who_asks(ask: Any) -> None:
    ask("POST", PATH, CM)
    table = ask("GET", PATH, accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json")[1]
    assert [c["name"] for c in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert table["rows"][0]["cells"][:2] == ["a", 1]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_server_side_apply_takes_yaml(ask: Any) -> None:
    assert ask("PATCH", PATH + "/a", CM, content_type="application/apply-patch+yaml", fieldManager="me")[1]["data"] == {"k": "v"}
    assert ask("PATCH", PATH + "/a", CM, content_type="text/plain")[0] == 415


def test_discovery_plain_and_aggregated(ask: Any) -> None:
    assert ask("GET", "/api")[1]["versions"] == ["v1"]
    names = [r["name"] for r in ask("GET", "/api/v1")[1]["resources"]]
    assert {"pods", "pods/status", "configmaps"} <= set(names)
    assert "apps" in [g["name"] for g in ask("GET", "/apis")[1]["groups"]]
    asked = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    found = ask("GET", "/apis", accept=asked)[1]["items"]
    deployments = next(
        r for g in found if g["metadata"]["name"] == "apps" for r in g["versions"][0]["resources"] if r["resource"] == "deployments"
    )
    assert deployments["scope"] == "Namespaced"
    assert deployments["shortNames"] == ["deploy"]


@pytest.mark.parametrize("path", ["/nope", "/api/v2/pods", "/apis/apps/v1beta1/deployments", "/apis/nope", "/api/v1/nopes"])
def test_what_is_not_there(ask: Any, path: str) -> None:
    assert ask("GET", path) == (404, "404 page not found\n")


def test_health_and_version(ask: Any) -> None:
    assert ask("GET", "/readyz") == (200, "ok")
    assert "[+]etcd ok" in ask("GET", "/readyz", verbose="")[1]
    assert ask("GET", "/version")[1]["gitVersion"] == "v1.36.2"


@pytest.mark.parametrize("body", ["not an object", [], 5, {"kind": "ConfigMap"}, {**CM, "metadata": []}, {**CM, "data": {"k": 1}}])
def test_garbage_is_the_clients_fault(ask: Any, body: Any) -> None:
    code, status = ask("POST", PATH, body)
    assert 400 <= code < 500
    assert status["kind"] == "Status"


def test_metrics_count_what_is_stored(ask: Any) -> None:
    ask("POST", PATH, CM)
    code, text = ask("GET", "/metrics")
    assert code == 200
    assert 'apiserver_storage_objects{resource="configmaps"} 1\n' in text


def test_a_watch_is_a_stream(client: LocalClient) -> None:
    handler = Handler(client.api, yaml.safe_load)
    answer = handler.handle(Request("GET", PATH, client.caller, {"watch": ["true"], "timeoutSeconds": ["30"]}))
    assert isinstance(answer, EventStream)
    assert answer.timeout_s == 30


def test_who_asks_is_asked_for_their_rights(client: LocalClient) -> None:
    handler = Handler(client.api, yaml.safe_load)

    def answer(path: str, **headers: str) -> tuple[int, Any]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        response = handler.handle(Request("GET", path, client.caller, {}, given))
        assert isinstance(response, Response)
        return response.code, json.loads(response.body)

    assert answer("/api/v1/namespaces/default/pods")[0] == 200
    code, status = answer("/api/v1/namespaces/default", impersonate_user="jane", impersonate_group="a,b")
    assert (code, status["reason"], status["details"]) == (403, "Forbidden", {"name": "default", "kind": "namespaces"})
    assert status["message"].endswith('cannot get resource "namespaces" in API group "" in the namespace "default"')
    assert answer("/apis", impersonate_user="jane")[1]["message"] == 'forbidden: User "jane" cannot get path "/apis"'
    assert answer("/apis", impersonate_group="a")[0] == 500


def test_other_versions_have_their_own_paths(ask: Any) -> None:
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 2}
    new = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}
    path = "namespaces/default/horizontalpodautoscalers"
    assert ask("POST", f"/apis/autoscaling/v1/{path}", {**new, "spec": {**spec, "targetCPUUtilizationPercentage": 9}})[0] == 201
    assert "metrics" in ask("GET", f"/apis/autoscaling/v2/{path}/h")[1]["spec"]
    assert ask("GET", f"/apis/autoscaling/v1/{path}/h")[1]["spec"]["targetCPUUtilizationPercentage"] == 9
    assert ask("GET", f"/apis/autoscaling/v3/{path}/h")[0] == 404
    assert [v["version"] for v in ask("GET", "/apis/autoscaling")[1]["versions"]] == ["v2", "v1"]
