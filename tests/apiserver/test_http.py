"""HTTP semantics without a socket: paths, content types, tables, discovery, codes."""

from __future__ import annotations

import json
from typing import Any

import yaml

from k8s_magic.apiserver.http import EventStream, Handler, Request, Response
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj

CM: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"x": "y"}}, "data": {"k": "v"}}


PATH = "/api/v1/namespaces/default/configmaps"


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
    apply = "application/apply-patch+yaml"
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, resourceVersion: '1'}\ndata: {k: v}\n"
    assert ask("PATCH", PATH + "/a", text, content_type=apply, fieldManager="me")[0] == 201
    assert ask("PATCH", PATH + "/a", CM, content_type=apply, fieldManager="me")[1]["data"] == {"k": "v"}
    assert ask("PATCH", PATH + "/a", CM, content_type="text/plain")[1]["message"] == "415: Unsupported Media Type"
    assert ask("PATCH", PATH + "/a", CM, content_type=apply)[1]["message"].endswith(
        "fieldManager: Required value: is required for apply patch"
    )


def test_bodies_and_answers_may_be_yaml(client: LocalClient) -> None:
    handler = Handler(client.api, yaml.safe_load, yaml.safe_dump)
    headers = {"content-type": "application/yaml", "accept": "application/yaml"}
    answer = handler.handle(Request("POST", PATH, client.caller, {}, headers, yaml.safe_dump(CM).encode()))
    assert isinstance(answer, Response)
    assert (answer.code, answer.content_type, yaml.safe_load(answer.body)["data"]) == (201, "application/yaml", {"k": "v"})


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


def test_health_and_version(ask: Any) -> None:
    assert ask("GET", "/readyz") == (200, "ok")
    assert ask("GET", "/livez/etcd") == (200, "ok")
    assert "[+]etcd ok" in ask("GET", "/livez", verbose="")[1]
    told = ask("GET", "/readyz", verbose="", exclude="ping")[1]
    assert told.startswith("[+]ping excluded: ok\n[+]log ok\n[+]informer-sync ok\n")
    assert told.endswith("readyz check passed\n")
    assert ask("GET", "/version")[1]["gitVersion"] == "v1.36.2"


def test_metrics_count_what_is_stored(ask: Any) -> None:
    ask("POST", PATH, CM)
    code, text = ask("GET", "/metrics")
    assert code == 200
    assert 'apiserver_storage_objects{resource="configmaps"} 1\n' in text


def test_pages_show_one_state_though_it_changes(ask: Any) -> None:
    for name in "abcd":
        ask("POST", PATH, {**CM, "metadata": {"name": name}})
    first = ask("GET", PATH, limit="2")[1]
    version = first["metadata"]["resourceVersion"]
    assert first["metadata"]["remainingItemCount"] == 2
    ask("DELETE", PATH + "/c")
    ask("POST", PATH, {**CM, "metadata": {"name": "e"}})
    token = first["metadata"]["continue"]
    second = ask("GET", PATH, **{"continue": token})[1]
    assert ([o["metadata"]["name"] for o in second["items"]], second["metadata"]["resourceVersion"]) == (["c", "d"], version)
    assert ask("GET", PATH, **{"continue": "?"})[0] == 400
    assert ask("GET", PATH, **{"continue": token}, resourceVersion="5")[0] == 400


def test_a_list_as_it_was(ask: Any, client: LocalClient) -> None:
    ask("POST", PATH, CM)
    was = str(client.api.store.revision)
    ask("DELETE", PATH + "/a")
    past = ask("GET", PATH, resourceVersion=was, resourceVersionMatch="Exact")[1]
    assert [o["metadata"]["name"] for o in past["items"]] == ["a"]
    assert ask("GET", PATH, resourceVersion=was)[1]["items"] == []
    code, status = ask("GET", PATH, resourceVersion="9999")
    assert (code, status["reason"], status["details"]["retryAfterSeconds"]) == (504, "Timeout", 1)


