"""Every example that the notes name by URL is there, whatever the notes' spelling."""

import pytest
import yaml

from k8s_magic import book

BASE = "https://raw.githubusercontent.com/kubernetes-up-and-running/examples/master/"
IN_THE_NOTES = {
    "5-3-kaurd-pod-resreq.yaml": "Pod",
    "5-4-kaurd-pod-reslim.yaml": "Pod",
    "5-5-kuard-pod-vol.yaml": "Pod",
    "5-6-kuard-pod-full.yaml": "Pod",
    "8-1-kuard-rs.yaml": "ReplicaSet",
    "9-1-fluentd.yaml": "DaemonSet",
    "9-2-nginx-fast-storage.yaml": "DaemonSet",
    "10-1-job-oneshot.yaml": "Job",
    "10-2-job-oneshot-failure1.yaml": "Job",
    "10-3-job-parallel.yaml": "Job",
    "10-4-rs-queue.yaml": "ReplicaSet",
    "10-5-service-queue.yaml": "Service",
    "10-7-job-consumers.yaml": "Job",
    "11-2-kuard-config.yaml": "Pod",
    "11-3-kuard-secret.yaml": "Pod",
    "13-6-mysql-replicaset.yaml": "ReplicaSet",
    "13-7-mysql-service.yaml": "Service",
    "13-10-mongo-simple.yaml": "StatefulSet",
    "13-11-mongo-service.yaml": "Service",
    "13-12-mongo-configmap.yaml": "ConfigMap",
    "13-13-mongo.yaml": "StatefulSet",
    "14-2-parse-service%2Cyaml": "Service",
    "14-9-redis-service.yaml": "Service",
    "14-10-redis.yaml": "StatefulSet",
}


@pytest.mark.parametrize("name", IN_THE_NOTES)
def test_the_notes_urls_give_the_object_they_promise(name: str) -> None:
    found = book.fetch(BASE + name)
    assert found is not None
    assert yaml.safe_load(found)["kind"] == IN_THE_NOTES[name]


def test_a_page_of_github_serves_as_the_file() -> None:
    page = "https://github.com/kubernetes-up-and-running/examples/blob/master/5-2-kuard-pod-health.yaml"
    assert yaml.safe_load(book.fetch(page) or b"")["metadata"]["name"] == "kuard"


def test_the_queue_is_loaded_by_a_script() -> None:
    assert b"work-item-" in (book.fetch(BASE + "10-6-load-queue.sh") or b"")


@pytest.mark.parametrize(
    "url",
    [
        BASE + "99-nothing.yaml",
        BASE + "..%2F__init__.py",
        BASE,
        "https://example.com/kubernetes-up-and-running/examples/master/8-1-kuard-rs.yaml",
        "file:///kubernetes-up-and-running/examples/8-1-kuard-rs.yaml",
        "8-1-kuard-rs.yaml",
    ],
)
def test_all_else_is_not_there(url: str) -> None:
    assert book.fetch(url) is None


@pytest.mark.parametrize("name", [name for name in book.names() if name.endswith(".yaml")])
def test_every_manifest_names_one_object(name: str) -> None:
    (found,) = yaml.safe_load_all(book.example(name) or b"")
    assert {"apiVersion", "kind", "metadata"} <= found.keys()
    assert found["metadata"]["name"]
