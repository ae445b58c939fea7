"""ClusterRole: what may be done with which resources, in the whole cluster."""

from __future__ import annotations

from k8s_magic.kinds import names, rbac
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj


def default(draft: Obj) -> None:
    """Rules are always written, even where there are none."""
    draft.setdefault("rules", None)


def validate(obj: Obj) -> list[FieldError]:
    return rbac.validate_rules(obj.get("rules") or [], namespaced=False)


KIND = Kind(
    kind="ClusterRole",
    plural="clusterroles",
    group=rbac.GROUP,
    singular="clusterrole",
    namespaced=False,
    columns=rbac.ROLE_COLUMNS,
    row=rbac.role_row,
    default=default,
    validate=validate,
    name_rule=names.path_segment,
)
