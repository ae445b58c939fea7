"""DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or unreachable."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes

ORDER = 130
RESOURCES = ("pods",)
TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
SECONDS = 300


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/defaulttolerationseconds."""
    if attributes.operation not in ("CREATE", "UPDATE") or attributes.kind.resource != "pods" or attributes.subresource:
        return
    spec = attributes.draft["spec"]
    tolerations = spec.get("tolerations") or []
    missing = [taint for taint in TAINTS if not any(_covers(toleration, taint) for toleration in tolerations)]
    if missing:
        new = [{"effect": "NoExecute", "key": taint, "operator": "Exists", "tolerationSeconds": SECONDS} for taint in missing]
        spec["tolerations"] = [*tolerations, *new]


def _covers(toleration: dict[str, object], taint: str) -> bool:
    return toleration.get("key", "") in ("", taint) and toleration.get("effect", "") in ("", "NoExecute")
