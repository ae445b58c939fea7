import re

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import pod_limits, pod_requests, template_hash

TEMPLATE: Obj = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "c:1"}]}}


def test_a_hash_depends_on_the_template_alone_and_not_on_the_order_of_its_keys() -> None:
    first = template_hash(TEMPLATE)
    assert re.fullmatch("[bcdf456789]{10}", first)
    assert template_hash({"spec": TEMPLATE["spec"], "metadata": TEMPLATE["metadata"]}) == first
    assert template_hash({**TEMPLATE, "metadata": {}}) != first
    assert len({first, template_hash(TEMPLATE, 0), template_hash(TEMPLATE, 1)}) == 3


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
