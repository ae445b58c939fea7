"""Create, update and patch as a client sees them: what the API fills in, what it refuses and in which words."""

from __future__ import annotations

import pytest

from k8s_magic.apiserver.client import DeleteOptions, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Key, Obj


def configmap(name: str, **data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def pod(name: str, **labels: str) -> Obj:
    spec = {"containers": [{"name": "c", "image": "nginx:1.7.12"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec}


def refused(error: pytest.ExceptionInfo[ApiError]) -> tuple[int, str, str]:
    return error.value.code, error.value.reason, error.value.message


def test_the_api_names_dates_and_counts_what_it_stores(client: LocalClient) -> None:
    made = client.create("configmaps", configmap("a", x="1"), "default")
    assert made["metadata"]["namespace"] == "default"
    assert made["metadata"]["creationTimestamp"] == "2026-01-05T09:00:00Z"
    assert made["metadata"]["uid"]
    changed = client.update("configmaps", set_in(made, ("data", "x"), "2"), "default")
    assert int(changed["metadata"]["resourceVersion"]) == int(made["metadata"]["resourceVersion"]) + 1


def test_an_update_that_changes_nothing_is_not_written(client: LocalClient) -> None:
    made = client.create("configmaps", configmap("a", x="1"), "default")
    again = client.update("configmaps", {**made, "data": {"x": "1"}}, "default")
    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_what_came_in_is_not_what_is_stored(client: LocalClient) -> None:
    given = configmap("a", x="1")
    client.create("configmaps", given, "default")
    given["data"]["x"] = "changed by the caller"
    assert client.get("configmaps", "a", "default")["data"] == {"x": "1"}


def test_two_of_one_name(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    with pytest.raises(ApiError) as error:
        client.create("configmaps", configmap("a"), "default")
    assert refused(error) == (409, "AlreadyExists", 'configmaps "a" already exists')


def test_the_second_of_two_writers_loses(client: LocalClient) -> None:
    made = client.create("configmaps", configmap("a", x="1"), "default")
    client.update("configmaps", set_in(made, ("data", "x"), "2"), "default")
    with pytest.raises(ApiError) as error:
        client.update("configmaps", set_in(made, ("data", "x"), "3"), "default")
    why = "the object has been modified; please apply your changes to the latest version and try again"
    assert refused(error) == (409, "Conflict", f'Operation cannot be fulfilled on configmaps "a": {why}')


def test_nothing_is_created_where_there_is_no_namespace(client: LocalClient) -> None:
    with pytest.raises(ApiError) as error:
        client.create("configmaps", configmap("a"), "nowhere")
    assert refused(error) == (404, "NotFound", 'namespaces "nowhere" not found')


def test_generated_names_do_not_depend_on_what_else_was_made(client: LocalClient) -> None:
    def generated(prefix: str) -> str:
        obj = configmap("")
        obj["metadata"] = {"generateName": prefix}
        return str(client.create("configmaps", obj, "default")["metadata"]["name"])

    assert generated("a-")[:2] == "a-"
    first, second = generated("b-"), generated("b-")
    assert first != second


def test_a_dry_run_says_all_and_stores_nothing(client: LocalClient) -> None:
    said = client.create("configmaps", configmap("a"), "default", options=WriteOptions(dry_run=True))
    assert said["metadata"]["uid"]
    with pytest.raises(ApiError):
        client.get("configmaps", "a", "default")


def test_generation_counts_the_spec_and_not_the_status(client: LocalClient) -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {**_template("web")}},
    }
    made = client.create("deployments.apps", deployment, "default")
    assert made["metadata"]["generation"] == 1
    scaled = client.update("deployments.apps", set_in(made, ("spec", "replicas"), 3), "default")
    assert scaled["metadata"]["generation"] == 2
    reported = client.write_status("deployments.apps", set_in(scaled, ("status", "replicas"), 3))
    assert reported["metadata"]["generation"] == 2
    assert reported["status"]["replicas"] == 3


def test_users_do_not_write_status_and_controllers_do_not_write_spec(client: LocalClient) -> None:
    made = client.create("pods", {**pod("p"), "status": {"phase": "Running"}}, "default")
    assert made["status"]["phase"] == "Pending"
    both = set_in(set_in(made, ("status", "phase"), "Running"), ("spec", "activeDeadlineSeconds"), 5)
    reported = client.write_status("pods", both)
    assert reported["status"]["phase"] == "Running"
    assert "activeDeadlineSeconds" not in reported["spec"]


def _template(app: str) -> Obj:
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "c", "image": "c:1"}]}}


