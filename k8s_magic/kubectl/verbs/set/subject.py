"""kubectl set subject: more subjects for a role binding. Models kubectl/pkg/cmd/set/set_subject.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, pod_specs
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

_RBAC = "rbac.authorization.k8s.io"


async def run(call: Call) -> int | None:
    """Add users, groups and ServiceAccounts that are not bound yet."""
    flags = call.flags
    dry = common.dry_run(call)
    common.check_flags(call)
    infos = pod_specs.find(call, call.args)
    pod_specs.check_local(call, dry)
    if flags["all"] and flags["selector"]:
        raise UsageError("cannot set --all and --selector at the same time")
    if not flags["user"] and not flags["group"] and not flags["serviceaccount"]:
        raise UsageError("you must specify at least one value of user, group or serviceaccount")
    subjects = _subjects(call, infos)

    def change(info: Info) -> Obj:
        if info.mapping.kind not in ("RoleBinding", "ClusterRoleBinding"):
            raise UsageError("setting subjects is only supported for RoleBinding/ClusterRoleBinding")
        old = info.obj.get("subjects") or []
        return set_in(info.obj, ["subjects"], [*old, *(s for s in subjects if s not in old)])  # type: ignore[no-any-return]

    pod_specs.write(call, infos, change, "subjects updated", "failed to patch subjects to rolebinding:")
    return None


def _subjects(call: Call, infos: list[Info]) -> list[Obj]:
    found: list[Obj] = [{"apiGroup": _RBAC, "kind": "User", "name": name} for name in sorted(set(call.flags["user"]))]
    found += [{"apiGroup": _RBAC, "kind": "Group", "name": name} for name in sorted(set(call.flags["group"]))]
    for text in sorted(set(call.flags["serviceaccount"])):
        parts = text.split(":")
        if len(parts) != 2 or not parts[1]:
            raise UsageError("serviceaccount must be <namespace>:<name>")
        if not parts[0] and any(info.mapping.kind == "ClusterRoleBinding" for info in infos):
            raise UsageError("serviceaccount must be <namespace>:<name>, namespace must be specified")
        found.append({"kind": "ServiceAccount", "name": parts[1], "namespace": parts[0] or call.namespace})
    return found


VERB = Verb("subject", "Add subjects to a role binding.", run, examples=("kubectl set subject rolebinding readers --user=ann",))
