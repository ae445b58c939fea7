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
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
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
    apply = "application/apply-patch+yaml"
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, resourceVersion: '1'}\ndata: {k: v}\n"
    assert ask("PATCH", PATH + "/a", text, content_type=apply, fieldManager="me")[0] == 201
    assert ask("PATCH", PATH + "/a", CM, content_type=apply, fieldManager="me")[1]["data"] == {"k": "v"}
    assert ask("PATCH", PATH + "/a", CM, content_type="text/plain")[1]["message"] == "415: Unsupported Media Type"
    assert ask("PATCH", PATH + "/a", CM, content_type=apply)[1]["message"].endswith(
        "fieldManager: Required value: is required for apply patch"
    )


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"kind": "Pod"}, 400, "invalid object type: /v1, Kind=Pod"),
        ({"metadata": {"name": "b"}}, 400, "the name of the object (b) does not match the name on the URL (a)"),
        ({"metadata": {"name": "a", "managedFields": []}}, 400, "metadata.managedFields must be nil"),
        ({"metadata": {"name": "a", "uid": "1"}}, 422, 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "1": field is immutable'),
        ({"foo": 1}, 500, "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema"),
    ],
)
def test_what_cannot_be_applied(ask: Any, change: Obj, code: int, message: str) -> None:
    given, status = ask("PATCH", PATH + "/a", {**CM, **change}, content_type="application/apply-patch+yaml", fieldManager="me")
    assert (given, status["message"]) == (code, message)


def test_a_field_below_that_is_not_declared_is_named_by_its_key(ask: Any) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i", "foo": 1}]}}
    path = "/api/v1/namespaces/default/pods/p"
    message = ask("PATCH", path, {**pod, "bar": 1}, content_type="application/apply-patch+yaml", fieldManager="me")[1]["message"]
    told = 'errors:\n  .spec.containers[name="c"].foo: field not declared in schema\n  .bar: field not declared in schema'
    assert message == f"failed to create typed patch object (/p; /v1, Kind=Pod): {told}"


def test_bodies_and_answers_may_be_yaml(client: LocalClient) -> None:
    handler = Handler(client.api, yaml.safe_load, yaml.safe_dump)
    headers = {"content-type": "application/yaml", "accept": "application/yaml"}
    answer = handler.handle(Request("POST", PATH, client.caller, {}, headers, yaml.safe_dump(CM).encode()))
    assert isinstance(answer, Response)
    assert (answer.code, answer.content_type, yaml.safe_load(answer.body)["data"]) == (201, "application/yaml", {"k": "v"})


@pytest.mark.parametrize(
    ("body", "content_type", "code", "message"),
    [
        (b"{bad", "", 400, "json parse error: invalid character 'b' looking for beginning of object key string ({bad)"),
        (b"", "", 400, "json parse error: unexpected end of JSON input (<empty>)"),
        (b"[]", "", 400, '\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)'),
        (b"{}", "text/plain", 415, "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        ({**CM, "kind": "Pod"}, "", 400, "a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion"),
        ({**CM, "kind": "No"}, "", 400, 'no kind "No" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'),
    ],
)
def test_a_body_that_is_no_object(ask: Any, body: Any, content_type: str, code: int, message: str) -> None:
    given, status = ask("POST", PATH, body, content_type=content_type)
    assert given == code
    assert status["message"].endswith(message)


def test_an_answer_in_no_form_that_we_have(ask: Any) -> None:
    code, status = ask("GET", PATH, accept="text/html")
    assert (code, status["reason"]) == (406, "NotAcceptable")
    assert ask("GET", PATH, accept="application/xml, */*")[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", PATH + "/a"),
        ("PUT", PATH),
        ("PATCH", PATH),
        ("POST", "/api/v1/configmaps"),
        ("DELETE", "/api/v1/componentstatuses/a"),
        ("GET", "/api/v1/namespaces/default/bindings"),
        ("DELETE", "/api/v1/namespaces"),
        ("OPTIONS", PATH),
    ],
)
def test_what_has_no_route_is_not_allowed(ask: Any, method: str, path: str) -> None:
    code, status = ask(method, path, CM)
    assert (code, status["message"]) == (405, "the server does not allow this method on the requested resource")


