"""PodSecurity: a namespace's labels say which pods it takes, and about which its users are warned.

Models staging/src/k8s.io/pod-security-admission/admission. Not modelled: exemptions, audit annotations (there is no audit log).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden, invalid
from k8s_magic.apiserver.pod_security import LEVELS, described, violations
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Key, Obj, controller_of, get_in

ORDER = 200
TEMPLATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("replicationcontrollers", "replicasets.apps", "deployments.apps", "statefulsets.apps"), ("spec", "template")),
    **dict.fromkeys(("daemonsets.apps", "jobs.batch"), ("spec", "template")),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template"),
    "podtemplates": ("template",),
}
RESOURCES = ("pods", "namespaces", *TEMPLATES)
PREFIX = "pod-security.kubernetes.io/"
VERSION = re.compile(r"v1\.([0-9]|[1-9][0-9]*)")
MOST_PODS = 3000


class Policy(NamedTuple):
    """A level and a version for each mode, and what is wrong with the labels."""

    enforce: tuple[str, str]
    warn: tuple[str, str]
    errors: list[FieldError]


def policy(labels: dict[str, str]) -> Policy:
    """What a namespace's labels ask for. Models api.PolicyToEvaluate."""
    errors: list[FieldError] = []
    levels = {mode: _level(labels, mode, errors) for mode in ("enforce", "audit", "warn")}
    enforce, warn = levels["enforce"], levels["warn"]
    asked = labels.get(PREFIX + "enforce") in LEVELS
    if PREFIX + "warn" not in labels and asked and LEVELS.index(enforce[0]) > LEVELS.index(warn[0]):
        warn = (enforce[0], warn[1] if PREFIX + "warn-version" in labels else enforce[1])
    return Policy(enforce, warn, errors)


def _level(labels: dict[str, str], mode: str, errors: list[FieldError]) -> tuple[str, str]:
    label, version_label = PREFIX + mode, PREFIX + mode + "-version"
    level, version = labels.get(label, "privileged"), labels.get(version_label, "latest")
    if level not in LEVELS:
        errors.append(invalid_field(f"metadata.labels[{label}]", level, f"must be one of {', '.join(LEVELS)}"))
        level = "restricted" if mode == "enforce" else "privileged"  # Enforcing fails closed, telling fails open.
    if version != "latest" and not VERSION.fullmatch(version):
        errors.append(invalid_field(f"metadata.labels[{version_label}]", version, 'must be "latest" or "v1.x"'))
        version = "latest"
    return level, version


def validate(attributes: Attributes) -> None:
    """Refuse or warn."""
    if attributes.operation == "DELETE" or attributes.subresource in ("status", "binding", "scale", "finalize"):
        return
    if attributes.kind.resource == "namespaces":
        _namespace(attributes)
        return
    namespace = attributes.store.get("namespaces", Key("", attributes.namespace))
    labels = (namespace["metadata"].get("labels") or {}) if namespace else {}
    if not any(label.startswith(PREFIX) for label in labels):
        return
    asked = policy(labels)
    if attributes.kind.resource == "pods":
        if attributes.old is None or _is_significant(attributes.draft, attributes.old):
            _judge(attributes, asked, attributes.draft, enforced=True)
        return
    template = get_in(attributes.draft, *TEMPLATES[attributes.kind.resource])
    if template and template.get("spec"):
        _judge(attributes, asked, {"metadata": template.get("metadata") or {}, "spec": template["spec"]}, enforced=False)


def _judge(attributes: Attributes, asked: Policy, pod: Obj, *, enforced: bool) -> None:
    level, version = asked.enforce
    found = violations(level, pod) if enforced else []
    if found:
        why = f'violates PodSecurity "{level}:{version}": {described(found)}'
        raise forbidden(attributes.kind, attributes.name, why)
    level, version = asked.warn
    found = violations(level, pod)
    if found:
        attributes.api.warn(f'would violate PodSecurity "{level}:{version}": {described(found)}')


def _is_significant(pod: Obj, old: Obj) -> bool:
    """Whether a pod's containers or images changed."""

    def images(of: Obj) -> list[tuple[str, str]]:
        fields = ("initContainers", "containers", "ephemeralContainers")
        return [(c.get("name", ""), c.get("image", "")) for field in fields for c in of["spec"].get(field) or ()]

    return images(pod) != images(old)


def _namespace(attributes: Attributes) -> None:
    """Wrong labels are refused; pods that a new level would refuse are told of."""
    asked = policy(attributes.draft["metadata"].get("labels") or {})
    before = policy(attributes.old["metadata"].get("labels") or {}) if attributes.old else None
    if asked.errors and (before is None or asked.errors != before.errors):
        raise invalid(attributes.kind, attributes.name, asked.errors)
    if before is None or asked.enforce == before.enforce or asked.enforce[0] == "privileged":
        return
    is_looser = LEVELS.index(asked.enforce[0]) <= LEVELS.index(before.enforce[0])
    if asked.enforce[1] != before.enforce[1] or not is_looser:
        for text in _warnings(attributes, asked.enforce):
            attributes.api.warn(text)


def _warnings(attributes: Attributes, enforce: tuple[str, str]) -> list[str]:
    """Models EvaluatePodsInNamespace."""
    failing: dict[str, list[str]] = {}
    for pod in _one_of_each(attributes.store.items("pods", attributes.name))[:MOST_PODS]:
        found = violations(enforce[0], pod)
        if found:
            failing.setdefault(", ".join(v.reason for v in found), []).append(pod["metadata"]["name"])
    if not failing:
        return []
    head = f'existing pods in namespace "{attributes.name}" violate the new PodSecurity enforce level "{enforce[0]}:{enforce[1]}"'
    return [head, *sorted(f"{_named(pods)}: {reasons}" for reasons, pods in failing.items())]


def _named(pods: list[str]) -> str:
    first, others = min(pods), len(pods) - 1
    return first if not others else f"{first} (and {others} other pod{'s' if others > 1 else ''})"


def _one_of_each(pods: list[Obj]) -> list[Obj]:
    """Pods of different owners first."""
    seen: set[str] = set()
    first, others = list[Obj](), list[Obj]()
    for pod in pods:
        owner = controller_of(pod)
        (others if owner and owner["uid"] in seen else first).append(pod)
        seen |= {owner["uid"]} if owner else set()
    return first + others
