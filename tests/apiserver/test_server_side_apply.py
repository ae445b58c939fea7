"""Server-side apply: owners of fields, conflicts, force, and what a manager gives up."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj


def configmap(**data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": data}


def apply(client: LocalClient, obj: Obj, manager: str = "kubectl", force: bool = False) -> Obj:
    options = WriteOptions(field_manager=manager, force=force)
    resource = {"ConfigMap": "configmaps", "Pod": "pods"}[obj["kind"]]
    return client.patch(resource, obj["metadata"]["name"], "default", "apply", obj, options=options)


def managers(client: LocalClient, resource: str = "configmaps", name: str = "cm") -> list[tuple[str, str, dict[str, Any]]]:
    fields = client.get(resource, name, "default")["metadata"].get("managedFields", [])
    return [(entry["manager"], entry["operation"], entry["fieldsV1"]) for entry in fields]


def test_the_first_apply_creates(client: LocalClient) -> None:
    apply(client, configmap(k="a"))
    assert managers(client) == [("kubectl", "Apply", {"f:data": {"f:k": {}}})]


def test_another_manager_may_not_change_what_is_owned(client: LocalClient) -> None:
    apply(client, configmap(k="a"))
    with pytest.raises(ApiError) as error:
        apply(client, configmap(k="b", extra="1"), "other")
    assert error.value.message == 'Apply failed with 1 conflict: conflict with "kubectl": .data.k'
    assert client.get("configmaps", "cm", "default")["data"] == {"k": "a"}


def test_force_takes_the_field_over(client: LocalClient) -> None:
    apply(client, configmap(k="a"))
    apply(client, configmap(k="b", extra="1"), "other", force=True)
    assert client.get("configmaps", "cm", "default")["data"] == {"extra": "1", "k": "b"}
    assert managers(client) == [("other", "Apply", {"f:data": {"f:extra": {}, "f:k": {}}})]


def test_two_managers_may_agree_on_a_value(client: LocalClient) -> None:
    apply(client, configmap(k="a"))
    apply(client, configmap(k="a"), "other")
    assert [name for name, _, _ in managers(client)] == ["kubectl", "other"]
    apply(client, configmap(), "kubectl")
    assert client.get("configmaps", "cm", "default")["data"] == {"k": "a"}


def test_what_a_manager_no_longer_applies_goes(client: LocalClient) -> None:
    apply(client, configmap(k="a", gone="x"))
    apply(client, configmap(k="a"))
    assert client.get("configmaps", "cm", "default")["data"] == {"k": "a"}


def test_an_update_takes_the_field_and_the_next_apply_meets_it(client: LocalClient) -> None:
    apply(client, configmap(k="a"))
    client.patch("configmaps", "cm", "default", "merge", {"data": {"k": "hand"}}, options=WriteOptions(field_manager="kubectl-patch"))
    with pytest.raises(ApiError) as error:
        apply(client, configmap(k="a"))
    assert error.value.message == 'Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .data.k'


def test_conflicts_are_listed_by_manager(client: LocalClient) -> None:
    apply(client, configmap(a="1", b="2"), "one")
    with pytest.raises(ApiError) as error:
        apply(client, configmap(a="x", b="y"), "two")
    assert error.value.message == 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b'


def test_list_items_are_fields_by_their_key(client: LocalClient) -> None:
    def pod(*containers: Obj) -> Obj:
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": list(containers)}}

    apply(client, pod({"name": "a", "image": "a:1"}))
    with pytest.raises(ApiError) as error:
        apply(client, pod({"name": "a", "image": "a:2"}), "other")
    assert error.value.message == 'Apply failed with 1 conflict: conflict with "kubectl": .spec.containers[name="a"].image'
    apply(client, pod({"name": "a", "image": "a:2"}), "other", force=True)
    assert client.get("pods", "p", "default")["spec"]["containers"][0]["image"] == "a:2"


def test_a_create_owns_its_fields_with_their_parents(client: LocalClient) -> None:
    client.create("configmaps", configmap(k="a"), "default", options=WriteOptions(field_manager="kubectl-create"))
    assert managers(client) == [("kubectl-create", "Update", {"f:data": {".": {}, "f:k": {}}})]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"containers": {"name": "c"}}, ".spec.containers: expected list, got &{map[name:c]}"),
        (
            {"containers": [{"name": "c", "image": 1}]},
            '.spec.containers[name="c"].image: expected string, got &value.valueUnstructured{Value:1}',
        ),
        ({"hostPID": "yes"}, ".spec.hostPID: expected boolean, got &{yes}"),
        ({"priority": "7"}, ".spec.priority: expected numeric (int or float), got string"),
        ({"nodeSelector": "x"}, ".spec.nodeSelector: expected map, got &{x}"),
        ({"containers": [{"name": "c", "command": ["a", 2]}]}, '.spec.containers[name="c"].command[1]: expected string, got &value'),
    ],
)
def test_types_are_looked_at_before_anything_is_decoded(client: LocalClient, spec: Obj, text: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}, "spec": spec}
    with pytest.raises(ApiError) as caught:
        apply(client, pod)
    assert caught.value.message.startswith(f"failed to create typed patch object (default/p; /v1, Kind=Pod): {text}")


def test_quantities_and_ports_may_be_numbers_or_texts(client: LocalClient) -> None:
    container = {"name": "c", "image": "i", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}
    apply(client, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}})
    assert client.get("pods", "p", "default")["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}
