"""The placement picture as SVG. What has a `data-id` keeps it from frame to frame, so that the front end can move it.

Colours stand in attributes, for the picture without a style sheet; classes let the live widget's dark theme replace them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from k8s_magic.widgets._memo import Memo
from k8s_magic.widgets._moods import BAR, BAR_FILL, BOX, COLOURS, INK, LINE, PAPER, SOFT_INK, sign, state_words
from k8s_magic.widgets._svg import document, label, shortened, tag, title, wrapped
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.layout import (
    CHIP,
    DENSE_BOX_WIDTH,
    MOST_WAITING,
    PADDING,
    REASON_LINE,
    TILE,
    TILE_GAP,
    Layout,
    Place,
    waiting_groups,
)
from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene
from k8s_magic.widgets.placement.text import summary


def draw(scene: Scene, layout: Layout, before: Scene | None = None) -> str:
    """The whole picture; pods that were elsewhere `before`, or not there, have a thicker line."""
    old = before.tiles if before else {}
    moved = {id for id, pod in scene.tiles.items() if id not in old or old[id].node != pod.node} if before else set()
    parts = [tag("rect", class_="k8sm-paper", width=layout.width, height=layout.height, rx=6, fill=PAPER)]
    boxes = [(node, layout.box(node.name)) for node in scene.nodes]
    parts += [_node(node, place) for node, place in boxes]
    if layout.waits:
        parts.append(_waiting_frame(layout.waiting(), scene))
    # Pods come last, so that one on its way passes over the boxes.
    for node, place in boxes:
        parts += [pod_at(pod, at, layout.chips, pod.id in moved) for pod, at in layout.tiles(place, node.pods)]
    if layout.waits:
        parts += _waiting_pods(layout.waiting(), scene)
    return document(layout.width, layout.height, summary(scene), *parts)


def _node(node: NodeBox, place: Place) -> str:
    claimants = node.claimants
    cpu, memory = tuple(pod.cpu for pod in claimants), tuple(pod.memory for pod in claimants)
    return _box(node.name, node.notes, node.ready, (node.cpu, cpu), (node.memory, memory), place)


@lru_cache(maxsize=4096)
def _box(
    name: str,
    notes: tuple[str, ...],
    ready: bool,
    cpu: tuple[int, tuple[int, ...]],
    memory: tuple[int, tuple[int, ...]],
    place: Place,
) -> str:
    """A node's box; each resource with what there is and what is asked for."""
    dashes = None if ready else "5 4"
    about = "".join(f" · {note}" for note in notes)
    inner = place.width - 2 * PADDING
    if place.width <= DENSE_BOX_WIDTH:
        return _dense_box(name, about, dashes, cpu, memory, place)
    return tag(
        "g",
        tag("rect", class_="k8sm-box", width=place.width, height=place.height, rx=6, fill=BOX, stroke=LINE, stroke_dasharray=dashes),
        title(f"{name}{about}"),
        label(shortened(name + about, int(inner / 6.6)), PADDING, 17, size=12, font_weight="600", fill=INK, class_="k8sm-ink"),
        _bar("cpu", cpu[0], cpu_text, Place(PADDING, 25, inner, 14), cpu[1]),
        _bar("mem", memory[0], memory_text, Place(PADDING, 42, inner, 14), memory[1]),
        transform=f"translate({place.x:g} {place.y:g})",
        class_="k8sm-node" if ready else "k8sm-node k8sm-node-lost",
    )


def _dense_box(
    name: str, about: str, dashes: str | None, cpu: tuple[int, tuple[int, ...]], memory: tuple[int, tuple[int, ...]], place: Place
) -> str:
    """The name with the number of pods, and the bars without words."""
    amounts = f"cpu {cpu_text(sum(cpu[1]))} of {cpu_text(cpu[0])}, memory {memory_text(sum(memory[1]))} of {memory_text(memory[0])}"
    inner = place.width - 2 * PADDING
    count, edge = str(len(cpu[1])), "#9a6700" if about else LINE
    return tag(
        "g",
        title(f"{name}{about}: {count} pods, {amounts}"),
        tag("rect", class_="k8sm-box", width=place.width, height=place.height, rx=5, fill=BOX, stroke=edge, stroke_dasharray=dashes),
        label(f"{'! ' if about else ''}{shortened(name, 9)}", PADDING, 13, size=10, font_weight="600", fill=INK, class_="k8sm-ink"),
        label(count, place.width - PADDING, 13, size=9.5, text_anchor="end", fill=SOFT_INK, class_="k8sm-soft"),
        _thin_bar(cpu, Place(PADDING, 19, inner, 4)),
        _thin_bar(memory, Place(PADDING, 25, inner, 4)),
        transform=f"translate({place.x:g} {place.y:g})",
        class_="k8sm-node" if dashes is None else "k8sm-node k8sm-node-lost",
    )


def _thin_bar(amounts: tuple[int, tuple[int, ...]], place: Place) -> str:
    whole, used = amounts[0], sum(amounts[1])
    width = min(place.width * used / whole, place.width) if whole else 0
    back = tag("rect", class_="k8sm-bar", x=place.x, y=place.y, width=place.width, height=place.height, rx=2, fill=BAR)
    full = tag("rect", class_="k8sm-fill", x=place.x, y=place.y, width=width, height=place.height, rx=2, fill="#6e8cb0")
    return back + (full if width else "")


