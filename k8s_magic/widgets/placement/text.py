"""The placement picture in plain text, and in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from k8s_magic.widgets._moods import SIGNS, Mood, state_words
from k8s_magic.widgets.placement.bars import in_words
from k8s_magic.widgets.placement.scene import Account, NodeBox, PodTile, Scene

BAR = 10
MOST_LINES = 30
"""With more pods than that in one place, those that are alike share a line."""


def draw_text(scene: Scene) -> str:
    """Nodes with bars of what is requested, their pods under them, then the pods that wait."""
    lines = []
    for node in scene.nodes:
        lines += [_node_line(node), *map(_account_line, ("cpu", "memory"), node.accounts)]
        lines += [f"  {line}" for line in _pod_lines(node.pods)]
    if scene.waiting:
        lines.append(f"waiting for a node ({len(scene.waiting)})")
        lines += [f"  {line}" for line in _pod_lines(scene.waiting)]
    return "\n".join(lines)


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    few = len(scene.nodes) <= MOST_LINES
    parts = [f"{node.name}{_notes(node)}: {_listed(node.pods) if few else node.count}" for node in scene.nodes]
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


def _notes(node: NodeBox) -> str:
    return f" ({', '.join(node.notes)})" if node.notes else ""


def _node_line(node: NodeBox) -> str:
    return f"{node.name}{_notes(node)}  {node.count}"


def _account_line(what: str, account: Account) -> str:
    filled = min(BAR, -(-account.requested * BAR // account.whole)) if account.whole else 0
    told = in_words(what, account).removeprefix(what)
    return f"  {what:6} {'█' * filled}{'░' * (BAR - filled)} {told}"


def _pod_lines(pods: Sequence[PodTile]) -> list[str]:
    if len(pods) <= MOST_LINES:
        return [f"{_pod_line(pod)}{': ' + pod.why if pod.why else ''}" for pod in pods]
    alike = Counter((pod.mood, _in_namespace(pod, pod.workload or pod.name), pod.word, pod.why) for pod in pods)
    return [_crowd_line(count, *about) for about, count in alike.items()]


def _crowd_line(count: int, mood: Mood, name: str, word: str, why: str) -> str:
    return f"{SIGNS[mood]} {count} of {name}  {state_words(word, mood)}{': ' + why if why else ''}"


def _pod_line(pod: PodTile) -> str:
    return f"{SIGNS[pod.mood]} {_in_namespace(pod, pod.name)}  {state_words(pod.word, pod.mood)}"


def _in_namespace(pod: PodTile, name: str) -> str:
    return name if pod.namespace == "default" else f"{pod.namespace}/{name}"
