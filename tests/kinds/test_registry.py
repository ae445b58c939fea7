"""What holds for every kind: v1.36's names, and a row as wide as its columns."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.objects.meta import Obj

from .builders import BORN_S, meta, taken, template

# transcripts/api-discovery.yaml, and v1.36's storage strategies.
SHORT_NAMES = {
    "certificatesigningrequests.certificates.k8s.io": ("csr",),
    "configmaps": ("cm",),
    "cronjobs.batch": ("cj",),
    "customresourcedefinitions.apiextensions.k8s.io": ("crd", "crds"),
    "daemonsets.apps": ("ds",),
    "deployments.apps": ("deploy",),
    "endpoints": ("ep",),
    "events": ("ev",),
    "horizontalpodautoscalers.autoscaling": ("hpa",),
    "ingresses.networking.k8s.io": ("ing",),
    "ipaddresses.networking.k8s.io": ("ip",),
    "limitranges": ("limits",),
    "namespaces": ("ns",),
    "networkpolicies.networking.k8s.io": ("netpol",),
    "nodes": ("no",),
    "persistentvolumeclaims": ("pvc",),
    "persistentvolumes": ("pv",),
    "poddisruptionbudgets.policy": ("pdb",),
    "pods": ("po",),
    "priorityclasses.scheduling.k8s.io": ("pc",),
    "replicasets.apps": ("rs",),
    "replicationcontrollers": ("rc",),
    "resourcequotas": ("quota",),
    "serviceaccounts": ("sa",),
    "services": ("svc",),
    "statefulsets.apps": ("sts",),
    "storageclasses.storage.k8s.io": ("sc",),
    "volumeattributesclasses.storage.k8s.io": ("vac",),
    "componentstatuses": ("cs",),
}
ALL = {
    *("cronjobs.batch", "daemonsets.apps", "deployments.apps", "horizontalpodautoscalers.autoscaling", "jobs.batch", "pods"),
    *("replicasets.apps", "replicationcontrollers", "services", "statefulsets.apps"),
}
SPECS: dict[str, dict[str, Any]] = {
    "pods": template()["spec"],
    "cronjobs.batch": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}},
}


def minimal(resource: str) -> Obj:
    kind = registry()[resource]
    spec = SPECS.get(resource, {"template": template(), "selector": {"matchLabels": {"app": "x"}}})
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": meta(), "spec": spec, "template": template()}


def test_short_names_are_those_of_v1_36() -> None:
    first = {resource: kind for resource, kind in registry().items() if not kind.stored_as}
    assert {resource: kind.short_names for resource, kind in first.items() if kind.short_names} == SHORT_NAMES


def test_all_means_what_it_means_upstream() -> None:
    assert {kind.resource for kind in registry().values() if "all" in kind.categories} == ALL


@pytest.mark.parametrize("resource", sorted(registry()))
def test_a_row_has_a_cell_for_each_column(resource: str) -> None:
    kind = registry()[resource]
    draft = taken(resource, minimal(resource))
    if kind.row is not None:
        assert len(kind.row(draft, BORN_S)) == len(kind.columns)


@pytest.mark.parametrize("resource", sorted(registry()))
def test_defaulting_again_changes_nothing(resource: str) -> None:
    kind = registry()[resource]
    once = taken(resource, minimal(resource))
    shown = repr(once)
    kind.default(once)
    assert repr(once) == shown


@pytest.mark.parametrize("resource", sorted(registry()))
def test_names_of_a_kind_agree(resource: str) -> None:
    kind = registry()[resource]
    assert kind.singular == kind.kind.lower()
    assert all(callable(read) for read in kind.fields.values())
