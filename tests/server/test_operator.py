"""An operator written with kopf, on a resource of its own, running against our server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from k8s_magic.server.serving import Server

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: greetings.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: greetings, singular: greeting, kind: Greeting, shortNames: [gr]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {who: {type: string}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""

OPERATOR = """
import kopf

@kopf.on.create("greetings")
def greet(spec, name, namespace, **_):
    import kubernetes
    kubernetes.config.load_kube_config()
    body = {"metadata": {"name": name + "-text"}, "data": {"text": "hello " + spec["who"]}}
    kopf.adopt(body)
    kubernetes.client.CoreV1Api().create_namespaced_config_map(namespace, body)
    return "greeted"
"""


@pytest.mark.slow
def test_an_operator_answers_to_a_custom_resource(server: Server, kubeconfig: Path, tmp_path: Path) -> None:
    pytest.importorskip("kopf")
    cluster = server.cluster
    assert cluster.kubectl("apply -f -", stdin=CRD).exit_code == 0
    program = tmp_path / "operator.py"
    program.write_text(OPERATOR)
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    argv = [sys.executable, "-m", "kopf", "run", "--standalone", "-n", "default", str(program)]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        cluster.kubectl("apply -f -", stdin="apiVersion: example.com/v1\nkind: Greeting\nmetadata: {name: g}\nspec: {who: world}\n")
        text, end = "", time.monotonic() + 30
        while not text and time.monotonic() < end:
            time.sleep(0.5)  # The operator is a program of its own, on the wall clock.
            text = cluster.kubectl("get cm g-text --ignore-not-found -o jsonpath={.data.text}").stdout
        process.terminate()
        log = process.communicate(timeout=20)[0]
    assert text == "hello world", log
    assert "greeted" in cluster.kubectl("get gr g -o jsonpath={.status}").stdout
    cluster.kubectl("delete gr g")
    cluster.settle()
    assert cluster.kubectl("get cm g-text --ignore-not-found").stdout == ""