def test_a_collection_goes_page_by_page(ask: Any) -> None:
    for name in "abc":
        ask("POST", PATH, {**CM, "metadata": {"name": name}})
    assert len(ask("DELETE", PATH, limit="2")[1]["items"]) == 2
    assert [o["metadata"]["name"] for o in ask("GET", PATH)[1]["items"]] == ["c"]


def test_a_table_may_leave_the_objects_out(ask: Any) -> None:
    ask("POST", PATH, CM)
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    assert ask("GET", PATH, accept=accept, includeObject="None")[1]["rows"][0]["object"] is None
    assert ask("GET", PATH, accept=accept, includeObject="x")[0] == 400


def lines(client: LocalClient, stream: Any) -> list[Any]:
    """What a watch says now, decoded."""
    found: list[Any] = []

    async def read() -> None:
        while True:
            found.append(json.loads(stream.encoded(await stream.watch.next())))

    client.loop.spawn(read())
    client.loop.run_until(client.loop.now)
    return found


def watch(client: LocalClient, accept: str = "", **query: str) -> list[Any]:
    asked = {"watch": ["true"], **{name: [value] for name, value in query.items()}}
    stream = Handler(client.api, yaml.safe_load).handle(Request("GET", PATH, client.caller, asked, {"accept": accept}))
    assert isinstance(stream, EventStream)
    return lines(client, stream)


def test_a_watch_tells_when_it_has_told_all(client: LocalClient) -> None:
    client.create("configmaps", CM, "default")
    informer = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    added, bookmark = watch(client, **informer)
    assert (added["type"], added["object"]["metadata"]["managedFields"][0]["manager"]) == ("ADDED", "kubectl")
    assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert bookmark["object"]["kind"] == "ConfigMap"
    partial = watch(client, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", **informer)
    assert [e["object"]["kind"] for e in partial] == ["PartialObjectMetadata"] * 2
    table = watch(client, "application/json;as=Table;v=v1;g=meta.k8s.io", **informer)
    assert [len(e["object"]["rows"][0]["cells"]) for e in table] == [3, 0]
    assert [e["type"] for e in watch(client, sendInitialEvents="true", resourceVersionMatch="NotOlderThan")] == ["ADDED"]
    assert watch(client, sendInitialEvents="false", resourceVersionMatch="NotOlderThan") == []


def test_what_leaves_a_selection_goes_as_it_was_known(client: LocalClient) -> None:
    since = str(client.api.store.revision)
    client.create("configmaps", CM, "default")
    client.patch("configmaps", "a", "default", "merge", {"metadata": {"labels": {"x": "z"}}})
    gone = watch(client, labelSelector="x=y", resourceVersion=since)[-1]
    assert (gone["type"], gone["object"]["metadata"]["labels"]) == ("DELETED", {"x": "y"})
    assert gone["object"]["metadata"]["resourceVersion"] == str(client.api.store.revision)


def test_a_watch_of_one_object_by_name_is_a_read(ask: Any) -> None:
    ask("POST", PATH, CM)
    assert ask("GET", PATH + "/a", watch="true")[1]["kind"] == "ConfigMap"


def test_what_is_served_is_listed_at_the_root(ask: Any) -> None:
    paths = ask("GET", "/")[1]["paths"]
    assert {"/api/v1", "/apis/apps", "/apis/apps/v1", "/livez/ping", "/metrics", "/openapi/v3", "/version"} <= set(paths)


def test_hashes_of_storage_versions_are_v1_36s(ask: Any) -> None:
    hashes = {r["name"]: r.get("storageVersionHash") for r in ask("GET", "/api/v1")[1]["resources"]}
    assert (hashes["pods"], hashes["configmaps"], hashes["bindings"]) == ("xPOwRZ+Yhw8=", "qFsyl6wFWjQ=", None)
    assert ask("GET", "/apis/autoscaling/v1")[1]["resources"][0]["storageVersionHash"] == "qwQve8ut294="


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
    told = 'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string(nil)}'
    code, status = answer("/apis", impersonate_group="a")
    assert (code, status["message"]) == (400, f"{told} without impersonating a user name")


def test_other_versions_have_their_own_paths(ask: Any) -> None:
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 2}
    new = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}
    path = "namespaces/default/horizontalpodautoscalers"
    assert ask("POST", f"/apis/autoscaling/v1/{path}", {**new, "spec": {**spec, "targetCPUUtilizationPercentage": 9}})[0] == 201
    assert "metrics" in ask("GET", f"/apis/autoscaling/v2/{path}/h")[1]["spec"]
    assert ask("GET", f"/apis/autoscaling/v1/{path}/h")[1]["spec"]["targetCPUUtilizationPercentage"] == 9
    assert ask("GET", f"/apis/autoscaling/v3/{path}/h")[0] == 404
    assert [v["version"] for v in ask("GET", "/apis/autoscaling")[1]["versions"]] == ["v2", "v1"]


