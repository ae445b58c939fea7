"""What nodes use, as the metrics API has it at this moment. The past's usage is written down nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from k8s_magic.apiserver.client import Client
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.objects import meta
from k8s_magic.objects.pod_template import resource_amount

METRICS = "nodes.metrics.k8s.io"


class Used(NamedTuple):
    """By all on a node together."""

    cpu: int
    """Millicores."""
    memory: int
    """Bytes."""


def usage_of(client: Client) -> Mapping[str, Used]:
    """By node; empty where the cluster has no metrics API."""
    try:
        found = client.list(METRICS)["items"]
    except ApiError:
        return {}
    return {meta.name(m): Used(*(resource_amount(what, m["usage"].get(what, "0")) for what in ("cpu", "memory"))) for m in found}
