"""What `kubectl debug` allows its container, by profile, and the pod by which a node is looked into. Models kubectl/pkg/cmd/debug."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

LEGACY = (
    "--profile=legacy is deprecated and planned to be removed in v1.39. "
    'It is recommended to specify other profile, for example "--profile=general".\n'
)
_HOST = ("hostNetwork", "hostPID", "hostIPC")
_MOUNT = {"mountPath": "/host", "name": "host-root"}
_ROOT = {"name": "host-root", "hostPath": {"path": "/"}}
_RESTRICTED = {
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _adding(*names: str) -> Callable[[Obj], Obj]:
    def change(context: Obj) -> Obj:
        held = context.get("capabilities") or {}
        return {**context, "capabilities": {**held, "add": [*(held.get("add") or ()), *names]}}

    return change


# Profile -> what it makes of the security context of a container beside others.
_CONTEXTS: dict[str, Callable[[Obj], Obj]] = {
    "legacy": dict,
    "general": _adding("SYS_PTRACE"),
    "baseline": lambda context: {},
    "restricted": lambda context: dict(_RESTRICTED),
    "netadmin": _adding("NET_ADMIN", "NET_RAW"),
    "sysadmin": lambda context: {**context, "privileged": True},
}
# Profile -> whether a node's pod lives in the host's namespaces, and sees its files.
_NODES = {"legacy": (True, True), "general": (True, True), "netadmin": (True, False), "sysadmin": (True, True)}


def check_profile(name: str) -> None:
    if name not in _CONTEXTS:
        raise UsageError(f"unknown profile: {name}")


def allowed(container: Obj, profile: str) -> Obj:
    """The container with the rights that the profile gives it in a pod."""
    context = _CONTEXTS[profile](container.get("securityContext") or {})
    rest = {key: value for key, value in container.items() if key != "securityContext"}
    return {**rest, "securityContext": context} if context else rest


def node_pod(node: Obj, container: Obj, profile: str, suffix: str) -> Obj:
    """A pod on the node, whatever its taints. Models generateNodeDebugPod."""
    name = meta.name(node)
    with_host, with_files = _NODES.get(profile, (False, False))
    if profile not in ("general", "legacy"):
        container = allowed(container, profile)
    if with_files:
        container = {**container, "volumeMounts": [_MOUNT]}
    spec: Obj = {
        "containers": [container],
        "nodeName": name,
        "restartPolicy": "Never",
        "tolerations": [{"operator": "Exists"}],
        **({"volumes": [_ROOT]} if with_files else {}),
        **(dict.fromkeys(_HOST, True) if with_host else {}),
    }
    metadata = {"name": f"node-debugger-{name}-{suffix}", "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
