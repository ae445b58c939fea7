"""The template of the pods that a controller makes, and what it shares with a pod: tolerations, spread constraints."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.container import containers
from k8s_magic.kubectl.describe.volume import volumes
from k8s_magic.kubectl.describe.writer import Writer
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.selectors import format_label_selector


def pod_template(w: Writer, template: Obj | None) -> None:
    """Models DescribePodTemplate."""
    w.line("Pod Template:")
    if template is None:
        w.write("<unset>", 1)
        return
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    parts.labels(w, metadata.get("labels"), "  Labels")
    if metadata.get("annotations"):
        parts.notes(w, metadata["annotations"], "  Annotations")
    if spec.get("serviceAccountName"):
        w.field("Service Account", spec["serviceAccountName"], 1)
    if spec.get("initContainers"):
        containers(w, "Init Containers", spec["initContainers"], space="  ")
    containers(w, "Containers", spec.get("containers") or (), space="  ")
    volumes(w, spec, "  ")
    spread(w, spec.get("topologySpreadConstraints"), "  ")
    if spec.get("priorityClassName"):
        w.field("Priority Class Name", spec["priorityClassName"], 1)
    parts.labels(w, spec.get("nodeSelector"), "  Node-Selectors")
    tolerations(w, spec.get("tolerations"), "  Tolerations")


def tolerations(w: Writer, found: Sequence[Obj] | None, title: str = "Tolerations") -> None:
    """`key=value:effect for 300s`, one a line."""
    w.multiline(title, [_toleration(each) for each in sorted(found or (), key=lambda each: str(each.get("key", "")))])


def _toleration(each: Obj) -> str:
    key, value, effect = each.get("key", ""), each.get("value", ""), each.get("effect", "")
    text = key + (f"={value}" if value else "") + (f":{effect}" if effect else "")
    if each.get("operator") == "Exists" and not value:
        text += " op=Exists" if key or effect else "op=Exists"
    seconds = each.get("tolerationSeconds")
    return text if seconds is None else f"{text} for {seconds}s"


def spread(w: Writer, constraints: Sequence[Obj] | None, space: str = "") -> None:
    """Topology spread constraints, one a line."""
    if not constraints:
        return
    lines = []
    for each in sorted(constraints, key=lambda each: str(each["topologyKey"])):
        chosen = each.get("labelSelector")
        text = f"{each['topologyKey']}:{each['whenUnsatisfiable']} when max skew {each['maxSkew']} is exceeded"
        lines.append(text + (f" for selector {format_label_selector(chosen)}" if chosen is not None else ""))
    w.write(f"{space}Topology Spread Constraints:\t{lines[0]}\n")
    for line in lines[1:]:
        w.write(f"{space}\t{line}\n")
