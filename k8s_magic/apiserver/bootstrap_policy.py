"""The roles and bindings that an API server makes at its first start, so that its own parts and everybody can do what they must.

Models plugin/pkg/auth/authorizer/rbac/bootstrappolicy; the data is written by `.ci/make_policy.py`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from k8s_magic.apiserver.caller import Caller
from k8s_magic.objects import meta, packaged
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

PLURALS = {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings", "Role": "roles", "RoleBinding": "rolebindings"}
GROUP = "rbac.authorization.k8s.io"


@cache
def objects() -> list[Obj]:
    """Every object of the policy, as v1.36 has it."""
    return packaged.read_json(__package__, "data/policy-1.36.json.gz")  # type: ignore[no-any-return]


def create(api: ApiServer) -> None:
    """Store the policy. It is known to be valid, so it takes no part in admission."""
    caller, now = Caller("kube-apiserver", trusted=True), rfc3339(api.loop.now)
    for obj in objects():
        kind = api.kind(f"{PLURALS[obj['kind']]}.{GROUP}")
        key = meta.key(obj)
        metadata = {**obj["metadata"], "creationTimestamp": now, "uid": api.new_uid(kind, key)}
        api.commit(kind, key, {**obj, "metadata": metadata}, caller)