@pytest.mark.parametrize(
    ("method", "query", "message"),
    [
        (
            "POST",
            {"dryRun": "Some"},
            'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
        ),
        (
            "POST",
            {"fieldManager": "a" * 129},
            'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
        ),
        (
            "POST",
            {"fieldValidation": "x"},
            'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": '
            'supported values: "", "Ignore", "Strict", "Warn"',
        ),
        (
            "GET",
            {"resourceVersionMatch": "Exact"},
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: '
            "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
        (
            "GET",
            {"watch": "1", "sendInitialEvents": "true"},
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: '
            "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
    ],
)
def test_options_that_make_no_sense(ask: Any, method: str, query: dict[str, str], message: str) -> None:
    code, status = ask(method, PATH, CM, **query)
    assert (code, status["message"]) == (422, message)


def test_force_is_for_who_applies(ask: Any) -> None:
    ask("POST", PATH, CM)
    status = ask("PATCH", PATH + "/a", {}, content_type="application/merge-patch+json", force="true")[1]
    assert status["message"] == 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        (
            {"propagationPolicy": "Orphan", "orphanDependents": True},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": '
            "orphanDependents and deletionPropagation cannot be both set",
        ),
        (
            {"preconditions": {"resourceVersion": "x"}},
            409,
            'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (x) does not match the '
            "ResourceVersion in record (3). The object might have been modified",
        ),
        ({"dryRun": ["x"]}, 422, 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"'),
    ],
)
def test_a_deletion_that_is_refused(ask: Any, how: Obj, code: int, message: str) -> None:
    ask("POST", PATH, CM)
    given, status = ask("DELETE", PATH + "/a", {"kind": "DeleteOptions", "apiVersion": "v1", **how})
    assert (given, status["message"]) == (code, message)


def test_fields_that_are_said_twice(ask: Any) -> None:
    body = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1","k":"2"}}'
    status = ask("POST", PATH, body, fieldValidation="Strict")[1]
    handled = 'ConfigMap in version "v1" cannot be handled as a ConfigMap'
    assert status["message"] == f'{handled}: strict decoding error: duplicate field "data.k"'
    assert ask("POST", PATH, body)[1]["data"] == {"k": "2"}


@pytest.mark.parametrize("kind", ["merge-patch", "strategic-merge-patch"])
def test_a_strict_patch_brings_no_unknown_field(ask: Any, kind: str) -> None:
    ask("POST", PATH, CM)
    code, status = ask("PATCH", PATH + "/a", {"foo": 1}, content_type=f"application/{kind}+json", fieldValidation="Strict")
    assert code == 422
    assert status["message"].startswith(' "" is invalid: patch: Invalid value: ')
    assert status["message"].endswith(': strict decoding error: unknown field "foo"')


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


@pytest.mark.parametrize("path", ["/nope", "/apis/nope", "/apis/nope/v1/things", "/readyz/etcd", "/livez/nope"])
def test_what_is_not_there(ask: Any, path: str) -> None:
    assert ask("GET", path) == (404, "404 page not found\n")


@pytest.mark.parametrize(
    "path", ["/api/v2/pods", "/apis/apps/v1beta1/deployments", "/api/v1/nopes", PATH + "/a/status", PATH + "/a/nope", "/apis/apps/v9"]
)
def test_a_group_that_is_served_says_what_is_not_there(ask: Any, path: str) -> None:
    code, status = ask("GET", path)
    assert (code, status["reason"], status["details"]) == (404, "NotFound", {})
    assert status["message"] == "the server could not find the requested resource"


def test_health_and_version(ask: Any) -> None:
    assert ask("GET", "/readyz") == (200, "ok")
    assert ask("GET", "/livez/etcd") == (200, "ok")
    assert "[+]etcd ok" in ask("GET", "/livez", verbose="")[1]
    told = ask("GET", "/readyz", verbose="", exclude="ping")[1]
    assert told.startswith("[+]ping excluded: ok\n[+]log ok\n[+]informer-sync ok\n")
    assert told.endswith("readyz check passed\n")
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


def test_a_name_is_taken_until_its_object_has_gone(ask: Any) -> None:
    held = {**CM, "metadata": {"name": "a", "finalizers": ["x.io/y"]}}
    ask("POST", PATH, held)
    assert ask("POST", PATH, CM)[1]["message"] == 'configmaps "a" already exists'
    ask("DELETE", PATH + "/a")
    assert ask("POST", PATH, CM)[1]["message"] == 'object is being deleted: configmaps "a" already exists'


def test_finalizers_of_built_in_kinds_are_qualified(ask: Any) -> None:
    code, status = ask("POST", PATH, {**CM, "metadata": {"name": "a", "finalizers": ["xx"]}})
    detail = "name is neither a standard finalizer name nor is it fully qualified"
    assert (code, status["message"]) == (422, f'ConfigMap "a" is invalid: metadata.finalizers[0]: Invalid value: "xx": {detail}')


def test_some_kinds_answer_a_delete_with_what_has_gone(ask: Any) -> None:
    path = "/api/v1/namespaces/default/services"
    ask("POST", path, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
    assert ask("DELETE", path + "/s")[1]["kind"] == "Service"
    ask("POST", PATH, CM)
    assert ask("DELETE", PATH + "/a")[1]["kind"] == "Status"


def test_some_kinds_are_replaced_only_by_who_says_what_it_saw(ask: Any) -> None:
    path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
    made = ask("POST", path, lease)[1]
    problem = "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    assert ask("PUT", path + "/l", lease)[1]["message"] == f'leases.coordination.k8s.io "l" is invalid: {problem}'
    assert ask("PUT", path + "/l", made)[0] == 200


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


def test_what_is_wrong_is_said_before_what_is_not_allowed(ask: Any) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"configmaps": "0"}}}
    ask("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    assert ask("POST", PATH, {**CM, "data": {"?": "x"}})[1]["reason"] == "Invalid"
    assert ask("POST", PATH, CM)[1]["reason"] == "Forbidden"


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


def test_half_a_character_is_replaced(ask: Any) -> None:
    body = rb'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud800x \ud83d\ude00"}}'
    assert ask("POST", PATH, body)[1]["data"] == {"k": "\ufffdx \U0001f600"}
    assert ask("GET", PATH + "/a")[1]["data"] == {"k": "\ufffdx \U0001f600"}