def _bar(what: str, whole: int, words: Callable[[int], str], place: Place, shares: Sequence[int]) -> str:
    """A bar filled by requests, a part for each pod."""
    parts = [tag("rect", class_="k8sm-bar", x=place.x, y=place.y, width=place.width, height=place.height, rx=3, fill=BAR)]
    path, at, end = [], place.x, place.x + place.width
    for share in shares:
        width = min(place.width * share / whole if whole else 0, end - at)
        if width > 0:
            drawn = max(width - 1, 0.5)
            path.append(f"M{at:.4g} {place.y:g}h{drawn:.4g}v{place.height:g}h{-drawn:.4g}z")
        at += width
    if path:
        parts.append(tag("path", class_="k8sm-fill", d="".join(path), fill=BAR_FILL))
    used = sum(shares)
    percent = f" ({100 * used // whole}%)" if whole and place.width > 130 else ""
    told = f"{what} {words(used)} of {words(whole)}{percent}"
    parts.append(label(told, place.x + 4, place.y + 10.5, size=9.5, fill=INK, class_="k8sm-ink"))
    return "".join(parts)


def _pod(pod: PodTile, place: Place, chip: bool, moved: bool = False) -> str:
    fill, line = COLOURS[pod.mood]
    dashes = "3 2" if pod.mood in ("leaving", "starting") else None
    thick = 2.4 if moved else None
    size = {"width": place.width, "height": place.height}
    body = tag("rect", **size, rx=3, fill=fill, stroke=line, stroke_width=thick, stroke_dasharray=dashes)
    parts = [title(_about(pod)), body]
    if chip:
        parts.append(_chip_sign(pod.mood, line, place.width))
    else:
        parts += _words(pod, place, line)
    # The outer group holds the place, the inner one is free for the front end to move.
    inner = tag("g", *parts, data_id=pod.id, class_=f"k8sm-pod k8sm-{pod.mood}{' k8sm-system' if pod.is_system else ''}")
    return tag("g", inner, transform=f"translate({place.x:g} {place.y:g})")


def _chip_sign(mood: str, line: str, size: float) -> str:
    if size >= CHIP:
        return sign(mood, line, size / 2, size / 2)
    # On the smallest chips the usual state goes without, so that the others stand out.
    return "" if mood == "running" else tag("g", sign(mood, line, 0, 0), transform=f"translate({size / 2:g} {size / 2:g}) scale(0.7)")


pod_at = Memo(_pod)


def _words(pod: PodTile, place: Place, line: str) -> list[str]:
    if pod.is_system:
        short = shortened(pod.name, 27)
        return [sign(pod.mood, line, 10, place.height / 2), label(short, 20, 11.5, size=9.5, fill=SOFT_INK, class_="k8sm-soft")]
    state = state_words(pod.word, pod.mood)
    asks = [words(amount) for words, amount in ((cpu_text, pod.cpu), (memory_text, pod.memory)) if amount]
    below = " · ".join([state, *asks])
    return [
        sign(pod.mood, line, 11, place.height / 2),
        label(shortened(pod.name, 25), 22, 12.5, size=11, fill=INK, class_="k8sm-ink"),
        label(shortened(below, 29), 22, 24.5, size=9.5, fill=SOFT_INK, class_="k8sm-soft"),
    ]


def _about(pod: PodTile) -> str:
    where = f"on {pod.node}" if pod.node else "on no node"
    asks = f"requests cpu {cpu_text(pod.cpu)}, memory {memory_text(pod.memory)}"
    return f"{pod.namespace}/{pod.name}: {pod.word}, {where}; {asks}{'. ' + pod.why if pod.why else ''}"


def _waiting_frame(place: Place, scene: Scene) -> str:
    heading = f"Waiting for a node ({len(scene.waiting)})" if scene.waiting else "No pod waits for a node"
    return tag(
        "g",
        tag("rect", class_="k8sm-box", width=place.width, height=place.height, rx=6, fill="none", stroke=LINE, stroke_dasharray="2 3"),
        label(heading, PADDING, 17, size=12, font_weight="600", fill=INK, class_="k8sm-ink"),
        transform=f"translate({place.x:g} {place.y:g})",
        class_="k8sm-waiting",
    )


def _waiting_pods(place: Place, scene: Scene) -> list[str]:
    """The tiles of pods without a node, and under each group the reason."""
    parts, y = [], place.y + 24
    for group in waiting_groups(scene.waiting):
        for pod in group.pods[:MOST_WAITING]:
            parts.append(pod_at(pod, Place(place.x + PADDING, y, place.width - 2 * PADDING, TILE), False))
            y += TILE + TILE_GAP
        lines = wrapped(group.why.partition(" preemption:")[0], 39, 5)  # What preemption found matters less than why.
        if len(group.pods) > MOST_WAITING:
            lines.insert(0, f"and {len(group.pods) - MOST_WAITING} more pods")
        for line in lines:
            y += REASON_LINE
            parts.append(label(line, place.x + PADDING, y - 2, size=10, fill=SOFT_INK, class_="k8sm-soft"))
        y += REASON_LINE if lines else 0
    return parts
