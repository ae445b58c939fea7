"""The history of a workload: ReplicaSets of a Deployment, ControllerRevisions of a DaemonSet or StatefulSet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from k8s_magic.apiserver.client import Client
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.objects import meta, selectors
from k8s_magic.objects.edit import remove_in, set_in
from k8s_magic.objects.meta import Obj

REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"
_HASH = ("metadata", "labels", "pod-template-hash")


def split_replica_sets(deployment: Obj, replica_sets: Iterable[Obj]) -> tuple[list[Obj], Obj | None]:
    """(the old ones, the one of the present template) among those that `deployment` controls. Models deploymentutil."""
    owned = owned_by(deployment, replica_sets)
    by_age = sorted(owned, key=lambda each: (each["metadata"].get("creationTimestamp", ""), meta.name(each)))
    new = next((each for each in by_age if same_template(each["spec"]["template"], deployment["spec"]["template"])), None)
    return [each for each in owned if each is not new], new


def owned_by(owner: Obj, objects: Iterable[Obj]) -> list[Obj]:
    """Those that `owner` controls."""
    found = []
    for each in objects:
        controller = meta.controller_of(each)
        if controller and controller["uid"] == meta.uid(owner):
            found.append(each)
    return found


def without_hash(template: Obj) -> Obj:
    """A pod template without the label by which its ReplicaSet tells its pods."""
    cleaned = remove_in(template, _HASH)
    if meta.get_in(cleaned, "metadata", "labels") == {}:
        cleaned = remove_in(cleaned, ("metadata", "labels"))
    return cleaned  # type: ignore[no-any-return]


def same_template(a: Obj, b: Obj) -> bool:
    return without_hash(a) == without_hash(b)


def revision_of(replica_set: Obj) -> int:
    """The revision that the Deployment controller gave it; 0 where it has none yet."""
    text = meta.annotations(replica_set).get(REVISION, "")
    return int(text) if text.isdigit() else 0


class Revision(NamedTuple):
    """One entry: the object that holds it, the template of pods, and what was said to have caused it."""

    object: Obj
    template: Obj
    cause: str


def revisions(client: Client, workload: Obj, what: str) -> dict[int, Revision]:
    """The history by number. `what` names, in an error, what other kinds have none of."""
    kind, group = workload["kind"], workload["apiVersion"].rpartition("/")[0]
    if group != "apps" or kind not in ("Deployment", "DaemonSet", "StatefulSet"):
        raise UsageError(_no_history(kind, group, what))
    selector = str(selectors.from_label_selector(workload["spec"].get("selector")))
    if kind == "Deployment":
        return _of_replica_sets(workload, client.list("replicasets.apps", meta.namespace(workload), labels=selector)["items"])
    found = client.list("controllerrevisions.apps", meta.namespace(workload), labels=selector)["items"]
    return {each["revision"]: _of_controller_revision(each) for each in owned_by(workload, found)}


def _no_history(kind: str, group: str, what: str) -> str:
    """Pods and controllers have no history; of other kinds kubectl does not know whether they could have one."""
    shown = f"{kind}.{group}" if group else kind
    if kind in ("Pod", "ReplicaSet", "ReplicationController", "Job", "CronJob"):
        return f'no {what} has been implemented for "{shown}"'
    return f'error retrieving {what.removesuffix(" viewer")} for "{shown}", no visitor method exists for {{{group} {kind}}}'


def _of_replica_sets(deployment: Obj, replica_sets: Iterable[Obj]) -> dict[int, Revision]:
    found = {}
    for each in owned_by(deployment, replica_sets):
        cause = meta.annotations(each).get(CHANGE_CAUSE, "")
        template = each["spec"]["template"]
        if cause:
            template = set_in(template, ["metadata", "annotations", CHANGE_CAUSE], cause)
        said = (template.get("metadata", {}).get("annotations") or {}).get(CHANGE_CAUSE, "")
        found[revision_of(each)] = Revision(each, template, said)
    return found


def _of_controller_revision(each: Obj) -> Revision:
    """Its data is a patch that replaces the template whole."""
    template = remove_in(each["data"]["spec"]["template"], ["$patch"])
    return Revision(each, template, meta.annotations(each).get(CHANGE_CAUSE, ""))