def test_pods_get_a_service_account_its_token_and_tolerations(client: LocalClient) -> None:
    made = client.create("pods", pod("p"), "default")
    assert made["spec"]["serviceAccountName"] == "default"
    assert made["spec"]["volumes"][0]["name"].startswith("kube-api-access-")
    assert made["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert [t["tolerationSeconds"] for t in made["spec"]["tolerations"]] == [300, 300]
    assert made["spec"]["priority"] == 0


def test_who_writes_a_pod_anew_need_not_say_what_was_worked_out_for_it(client: LocalClient) -> None:
    made = client.create("pods", pod("p"), "default")
    spec = {k: v for k, v in made["spec"].items() if k not in ("priority", "preemptionPolicy", "tolerations")}
    again = client.update("pods", {**made, "spec": spec}, "default")
    assert {k: again["spec"][k] for k in ("priority", "preemptionPolicy", "tolerations")} == {
        k: made["spec"][k] for k in ("priority", "preemptionPolicy", "tolerations")
    }


def test_binding_gives_a_pod_its_node_once(client: LocalClient) -> None:
    client.create("pods", pod("p"), "default")
    binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "p"}, "target": {"kind": "Node", "name": "node1"}}
    client.create("pods", binding, "default", name="p", subresource="binding")
    assert [p["metadata"]["name"] for p in client.by_node("node1")] == ["p"]
    with pytest.raises(ApiError) as error:
        client.create("pods", binding, "default", name="p", subresource="binding")
    assert error.value.reason == "Conflict"


def test_patches_share_what_they_leave_alone(client: LocalClient) -> None:
    made = client.create("pods", pod("p", app="a"), "default")
    patched = client.patch("pods", "p", "default", "merge", {"metadata": {"labels": {"x": "y"}}})
    assert patched["metadata"]["labels"] == {"app": "a", "x": "y"}
    assert patched["spec"] == made["spec"]


def test_a_patch_may_not_rename(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    with pytest.raises(ApiError) as error:
        client.patch("configmaps", "a", "default", "merge", {"metadata": {"name": "b"}})
    assert refused(error) == (400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)")


def test_services_get_addresses_and_give_them_back(client: LocalClient) -> None:
    def service(name: str, **spec: object) -> Obj:
        ports = [{"port": 80}]
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": ports, **spec}}

    made = client.create("services", service("a", type="NodePort"), "default")
    ip, port = made["spec"]["clusterIP"], made["spec"]["ports"][0]["nodePort"]
    assert ip.startswith("10.96.")
    assert 30000 <= port <= 32767
    with pytest.raises(ApiError) as error:
        client.create("services", service("b", clusterIP=ip), "default")
    why = f'spec.clusterIPs: Invalid value: ["{ip}"]: failed to allocate IP {ip}: provided IP is already allocated'
    assert error.value.message == f'Service "b" is invalid: {why}'
    client.delete("services", "a", "default")
    assert client.create("services", service("b", clusterIP=ip), "default")["spec"]["clusterIP"] == ip


def test_a_node_port_goes_when_the_type_no_longer_has_one(client: LocalClient) -> None:
    spec = {"ports": [{"port": 80}], "type": "NodePort"}
    made = client.create("services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": spec}, "default")
    plain = client.patch("services", "a", "default", "merge", {"spec": {"type": "ClusterIP"}})
    assert made["spec"]["ports"][0]["nodePort"]
    assert "nodePort" not in plain["spec"]["ports"][0]


def test_every_write_is_in_the_journal_with_its_actor(client: LocalClient) -> None:
    made = client.create("configmaps", configmap("a", x="1"), "default")
    client.causes = (int(made["metadata"]["resourceVersion"]),)
    client.delete("configmaps", "a", "default", options=DeleteOptions())
    entry = client.api.store.journal[-1]
    assert (entry.type, entry.actor, entry.key, entry.causes) == ("DELETED", "kubectl", Key("default", "a"), client.causes)


def test_what_a_name_was_made_from_may_be_rewritten(client: LocalClient) -> None:
    made = client.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}}, "default")
    name = made["metadata"]["name"]
    changed = client.patch("configmaps", name, "default", "merge", {"metadata": {"generateName": "b-"}})
    assert (changed["metadata"]["generateName"], changed["metadata"]["name"]) == ("b-", name)
