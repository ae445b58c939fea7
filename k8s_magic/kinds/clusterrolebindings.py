"""ClusterRoleBinding: gives subjects what a role allows, in the whole cluster."""

from __future__ import annotations

from k8s_magic.kinds import names, rbac
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj

ROLES = ["ClusterRole"]


def validate(obj: Obj) -> list[FieldError]:
    return rbac.validate_binding(obj, ROLES)


KIND = Kind(
    kind="ClusterRoleBinding",
    plural="clusterrolebindings",
    group=rbac.GROUP,
    singular="clusterrolebinding",
    namespaced=False,
    columns=rbac.BINDING_COLUMNS,
    row=rbac.binding_row,
    default=rbac.default_binding,
    validate=validate,
    validate_update=rbac.validate_binding_update,
    name_rule=names.path_segment,
)
