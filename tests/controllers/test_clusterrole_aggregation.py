"""Roles that are sums of others."""

from __future__ import annotations

from k8s_magic.cluster import Cluster
from k8s_magic.objects.meta import Obj

ROLES = "clusterroles.rbac.authorization.k8s.io"
RULE: Obj = {"apiGroups": ["stable.example.com"], "resources": ["crontabs"], "verbs": ["get"]}


def test_a_labelled_role_joins_view_edit_and_admin_and_leaves_them() -> None:
    cluster = Cluster(system=False)
    before = {name: cluster.client.get(ROLES, name)["metadata"]["resourceVersion"] for name in ("view", "edit", "admin")}
    metadata = {"name": "tabs", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}}
    about = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata, "rules": [RULE]}
    cluster.client.create(ROLES, about)
    cluster.tick("1s")
    assert all(RULE in cluster.client.get(ROLES, name)["rules"] for name in before)
    cluster.client.delete(ROLES, "tabs")
    cluster.tick("1s")
    assert not any(RULE in cluster.client.get(ROLES, name)["rules"] for name in before)


def test_a_new_clusters_roles_are_summed_already() -> None:
    cluster = Cluster(system=False)
    written = [e for e in cluster.inspector.journal if e.actor == "clusterrole-aggregation-controller"]
    assert written == []
