"""Services: defaults, rules and rows. Agrees with services-expose.yaml, services-types.yaml and err-validation.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.kinds.endpoints import addresses_text
from k8s_magic.objects.meta import Obj

from .builders import BORN_S, complaints, meta, service, taken, update_complaints

KIND = registry()["services"]


def test_defaults() -> None:
    spec = taken("services", service())["spec"]
    assert spec == {
        "internalTrafficPolicy": "Cluster",
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }


def test_client_ip_has_a_timeout_and_node_ports_a_policy() -> None:
    spec = taken("services", service(sessionAffinity="ClientIP", type="NodePort"))["spec"]
    assert spec["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 10800}}
    assert spec["externalTrafficPolicy"] == "Cluster"
    assert taken("services", service(type="LoadBalancer"))["spec"]["allocateLoadBalancerNodePorts"] is True


CASES: list[tuple[str, Obj, list[str]]] = [
    (
        "weird",  # err-validation.yaml, g.yaml
        service(ports=[{"port": 0}, {"port": 80, "name": "UPPER"}], type="Weird"),
        [
            "spec.ports[0].name: Required value",
            "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
            "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
            'spec.ports[1].name: Invalid value: "UPPER": a lowercase RFC 1123 label must consist of lower case alphanumeric '
            "characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
            "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            'spec.type: Unsupported value: "Weird": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
        ],
    ),
    ("no ports", service(ports=[]), ["spec.ports: Required value"]),
    ("headless", service(ports=[], clusterIP="None"), []),
    ("a name outside", service(ports=[], type="ExternalName", externalName="database.company.com"), []),
    ("no name outside", service(ports=[], type="ExternalName"), ["spec.externalName: Required value"]),
    (
        "affinity",
        service(sessionAffinity="Never"),
        ['spec.sessionAffinity: Unsupported value: "Never": supported values: "ClientIP", "None"'],
    ),
    (
        "a node port without need",
        service(ports=[{"port": 80, "nodePort": 30080}]),
        ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ),
    (
        "the same port twice",
        service(ports=[{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]),
        [
            'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
        ],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_new_services(obj: Obj, expected: list[str]) -> None:
    assert complaints("services", obj) == expected


def test_a_service_may_begin_with_a_digit() -> None:
    # v1.36's RelaxedServiceNameValidation; err-validation.yaml, g.yaml
    obj = service()
    obj["metadata"]["name"] = "1svc"
    assert complaints("services", obj) == []


def stored(**spec: Any) -> Obj:
    made = taken("services", service(**spec))
    made["spec"] |= {"clusterIP": "10.96.1.1", "clusterIPs": ["10.96.1.1"], "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    return made


def updated(old: Obj, **changes: Any) -> Obj:
    spec = {k: v for k, v in {**old["spec"], **changes}.items() if v is not None}
    new = {**old, "spec": spec}
    KIND.default(new)
    KIND.prepare_update(new, old)
    return new


def test_the_cluster_ip_stays() -> None:
    old = stored()
    assert updated(old, clusterIP=None, clusterIPs=None)["spec"] == old["spec"]
    new = updated(old, clusterIP="10.96.9.9")
    assert update_complaints("services", old, new) == ['spec.clusterIPs[0]: Invalid value: ["10.96.9.9"]: may not change once set']


def test_an_alias_needs_no_address() -> None:
    new = updated(stored(), type="ExternalName", externalName="a.example.com")
    assert not {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"} & new["spec"].keys()


ROWS = [
    (stored(), ["ClusterIP", "10.96.1.1", "<none>", "80/TCP"]),
    (stored(type="NodePort", ports=[{"port": 80, "nodePort": 30080}]), ["NodePort", "10.96.1.1", "<none>", "80:30080/TCP"]),
    (stored(type="LoadBalancer"), ["LoadBalancer", "10.96.1.1", "<pending>", "80/TCP"]),
    (taken("services", service(type="ExternalName", externalName="a.b", ports=[])), ["ExternalName", "<none>", "a.b", "<none>"]),
]


@pytest.mark.parametrize(("obj", "expected"), ROWS)
def test_rows(obj: Obj, expected: list[str]) -> None:
    assert KIND.row is not None
    assert KIND.row(obj, BORN_S)[1:5] == expected


def test_endpoints_are_cut_short() -> None:
    # transcripts/services-readiness.yaml: the first three, then how many more
    subset = {"addresses": [{"ip": f"10.0.0.{n}"} for n in range(1, 6)], "ports": [{"port": 80}]}
    obj = {"metadata": meta("e"), "subsets": [subset]}
    assert addresses_text(obj) == "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more..."
    assert addresses_text({"metadata": meta("e"), "subsets": []}) == "<none>"


def test_a_slice_shows_ports_and_addresses() -> None:
    row = registry()["endpointslices.discovery.k8s.io"].row
    assert row is not None
    whole = {"metadata": meta("e"), "addressType": "IPv4", "ports": [{"port": 80}], "endpoints": [{"addresses": ["10.0.0.1"]}]}
    assert row(whole, BORN_S)[1:4] == ["IPv4", "80", "10.0.0.1"]
    assert row({"metadata": meta("e"), "addressType": "IPv4", "endpoints": []}, BORN_S)[1:4] == ["IPv4", "<unset>", "<unset>"]
