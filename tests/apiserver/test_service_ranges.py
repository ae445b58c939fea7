"""IPAddress and ServiceCIDR objects, which nobody writes."""

from __future__ import annotations

from k8s_magic.apiserver.local import LocalClient


def test_every_service_has_its_address_taken(client: LocalClient) -> None:
    made = client.create(
        "services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 1}]}}, "default"
    )
    ip = made["spec"]["clusterIP"]
    found = client.get("ipaddresses.networking.k8s.io", ip)
    assert found["spec"]["parentRef"] == {"resource": "services", "namespace": "default", "name": "s"}
    client.delete("services", "s", "default")
    assert ip not in [item["metadata"]["name"] for item in client.list("ipaddresses.networking.k8s.io")["items"]]


def test_a_headless_service_takes_none(client: LocalClient) -> None:
    spec = {"clusterIP": "None", "ports": [{"port": 1}]}
    client.create("services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "h"}, "spec": spec}, "default")
    assert [i for i in client.list("ipaddresses.networking.k8s.io")["items"] if i["spec"]["parentRef"]["name"] == "h"] == []
