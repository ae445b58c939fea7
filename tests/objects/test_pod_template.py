import re

from k8s_magic.objects import go_dump
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import data_hash, pod_limits, pod_requests, template_hash

TEMPLATE: Obj = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "c:1"}]}}


DEFAULTS = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}
OF_SPEC = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
}


def template(app: str, **container: object) -> Obj:
    """As the API server stores it, with its defaults."""
    containers = [{"resources": {}, **DEFAULTS, **container}]
    return {"metadata": {"labels": {"app": app}}, "spec": {**OF_SPEC, "containers": containers, "securityContext": {}}}


def test_hashes_are_those_of_a_real_cluster() -> None:
    assert template_hash(template("nginx", name="nginx", image="nginx:1.7.12")) == "7d66f4c7cf"
    assert template_hash(template("web", name="nginx", image="nginx:1.7.12")) == "787d5fd6d9"
    assert template_hash(template("web", name="c", image="c:1")) == "65544d6b59"


def test_each_part_of_a_template_has_its_go_form() -> None:
    assert go_dump.typed({"type": "Directory", "path": "/a"}, "*v1.HostPathVolumeSource") == (
        "(*v1.HostPathVolumeSource){Path:(string)/a Type:(*v1.HostPathType)Directory}"
    )
    assert go_dump.typed(None, "*v1.HostPathVolumeSource") == "(*v1.HostPathVolumeSource)<nil>"
    assert go_dump.typed({"port": "web"}, "v1.TCPSocketAction") == (
        "(v1.TCPSocketAction){Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web} Host:(string)}"
    )
    assert go_dump.dump({"b": "1", "a": "2"}, "map[string]string") == "map[a:2 b:1]"
    decimal = "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>}"
    assert go_dump.dump({"cpu": "100m", "memory": "64Mi"}, "v1.ResourceList") == (
        f"map[cpu:{{i:(resource.int64Amount){{value:(int64)100 scale:(resource.Scale)-3}} {decimal} s:(string)100m "
        f"Format:(resource.Format)DecimalSI}} memory:{{i:(resource.int64Amount){{value:(int64)67108864 scale:(resource.Scale)0}} "
        f"{decimal} s:(string) Format:(resource.Format)BinarySI}}]"
    )


def test_a_hash_depends_on_the_template_alone_and_not_on_the_order_of_its_keys() -> None:
    first = template_hash(TEMPLATE)
    assert re.fullmatch("[bcdf456789]{1,10}", first)
    assert template_hash({"spec": TEMPLATE["spec"], "metadata": TEMPLATE["metadata"]}) == first
    assert template_hash({**TEMPLATE, "metadata": {}}) != first
    assert len({first, template_hash(TEMPLATE, 0), template_hash(TEMPLATE, 1)}) == 3


def test_the_hash_of_a_revision_s_data_depends_on_its_probe() -> None:
    assert data_hash({"spec": {"template": TEMPLATE}}, 0) != data_hash({"spec": {"template": TEMPLATE}}, 1)


def container(cpu: str = "", memory: str = "", side: str = "requests", **fields: object) -> Obj:
    amounts = {name: amount for name, amount in (("cpu", cpu), ("memory", memory)) if amount}
    return {"name": "c", "resources": {side: amounts}, **fields}


def pod(*containers: Obj, init: tuple[Obj, ...] = (), **spec: object) -> Obj:
    return {"metadata": {}, "spec": {"containers": list(containers), "initContainers": list(init), **spec}}


def test_containers_add_up() -> None:
    assert pod_requests(pod(container("250m", "64Mi"), container("0.5"))) == {"cpu": 750, "memory": 64 * 2**20}
    assert pod_requests(pod({"name": "c"})) == {}


def test_an_init_container_counts_where_it_needs_more_than_all_containers() -> None:
    assert pod_requests(pod(container("100m", "2Gi"), init=(container("1", "1Gi"),))) == {"cpu": 1000, "memory": 2 * 2**30}


def test_a_sidecar_runs_beside_the_containers_and_beside_later_init_containers() -> None:
    sidecar = container("100m", restartPolicy="Always")
    assert pod_requests(pod(container("100m"), init=(sidecar, container("300m")))) == {"cpu": 400}
    assert pod_requests(pod(container("100m"), init=(container("300m"), sidecar))) == {"cpu": 300}
    assert pod_requests(pod(container("500m"), init=(sidecar, container("300m")))) == {"cpu": 600}


def test_overhead_adds_to_requests_and_to_limits_that_are_set() -> None:
    spec = pod(container("100m"), container("200m", side="limits"), overhead={"cpu": "50m", "memory": "1Mi"})
    assert pod_requests(spec) == {"cpu": 150, "memory": 2**20}
    assert pod_limits(spec) == {"cpu": 250}


def test_what_the_pod_states_for_itself_goes_first() -> None:
    spec = pod(container("100m", "1Gi"), resources={"requests": {"cpu": "2", "example.com/gpu": "1"}})
    assert pod_requests(spec) == {"cpu": 2000, "memory": 2**30}


def test_what_is_missing_can_be_stood_in_for() -> None:
    spec = pod(container("0"), container(memory="1Mi"))
    assert pod_requests(spec, missing={"cpu": 100, "memory": 200}) == {"cpu": 100, "memory": 200 + 2**20}
