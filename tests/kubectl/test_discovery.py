"""What kubectl remembers of the API's resources. Agrees with recordings/crd-admin.yaml and transcripts/crd.yaml."""

from __future__ import annotations

import json

from k8s_magic.cluster import Cluster

SCHEMA = {"openAPIV3Schema": {"type": "object"}}
VERSION = {"name": "v1", "served": True, "storage": True, "schema": SCHEMA}
NAMES = {"plural": "tabs", "kind": "Tab", "shortNames": ["tb"], "categories": ["all"]}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "tabs.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": NAMES, "versions": [VERSION]},
}


def said(cluster: Cluster, line: str, stdin: str | None = None) -> str:
    result = cluster.kubectl(line, stdin=stdin)
    return result.stdout + result.stderr


def test_what_is_new_is_found_and_what_has_gone_is_still_asked_for() -> None:
    cluster = Cluster(system=False)
    assert said(cluster, "get tabs") == 'error: the server doesn\'t have a resource type "tabs"\n'
    said(cluster, "apply -f -", json.dumps(DEFINITION))
    assert said(cluster, "get tb") == "No resources found in default namespace.\n"
    tab = {"apiVersion": "example.com/v1", "kind": "Tab", "metadata": {"name": "a"}}
    said(cluster, "apply -f -", json.dumps(tab))
    assert "tab.example.com/a" in said(cluster, "get all")
    said(cluster, "delete crd tabs.example.com")
    missing = "the server could not find the requested resource"
    found = f'Error from server (NotFound): Unable to list "example.com/v1, Resource=tabs": {missing} (get tabs.example.com)\n'
    assert said(cluster, "get tb") == found
    cluster.tick("1h")
    assert said(cluster, "get tb") == found
    said(cluster, "api-resources")
    assert said(cluster, "get tb") == 'error: the server doesn\'t have a resource type "tb"\n'


def test_it_is_forgotten_after_six_hours() -> None:
    cluster = Cluster(system=False)
    said(cluster, "apply -f -", json.dumps(DEFINITION))
    said(cluster, "get tb")
    said(cluster, "delete crd tabs.example.com")
    cluster.tick("7h")
    assert said(cluster, "get tb") == 'error: the server doesn\'t have a resource type "tb"\n'
