"""The placement picture as SVG. What has a `data-id` keeps it from frame to frame, so that the front end can move it.

Colours stand in attributes, for the picture without a style sheet; classes let the live widget's dark theme replace them.
"""

from __future__ import annotations

from functools import lru_cache

from k8s_magic.widgets._memo import Memo
from k8s_magic.widgets._moods import BOX, COLOURS, LINE, PAPER, sign, state_words
from k8s_magic.widgets._svg import document, group, tag, title
from k8s_magic.widgets._words import NAME, SMALL, TEXT, fitted, width_of, words
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.bars import bar, block, in_words
from k8s_magic.widgets.placement.header import header, heading
from k8s_magic.widgets.placement.layout import (
    ACCOUNT,
    CHIP,
    GAP,
    NAME_LINE,
    NOTES_LINE,
    PADDING,
    REASON_LINE,
    TILE,
    WIDTH,
    Layout,
    Place,
    chips_in,
    group_height,
    tiles_in,
    waiting_groups,
    waiting_height,
)
from k8s_magic.widgets.placement.scene import Account, NodeBox, PodTile, Scene
from k8s_magic.widgets.placement.text import summary

WARNING = "#9a6700"
MOVED, MOVED_CHIP = 2.6, 2
"""The line's width around what came since the last command, and around chips."""


def draw(scene: Scene, layout: Layout, before: Scene | None = None) -> str:
    """The whole picture; pods that were elsewhere `before`, or not there, have a thicker line, and nodes tell how many came and went."""
    old = before.tiles if before else {}
    moved = {id for id, pod in scene.tiles.items() if id not in old or old[id].node != pod.node} if before else set()
    parts = [tag("rect", class_="k8sm-paper", width=WIDTH, height=layout.height, rx=8, fill=PAPER), *header(scene, bool(moved))]
    earlier = {node.name: {pod.id for pod in node.pods} for node in before.nodes} if before else {}
    boxes = [(node, layout.box(node.name)) for node in scene.nodes]
    parts += [_node(node, place, layout, earlier.get(node.name)) for node, place in boxes]
    if scene.waiting:
        parts += _waiting(scene, layout, moved)
    for node, place in boxes:  # Pods come last, so that one on its way passes over the boxes.
        shown, _ = layout.shown(node.pods)
        parts += [pod_at(pod, at, layout.chips, pod.id in moved) for pod, at in layout.tiles(place, shown, scene)]
    return document(WIDTH, layout.height, f"Placement: {heading(scene)}", summary(scene), *parts)


def _node(node: NodeBox, place: Place, layout: Layout, earlier: set[str] | None) -> str:
    now = {pod.id for pod in node.pods}
    came, went = (len(now - earlier), len(earlier - now)) if earlier is not None else (0, 0)
    _, hidden = layout.shown(node.pods)
    counts = (node.count, came, went, hidden)
    return _box(node.name, node.notes, node.ready, node.accounts, counts, place, (layout.dense, layout.has_notes, layout.side_by_side))


@lru_cache(maxsize=4096)
def _box(
    name: str,
    notes: tuple[str, ...],
    ready: bool,
    accounts: tuple[Account, Account],
    counts: tuple[str, int, int, int],
    place: Place,
    how: tuple[bool, bool, bool],
) -> str:
    """A node's box: name and number of pods, what is unusual, and its accounts."""
    dense, has_notes, side_by_side = how
    inner, edge = place.width - 2 * PADDING, WARNING if notes and notes != ("control plane",) else LINE
    number = _count_words(*counts[:3], short=dense and (counts[1] or counts[2]) > 0)
    room, line, size = (inner, 26, SMALL) if dense else (inner - width_of(number, SMALL) - 6, 18, NAME)
    at, anchor = (PADDING, None) if dense else (place.width - PADDING, "end")
    about = f"{name}{''.join(f' · {note}' for note in notes)}: {number}; " + "; ".join(map(in_words, ("cpu", "memory"), accounts))
    frame, dashes = "k8sm-box" if edge == LINE else "k8sm-box k8sm-warn", None if ready else "5 4"
    parts = [
        title(about),
        tag("rect", class_=frame, width=place.width, height=place.height, rx=7, fill=BOX, stroke=edge, stroke_dasharray=dashes),
        words(f"{'! ' if dense and edge != LINE else ''}{name}", PADDING, 14 if dense else 18, size=size, bold=True, room=room),
        words(number, at, line, size=SMALL, tone="soft", text_anchor=anchor),
        *(_small_bars if dense else _bars)(accounts, inner, NAME_LINE + (NOTES_LINE if has_notes else 0), side_by_side),
    ]
    if notes and not dense:
        parts += _notes(notes, inner)
    if counts[3]:
        parts.append(words(f"and {counts[3]} more", PADDING, place.height - PADDING, size=SMALL, tone="soft"))
    return group(place.x, place.y, tag("g", *parts, class_="k8sm-node" if ready else "k8sm-node k8sm-node-lost"))


def _count_words(count: str, came: int, went: int, *, short: bool) -> str:
    """As in "5 pods +2 −1"."""
    change = [f"+{came}"] * bool(came) + [f"−{went}"] * bool(went)
    return " ".join([count.rpartition(" ")[0] if short else count, *change])


def _bars(accounts: tuple[Account, Account], inner: float, y: float, side_by_side: bool) -> list[str]:
    cpu, memory = accounts
    if side_by_side:
        half = (inner - 2 * GAP) / 2
        return [block("cpu", cpu, PADDING, y, half), block("memory", memory, PADDING + half + 2 * GAP, y, half)]
    return [block("cpu", cpu, PADDING, y, inner), block("memory", memory, PADDING, y + ACCOUNT, inner)]