def test_some_kinds_answer_a_delete_with_what_has_gone(ask: Any) -> None:
    path = "/api/v1/namespaces/default/services"
    ask("POST", path, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
    assert ask("DELETE", path + "/s")[1]["kind"] == "Service"
    ask("POST", PATH, CM)
    assert ask("DELETE", PATH + "/a")[1]["kind"] == "Status"


def test_who_makes_an_object_owns_what_it_says_and_no_empty_struct(ask: Any) -> None:
    """As a v1.36 server wrote it of the same request."""
    container = {"name": "c", "image": "nginx:1.27"}
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "w"}}}
    spec["template"] = {"metadata": {"labels": {"app": "w"}}, "spec": {"containers": [container]}}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}
    made = ask("POST", "/apis/apps/v1/namespaces/default/deployments", deployment)[1]
    fields = made["metadata"]["managedFields"][0]["fieldsV1"]
    owned = ("image", "imagePullPolicy", "name", "resources", "terminationMessagePath", "terminationMessagePolicy")
    pod = {f"f:{name}": {} for name in ("dnsPolicy", "restartPolicy", "schedulerName", "securityContext", "terminationGracePeriodSeconds")}
    pod["f:containers"] = {'k:{"name":"c"}': {".": {}, **{f"f:{name}": {} for name in owned}}}
    strategy = {"f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}}, "f:type": {}}
    numbers = {f"f:{name}": {} for name in ("progressDeadlineSeconds", "replicas", "revisionHistoryLimit", "selector")}
    template = {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": pod}
    assert fields == {"f:spec": {**numbers, "f:strategy": strategy, "f:template": template}}


def test_a_scale_has_a_table_and_words_of_its_own(ask: Any) -> None:
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "w"}}}
    spec["template"] = {"metadata": {"labels": {"app": "w"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    path = "/apis/apps/v1/namespaces/default/deployments"
    ask("POST", path, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec})
    table = ask("GET", path + "/d/scale", accept="application/json;as=Table;v=v1;g=meta.k8s.io")[1]
    assert [c["name"] for c in table["columnDefinitions"]] == ["Name", "Desired", "Available", "Age"]
    assert table["rows"][0]["cells"] == ["d", 1, 0, "0s"]
    merge = "application/merge-patch+json"
    less = ask("PATCH", path + "/d/scale", {"spec": {"replicas": -1}}, content_type=merge)[1]
    problem = "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
    assert less["message"] == f'Scale.autoscaling "d" is invalid: {problem}'
    assert ask("PATCH", path + "/d/scale", {"spec": {"replicas": "x"}}, content_type=merge)[0] == 422


def test_an_eviction_names_its_pod(ask: Any) -> None:
    pods = "/api/v1/namespaces/default/pods"
    ask("POST", pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "q"}}
    assert ask("POST", pods + "/p/eviction", eviction)[1]["message"] == "name in URL does not match name in Eviction object"
    dry = {**eviction, "metadata": {"name": "p"}, "deleteOptions": {"dryRun": ["All"]}}
    assert ask("POST", pods + "/p/eviction", dry)[0] == 201
    assert ask("GET", pods + "/p")[0] == 200
    assert ask("POST", pods + "/p/eviction", {**dry, "apiVersion": "policy/v1beta1", "deleteOptions": {}})[0] == 201
    assert ask("GET", pods + "/p")[0] == 404
