"""Refusals over HTTP: what a v1.36 server says, word by word, of requests that make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj

CM: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"x": "y"}}, "data": {"k": "v"}}
PATH = "/api/v1/namespaces/default/configmaps"


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


@pytest.mark.parametrize("body", ["not an object", [], 5, {"kind": "ConfigMap"}, {**CM, "metadata": []}, {**CM, "data": {"k": 1}}])
def test_garbage_is_the_clients_fault(ask: Any, body: Any) -> None:
    code, status = ask("POST", PATH, body)
    assert 400 <= code < 500
    assert status["kind"] == "Status"


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


def test_some_kinds_are_replaced_only_by_who_says_what_it_saw(ask: Any) -> None:
    path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
    made = ask("POST", path, lease)[1]
    problem = "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    assert ask("PUT", path + "/l", lease)[1]["message"] == f'leases.coordination.k8s.io "l" is invalid: {problem}'
    assert ask("PUT", path + "/l", made)[0] == 200


def test_what_is_wrong_is_said_before_what_is_not_allowed(ask: Any) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"configmaps": "0"}}}
    ask("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    assert ask("POST", PATH, {**CM, "data": {"?": "x"}})[1]["reason"] == "Invalid"
    assert ask("POST", PATH, CM)[1]["reason"] == "Forbidden"


def test_half_a_character_is_replaced(ask: Any) -> None:
    body = rb'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud800x \ud83d\ude00"}}'
    assert ask("POST", PATH, body)[1]["data"] == {"k": "\ufffdx \U0001f600"}
    assert ask("GET", PATH + "/a")[1]["data"] == {"k": "\ufffdx \U0001f600"}
