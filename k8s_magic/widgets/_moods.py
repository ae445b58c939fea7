"""What a pod's STATUS means, as one of six moods: each has a colour, a shape beside it, and a sign for plain text."""

from __future__ import annotations

import re
from typing import Final, Literal

from k8s_magic.kinds.pod.table import summarize
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import is_ready, is_terminal
from k8s_magic.widgets._svg import tag

Mood = Literal["running", "unready", "starting", "done", "failed", "leaving"]
STARTING = ("Pending", "ContainerCreating", "PodInitializing", "SchedulingGated")
SIGNS = {"running": "●", "unready": "◐", "starting": "○", "done": "✓", "failed": "▲", "leaving": "✕"}
COLOURS: dict[Mood, tuple[str, str]] = {  # mood -> (fill, line)
    "running": ("#d9f2df", "#1a7f37"),
    "unready": ("#fff3c4", "#9a6700"),
    "starting": ("#dcecff", "#0969da"),
    "done": ("#e9ebee", "#57606a"),
    "failed": ("#ffdeda", "#cf222e"),
    "leaving": ("#efe2ff", "#8250df"),
}
INK, SOFT_INK, PAPER, BOX, LINE, BAR, BAR_FILL = "#1f2328", "#57606a", "#ffffff", "#f6f8fa", "#c6cdd5", "#e3e8ee", "#a5c8f0"
SIDE_TALK: Final = re.compile(r"[.,]? (no new claims to deallocate|preemption:).*", re.DOTALL)
GOOD, BAD, ACCENT, EDGE = "#1a7f37", "#cf222e", "#0969da", "#818b96"


def word_of(pod: Obj) -> str:
    """Kubectl's STATUS."""
    return str(summarize(pod)[0].reason)


def mood_of(pod: Obj, word: str) -> Mood:
    """What `word`, the pod's STATUS, means."""
    if meta.is_deleting(pod):
        return "leaving"
    if word in ("Completed", "Succeeded"):
        return "done"
    if word in STARTING or (word.startswith("Init:") and word[5:6].isdigit()):
        return "starting"
    if word.startswith("Running") and not is_terminal(pod):
        return "running" if is_ready(pod) else "unready"
    return "failed"


def without_side_talk(message: str) -> str:
    """Why the scheduler found no node. What preemption found matters less."""
    return SIDE_TALK.sub("", message)


def state_words(word: str, mood: str) -> str:
    """The STATUS, and "not ready" where kubectl says it in another column."""
    return "Running, not ready" if mood == "unready" and word == "Running" else word


def sign(mood: Mood, line: str, x: float, y: float) -> str:
    """A shape for each mood, for who does not see the colours."""
    if mood == "running":
        return tag("circle", cx=x, cy=y, r=4, fill=line, class_="k8sm-sign")
    if mood == "unready":
        half = f"M{x:g} {y - 4:g}a4 4 0 0 1 0 8z"
        circle = tag("circle", cx=x, cy=y, r=4, fill="none", stroke=line, class_="k8sm-sign-line")
        return circle + tag("path", d=half, fill=line, class_="k8sm-sign")
    if mood == "starting":
        return tag("circle", cx=x, cy=y, r=3.5, fill="none", stroke=line, stroke_width=1.5, class_="k8sm-sign-line")
    if mood == "failed":
        return tag("path", d=f"M{x:g} {y - 4.5:g}l4.5 8h-9z", fill=line, class_="k8sm-sign")
    ways = {"done": f"M{x - 4:g} {y:g}l3 3l5 -6", "leaving": f"M{x - 3:g} {y - 3:g}l6 6m0 -6l-6 6"}
    return tag("path", d=ways[mood], fill="none", stroke=line, stroke_width=1.8, class_="k8sm-sign-line")
