"""Writes the RBAC objects that a v1.36 API server makes at its first start, which the package carries.

    python .ci/make_policy.py DIRECTORY      # writes k8s_magic/apiserver/data/policy-1.36.json.gz

DIRECTORY holds the lists that Kubernetes tests its policy against: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata.
The source at hand is a distribution's, which lets everybody see two more paths; the recorded cluster does so too.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import yaml

LISTS = (
    "cluster-roles",
    "controller-roles",
    "cluster-role-bindings",
    "controller-role-bindings",
    "namespace-roles",
    "namespace-role-bindings",
)
PUBLIC, MORE = "system:public-info-viewer", "system:openshift:public-info-viewer"
TARGET = Path(__file__).parent.parent / "k8s_magic" / "apiserver" / "data" / "policy-1.36.json.gz"


def policy(directory: Path) -> list[dict[str, Any]]:
    """Every object, the rules of aggregated roles filled in as their controller would."""
    found = []
    for name in LISTS:
        found += yaml.safe_load((directory / f"{name}.yaml").read_text(encoding="utf-8"))["items"]
    more = next(obj for obj in found if obj["metadata"]["name"] == MORE and obj["kind"] == "ClusterRole")
    next(obj for obj in found if obj["metadata"]["name"] == PUBLIC and obj["kind"] == "ClusterRole")["rules"] += more["rules"]
    found = [obj for obj in found if obj["metadata"]["name"] != MORE]
    roles = sorted((obj for obj in found if obj["kind"] == "ClusterRole"), key=lambda role: role["metadata"]["name"])
    for name in ("view", "edit", "admin"):  # Each takes in the one before.
        role = next(role for role in roles if role["metadata"]["name"] == name)
        role["rules"] = _aggregated(role, roles)
    for obj in found:
        obj["metadata"].pop("creationTimestamp", None)
    return found


def _aggregated(role: dict[str, Any], roles: list[dict[str, Any]]) -> list[Any]:
    """Models pkg/controller/clusterroleaggregation."""
    rules: list[Any] = []
    for selector in role["aggregationRule"]["clusterRoleSelectors"]:
        wanted = selector["matchLabels"].items()
        for other in roles:
            if other is not role and wanted <= (other["metadata"].get("labels") or {}).items():
                rules += [rule for rule in other["rules"] or () if rule not in rules]
    return rules


if __name__ == "__main__":
    packed = json.dumps(policy(Path(sys.argv[1])), separators=(",", ":")).encode()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(packed, mtime=0))
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")
