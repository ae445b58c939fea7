"""The head of the placement picture: how much there is of everything, which stays true where pods are folded, and what signs mean."""

from __future__ import annotations

from collections import Counter

from k8s_magic.widgets._moods import BAR, BAR_FILL, COLOURS, EDGE, Mood, sign
from k8s_magic.widgets._svg import group, tag
from k8s_magic.widgets._words import HEAD, SMALL, width_of, words
from k8s_magic.widgets.placement.bars import USED, in_words, limit_mark
from k8s_magic.widgets.placement.layout import MARGIN, WIDTH
from k8s_magic.widgets.placement.scene import Account, Scene

MOST_WORKLOADS = 8
STATES: dict[Mood, str] = {"unready": "running, not ready", "starting": "not yet running"}
"""Where the mood's name does not say it."""


def heading(scene: Scene) -> str:
    """As in "4 nodes, 12 pods, 1 waits for a node"."""
    pods, waiting = len(scene.tiles), len(scene.waiting)
    told = [f"{len(scene.nodes)} node{'s' * (len(scene.nodes) != 1)}", f"{pods} pod{'s' * (pods != 1)}"]
    if waiting:
        told.append(f"{waiting} wait{'s' * (waiting == 1)} for a node")
    return ", ".join(told)


def totals(scene: Scene) -> str:
    """What all nodes together have to give, and have given."""
    return "; ".join(in_words(what, account) for what, account in zip(("cpu", "memory"), _accounts(scene), strict=True))


def _accounts(scene: Scene) -> list[Account]:
    found = []
    for number in (0, 1):
        each = [node.accounts[number] for node in scene.nodes]
        measured = [account.used for account in each if account.used is not None]
        requests = tuple(share for account in each for share in account.requests)
        found.append(
            Account(
                sum(account.whole for account in each),
                requests,
                sum(account.limits for account in each),
                sum(measured) if measured else None,
            )
        )
    return found


def header(scene: Scene, moved: bool) -> list[str]:
    """Three lines: everything's number, the accounts, and the pods by state and by workload."""
    return [
        words(heading(scene), MARGIN, 24, size=HEAD, bold=True),
        _legend(measured=any(node.used for node in scene.nodes), moved=moved),
        words(totals(scene), MARGIN, 43, tone="soft", room=WIDTH - 2 * MARGIN),
        _states(scene),
    ]


def _legend(*, measured: bool, moved: bool) -> str:
    """What the marks of a bar mean, and a thick line."""
    entries = [("requests", tag("rect", class_="k8sm-fill", y=-8, width=12, height=8, fill=BAR_FILL))]
    entries.append(("limits", tag("rect", class_="k8sm-bar", y=-8, width=12, height=8, fill=BAR) + limit_mark(6, -8, 8)))
    if measured:
        entries.append(("used", tag("rect", class_="k8sm-used", y=-4, width=12, height=3, fill=USED)))
    if moved:
        frame = tag("rect", class_="k8sm-edge", x=1, y=-9, width=10, height=10, rx=2, fill="none", stroke=EDGE, stroke_width=2.2)
        entries.append(("new on its node", frame))
    x, parts = float(WIDTH - MARGIN), []
    for said, mark in reversed(entries):
        x -= width_of(said, SMALL)
        parts.append(words(said, x, 24, size=SMALL, tone="soft"))
        x -= 16
        parts.append(group(x, 24, mark))
        x -= 14
    return tag("g", *parts)


def _states(scene: Scene) -> str:
    """How many pods are in each state, with the state's sign, then how many each workload has."""
    moods = Counter(pod.mood for pod in scene.tiles.values())
    x, parts = float(MARGIN), []
    for mood in COLOURS:
        if count := moods[mood]:
            said = f"{count} {STATES.get(mood, mood)}"
            parts += [tag("g", sign(mood, COLOURS[mood][1], x + 5, 58), class_=f"k8sm-{mood}"), words(said, x + 14, 62)]
            x += 14 + width_of(said) + 16
    workloads = Counter(pod.workload for pod in scene.tiles.values() if not pod.is_system and not pod.workload.startswith("pod/"))
    for name, count in workloads.most_common(MOST_WORKLOADS):
        said = f"{name} {count}"
        wide = width_of(said, SMALL)
        if x + wide > WIDTH - MARGIN - 70:
            break
        parts.append(tag("g", words(said, x + 6, 62, size=SMALL, tone="soft"), class_="k8sm-key", data_of=name, tabindex=0))
        x += wide + 14
        del workloads[name]
    if workloads:
        parts.append(words(f"and {len(workloads)} more", x + 6, 62, size=SMALL, tone="soft"))
    return tag("g", *parts)