def _small_bars(accounts: tuple[Account, Account], inner: float, y: float, side_by_side: bool) -> list[str]:
    return [bar(account, PADDING, 31 + 8 * number, inner, 5) for number, account in enumerate(accounts)]


def _notes(notes: tuple[str, ...], inner: float) -> list[str]:
    """What is unusual about the node, each in a frame of its own, as far as there is room."""
    parts, x = [], float(PADDING)
    for number, note in enumerate(notes):
        rest = len(notes) - number
        room = PADDING + inner - x - 14
        if room < 40:
            parts.append(words(f"+{rest}", x, NAME_LINE + 8, size=SMALL, tone="soft"))
            break
        said = fitted(note, room - (22 if rest > 1 else 0), SMALL)
        wide = width_of(said, SMALL) + 10
        edge, class_ = (LINE, "k8sm-note") if note == "control plane" else (WARNING, "k8sm-warn")
        parts.append(tag("rect", x=x, y=NAME_LINE - 2, width=wide, height=14, rx=7, fill="none", stroke=edge, class_=class_))
        parts.append(words(said, x + 5, NAME_LINE + 8.5, size=SMALL))
        x += wide + 4
    return parts


def _pod(pod: PodTile, place: Place, chip: bool, moved: bool = False) -> str:
    fill, line = COLOURS[pod.mood]
    dashes = "3 2" if pod.mood in ("leaving", "starting") else None
    thick = (MOVED if not chip else MOVED_CHIP) if moved else None
    size = {"width": place.width, "height": place.height, "rx": 2 if place.width < CHIP else 4}
    body = tag("rect", **size, fill=fill, stroke=line, stroke_width=thick, stroke_dasharray=dashes)
    parts = [title(_about(pod)), body, *(_chip(pod, line, place.width) if chip else _lines(pod, place, line))]
    class_ = f"k8sm-pod k8sm-{pod.mood}{' k8sm-system' if pod.is_system else ''}"
    # The outer group holds the place, the inner one is free for the front end to move.
    inner = tag("g", *parts, data_id=pod.id, data_of=pod.workload or None, class_=class_)
    return tag("g", inner, transform=f"translate({place.x:g} {place.y:g})")


pod_at = Memo(_pod)


def _chip(pod: PodTile, line: str, size: float) -> list[str]:
    """What simply runs shows what it is one of; the smallest chips nothing, so that the others stand out."""
    if pod.mood != "running":
        scale = size / (CHIP + 1)
        return [tag("g", sign(pod.mood, line, 0, 0), transform=f"translate({size / 2:g} {size / 2:g}) scale({scale:.2g})")]
    if size < CHIP:
        return []
    short = (pod.workload or pod.name).rpartition("/")[2][:2]
    tone = "soft" if pod.is_system else "ink"
    return [words(short, size / 2, size / 2 + 3.5, size=SMALL, tone=tone, text_anchor="middle")]


def _lines(pod: PodTile, place: Place, line: str) -> list[str]:
    mark = sign(pod.mood, line, 11, place.height / 2)
    room = place.width - 26
    if pod.is_system:
        return [mark, words(pod.name, 21, 12.5, size=SMALL, tone="soft", room=room)]
    asks = [said(amount) for said, amount in ((cpu_text, pod.cpu), (memory_text, pod.memory)) if amount]
    below = " · ".join([state_words(pod.word, pod.mood), *asks])
    return [mark, words(pod.name, 22, 14.5, room=room), words(below, 22, 27.5, size=SMALL, tone="soft", room=room)]


def _about(pod: PodTile) -> str:
    where = f"on {pod.node}" if pod.node else "on no node"
    amounts = (("cpu", cpu_text(pod.cpu_limit)), ("memory", memory_text(pod.memory_limit)))
    limits = [f"{what} {amount}" for what, amount in amounts if amount != "0"]
    asks = f"requests cpu {cpu_text(pod.cpu)}, memory {memory_text(pod.memory)}; limits {', '.join(limits) or 'none'}"
    of = f", of {pod.workload}" if not pod.workload.startswith("pod/") and pod.workload else ""
    return f"{pod.namespace}/{pod.name}: {pod.word}, {where}{of}; {asks}{'. ' + pod.why if pod.why else ''}"


def _waiting(scene: Scene, layout: Layout, moved: set[str]) -> list[str]:
    """A frame for pods without a node: under each reason those for which it holds."""
    place = layout.waiting()
    groups, others = waiting_groups(scene.waiting, layout.chips)
    height = waiting_height(scene.waiting, layout.chips)
    frame = tag("rect", class_="k8sm-warn", width=place.width, height=height, rx=7, fill="none", stroke=WARNING, stroke_dasharray="2 3")
    said = words(f"Waiting for a node ({len(scene.waiting)})", PADDING, 18, size=NAME, bold=True)
    parts, pods = [group(place.x, place.y, tag("g", frame, said, class_="k8sm-waiting"))], []
    x, y = place.x + PADDING, place.y + NAME_LINE
    for one in groups:
        for number, line in enumerate(one.why):
            parts.append(words(line, x, y + 10 + number * REASON_LINE, size=TEXT, tone="soft"))
        area = Place(x, y + len(one.why) * REASON_LINE, place.width - 2 * PADDING, 0)
        places = chips_in(area, len(one.pods)) if layout.chips else tiles_in(area, len(one.pods), TILE)
        pods += [pod_at(pod, at, layout.chips, pod.id in moved) for pod, at in zip(one.pods, places, strict=True)]
        y += group_height(one, layout.chips)
        if one.hidden:
            parts.append(words(f"and {one.hidden} more", x, y - 8, size=SMALL, tone="soft"))
    if others:
        parts.append(words(f"and {others} more for other reasons", x, y + 8, size=SMALL, tone="soft"))
    return [*parts, *pods]
