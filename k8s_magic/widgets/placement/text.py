"""The placement picture in plain text, and in one sentence."""

from __future__ import annotations

from k8s_magic.widgets._moods import SIGNS, state_words
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene

BAR = 10


def draw_text(scene: Scene) -> str:
    """Nodes with bars of what is requested, their pods under them, then the pods that wait."""
    lines = []
    for node in scene.nodes:
        lines.append(_node_line(node))
        lines += [f"  {_pod_line(pod)}" for pod in node.pods]
    if scene.waiting:
        lines.append("waiting for a node")
        lines += [f"  {_pod_line(pod)}{': ' + pod.why if pod.why else ''}" for pod in scene.waiting]
    return "\n".join(lines)


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    parts = [f"{node.name}{' (' + ', '.join(node.notes) + ')' if node.notes else ''}: {_listed(node.pods)}" for node in scene.nodes]
    if scene.waiting:
        parts.append(f"waiting for a node: {_listed(scene.waiting)}")
    return "; ".join(parts) or "no nodes"


def _listed(pods: tuple[PodTile, ...]) -> str:
    own = [pod for pod in pods if not pod.is_system]
    words = [f"{pod.name} {pod.word}" for pod in own[:8]]
    if len(own) > 8:
        words.append(f"{len(own) - 8} more pods")
    if len(pods) > len(own):
        words.append(f"{len(pods) - len(own)} of kube-system")
    return ", ".join(words) or "no pods"


def _node_line(node: NodeBox) -> str:
    notes = f" ({', '.join(node.notes)})" if node.notes else ""
    cpu = f"cpu {_bar(node.cpu_requested, node.cpu)} {cpu_text(node.cpu_requested)} of {cpu_text(node.cpu)}"
    memory = f"memory {_bar(node.memory_requested, node.memory)} {memory_text(node.memory_requested)} of {memory_text(node.memory)}"
    return f"{node.name}{notes}  {cpu}  {memory}"


def _bar(used: int, whole: int) -> str:
    filled = min(BAR, -(-used * BAR // whole)) if whole else 0
    return "█" * filled + "░" * (BAR - filled)


def _pod_line(pod: PodTile) -> str:
    name = pod.name if pod.namespace == "default" else f"{pod.namespace}/{pod.name}"
    return f"{SIGNS[pod.mood]} {name}  {state_words(pod.word, pod.mood)}"
