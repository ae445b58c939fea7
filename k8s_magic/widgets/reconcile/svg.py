"""The loop as SVG: its four parts, pods over time between the limits, and the chain of causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from k8s_magic.widgets._moods import ACCENT, BAD, BOX, EDGE, INK, LINE, PAPER
from k8s_magic.widgets._svg import document, group, tag, title, wrapped
from k8s_magic.widgets._words import HEAD, NAME, SMALL, TEXT, fitted, letters, width_of, words
from k8s_magic.widgets.reconcile.scene import Scene, Series
from k8s_magic.widgets.reconcile.text import desired, observed, series_words, summary

WIDTH, MARGIN, LEFT, RIGHT = 980, 12, 32, 186
BOX_GAP, BOX_TOP, BOX_HEIGHT = 30, 38, 84
BOX_WIDTH = (WIDTH - 2 * MARGIN - 3 * BOX_GAP) / 4
CHART_TOP, CHART_HEIGHT, CHAIN_TOP, LINES, LINE_HEIGHT = 158, 180, 402, 6, 15
HEIGHT, INDENT = CHAIN_TOP + LINE_HEIGHT * LINES + MARGIN, 48
WIDEST_STEP = 90
NEW, OLD, FLOOR = "#2e7dd7", "#d9a514", "#8a5a00"


def drawer(scenes: Sequence[Scene]) -> Callable[[Scene], str]:
    """Draws each of these scenes with the way from the first to the last."""
    chart = Chart(scenes)
    return lambda scene: _draw(scene, chart)


class Chart:
    """The measures of the chart, the same for all its scenes."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.scenes = scenes
        self.top = max([1, *(max(s.pods + s.leaving, s.ceiling or 0, s.desired or 0) for s in scenes)])
        self.step = min((WIDTH - 2 * MARGIN - LEFT - RIGHT) / len(scenes), WIDEST_STEP)
        self.start = scenes[min(1, len(scenes) - 1)].time

    @cached_property
    def newest(self) -> frozenset[str]:
        """Whose template is desired at the end, so that nobody changes colour on the way."""
        return frozenset(series.id for series in self.scenes[-1].series if series.is_new)

    @cached_property
    def known(self) -> dict[str, Series]:
        """All series that there are on the way."""
        return {series.id: series for scene in self.scenes for series in scene.series}

    def colour(self, series: Series) -> tuple[str, str]:
        """And its class."""
        return (NEW, "k8sm-new") if series.id in self.newest else (OLD, "k8sm-old")

    def x(self, index: int) -> float:
        return MARGIN + LEFT + index * self.step

    def y(self, count: int) -> float:
        return CHART_TOP + CHART_HEIGHT * (1 - count / self.top)

    def index(self, scene: Scene) -> int:
        return next(number for number, one in enumerate(self.scenes) if one is scene)


def _draw(scene: Scene, chart: Chart) -> str:
    now = chart.index(scene)
    parts = [
        tag("rect", class_="k8sm-paper", width=WIDTH, height=HEIGHT, rx=8, fill=PAPER),
        words(scene.title, MARGIN, 24, size=HEAD, bold=True, room=WIDTH - 2 * MARGIN),
        *_loop(scene),
        *_axis(chart),
        *(bar for number, one in enumerate(chart.scenes) for bar in _bars(chart, number, one, number <= now)),
        *_limits(scene, chart),
        _cursor(chart, now),
        *_legend(scene, chart),
        *_chain(scene, chart, now),
    ]
    return document(WIDTH, HEIGHT, f"Reconciliation of {scene.title}", summary(scene), *parts)


def _loop(scene: Scene) -> list[str]:
    """Four boxes with arrows: from what is seen to what is done, and back to the beginning."""
    done = [chain[0] for chain in scene.actions]
    boxes = (
        ("Observed", observed(scene), "ink"),
        ("Desired", desired(scene), "accent"),
        ("Difference", list(scene.differences) or ["none"], "bad" if scene.differences else "good"),
        ("Action", done[:1] + [f"and {len(done) - 1} more"] * (len(done) > 1) or ["none: it waits and watches"], "ink"),
    )
    parts = []
    for number, (heading, lines, tone) in enumerate(boxes):
        x = MARGIN + number * (BOX_WIDTH + BOX_GAP)
        parts.append(group(x, BOX_TOP, title("; ".join(lines)), _box(heading, lines, tone)))
        if number < len(boxes) - 1:
            middle = BOX_TOP + BOX_HEIGHT / 2
            parts.append(_arrow(f"M{x + BOX_WIDTH + 4:.5g} {middle:g}h{BOX_GAP - 14}"))
            parts.append(_head(f"M{x + BOX_WIDTH + BOX_GAP - 3:.5g} {middle:g}l-8 -4.5v9z"))
    bottom = BOX_TOP + BOX_HEIGHT
    right, left = MARGIN + 3.5 * BOX_WIDTH + 3 * BOX_GAP, MARGIN + BOX_WIDTH / 2
    parts.append(_arrow(f"M{right:.5g} {bottom + 1:g}v10H{left:.5g}v-4"))
    parts.append(_head(f"M{left:.5g} {bottom + 1:g}l-4.5 7h9z"))
    return parts


def _box(heading: str, lines: list[str], tone: str) -> str:
    """The first line is for the last row of a hall, where it is short."""
    room = BOX_WIDTH - 20
    frame = tag("rect", class_="k8sm-box", width=BOX_WIDTH, height=BOX_HEIGHT, rx=7, fill=BOX, stroke=LINE)
    parts, y = [frame, words(heading, 10, 18, tone="soft")], 39.0
    for number, line in enumerate(lines[:3]):
        large = not number and width_of(line, HEAD, bold=True) <= room
        size = HEAD if large else TEXT
        for part in [line] if large else wrapped(line, letters(room), 3):
            if y < BOX_HEIGHT - 3:
                parts.append(words(part, 10, y, size=size, bold=large, tone=tone))
            y += 17 if large else 14
    return "".join(parts)


def _arrow(path: str) -> str:
    return tag("path", d=path, fill="none", stroke=EDGE, stroke_width=1.5, class_="k8sm-edge")


def _head(path: str) -> str:
    return tag("path", d=path, fill=EDGE, class_="k8sm-edge-head")


def _axis(chart: Chart) -> list[str]:
    """Numbers of pods on the left, times below."""
    parts = []
    every = max(1, -(-chart.top // 6))
    end = chart.x(len(chart.scenes))
    for count in range(0, chart.top + 1, every):
        y = chart.y(count)
        parts.append(tag("path", d=f"M{MARGIN + LEFT:g} {y:.5g}H{end:.5g}", stroke="#d8dee4", class_="k8sm-grid"))
        parts.append(words(str(count), MARGIN + LEFT - 8, y + 3.5, size=SMALL, text_anchor="end", tone="soft"))
    parts.append(words("pods", MARGIN, CHART_TOP - 12, size=SMALL, tone="soft"))
    last, told = -100.0, ""
    for number, scene in enumerate(chart.scenes[1:], 1):
        said = f"+{scene.time - chart.start:.1f}s"
        if chart.x(number) - last >= 46 and said != told:
            last, told = chart.x(number), said
            parts.append(words(said, last, CHART_TOP + CHART_HEIGHT + 15, size=SMALL, tone="soft"))
    return parts


def _bars(chart: Chart, number: int, scene: Scene, past: bool) -> list[str]:
    """The pods of one step: full where ready, pale where not, an empty dotted frame where they leave."""
    parts, base, width = [], 0, max(chart.step - 2, 1.5)
    about = title("; ".join(series_words(one) for one in scene.series) or "no pods")
    counts = (("ready", lambda one: one.ready), ("waits", lambda one: one.pods - one.ready), ("leaves", lambda one: one.leaving))
    for how, count_of in counts:  # What is ready lies below, to be compared with the lower limit; who leaves is over the upper one.
        for series in scene.series:
            if count := count_of(series):
                y, height = chart.y(base + count) + 0.75, max(CHART_HEIGHT * count / chart.top - 1.5, 1)
                parts.append(_block(chart.x(number) + 1, y, width, height, how, *chart.colour(series)))
                base += count
    return [tag("g", about, *parts, opacity=None if past else "0.2")] if parts else []


def _block(x: float, y: float, width: float, height: float, how: str, colour: str, class_: str) -> str:
    opacity = {"ready": "1", "waits": "0.3", "leaves": "0"}[how]
    dashes = "2 2" if how == "leaves" else None
    size = {"x": x, "y": y, "width": width, "height": height, "rx": 1.5}
    return tag("rect", **size, fill=colour, fill_opacity=opacity, stroke=colour, stroke_dasharray=dashes, class_=class_)


class Limit(NamedTuple):
    """A line across the chart."""

    pods: int
    said: str
    colour: str
    class_: str
    dashes: str | None


def _limits(scene: Scene, chart: Chart) -> list[str]:
    """The lines, with their words beside them, which are kept apart."""
    limits = [Limit(scene.desired, "desired", ACCENT, "k8sm-wish", None)] if scene.desired is not None else []
    if scene.ceiling is not None and scene.floor is not None:
        limits.append(Limit(scene.ceiling, "most (maxSurge)", BAD, "k8sm-limit", "6 3"))
        limits.append(Limit(scene.floor, "least ready (maxUnavailable)", FLOOR, "k8sm-floor", "2 3"))
    end = chart.x(len(chart.scenes)) + 6
    parts, last = [], 0.0
    for limit in sorted(limits, key=lambda limit: -limit.pods):
        y = chart.y(limit.pods)
        line = f"M{MARGIN + LEFT:g} {y:.5g}H{end:.5g}"
        parts.append(
            tag("path", d=line, fill="none", stroke=limit.colour, stroke_width=1.6, stroke_dasharray=limit.dashes, class_=limit.class_)
        )
        last = max(y, last + 13)
        parts.append(words(f"{limit.pods} {limit.said}", end + 6, last + 3.5, size=SMALL, room=RIGHT))
    return parts


def _cursor(chart: Chart, now: int) -> str:
    x = chart.x(now) + chart.step / 2
    line = f"M{x:.5g} {CHART_TOP - 10:g}V{CHART_TOP + CHART_HEIGHT + 3:g}"
    return tag("path", d=line, stroke=INK, stroke_width=1, class_="k8sm-cursor") + tag(
        "path", d=f"M{x:.5g} {CHART_TOP - 4:g}l-5 -8h10z", fill=INK, class_="k8sm-ink"
    )


def _legend(scene: Scene, chart: Chart) -> list[str]:
    """Whose pods have which colour, and how a pod looks that is not ready or leaves."""
    y, x, parts = CHART_TOP + CHART_HEIGHT + 34, float(MARGIN + LEFT), []
    there = {series.id for series in scene.series}
    told = [(series_words(series), series) for series in scene.series]
    told += [(f"old {series.name}", series) for id, series in chart.known.items() if id not in there and id not in chart.newest]
    entries = [(said, "ready", *chart.colour(series)) for said, series in told[:2]]
    if (more := len(told) - 2) > 0:
        entries.append((f"and {more} more", "leaves", OLD, "k8sm-old"))
    for said, how, colour, class_ in entries:
        fit = fitted(said, 330, SMALL)
        parts += [_block(x, y - 8, 11, 9, how, colour, class_), words(fit, x + 16, y, size=SMALL)]
        x += 16 + width_of(fit, SMALL) * 0.95 + 14
    marks = [("not ready", "waits"), ("leaving", "leaves")]
    right = float(WIDTH - MARGIN)
    for said, how in reversed(marks):
        right -= width_of(said, SMALL)
        parts.append(words(said, right, y, size=SMALL, tone="soft"))
        right -= 16
        parts.append(_block(right, y - 8, 11, 9, how, NEW, "k8sm-new"))
        right -= 12
    return parts


def _chain(scene: Scene, chart: Chart, now: int) -> list[str]:
    """Who did what, because of what; below, what was done before."""
    lines = [(min(depth, 3), f"because {said}" if depth else said) for chain in scene.actions for depth, said in enumerate(chain)]
    if (hidden := len(lines) - LINES) > 0:
        lines = [*lines[: LINES - 1], (0, f"and {hidden + 1} more")]
    parts = [words("Why", MARGIN, CHAIN_TOP, size=NAME, bold=True)] if lines else []
    y = float(CHAIN_TOP)
    for depth, said in lines:
        x = MARGIN + INDENT + 20 * depth
        parts.append(words(said, x, y, tone="soft" if depth else "ink", room=WIDTH - MARGIN - x))
        y += LINE_HEIGHT
    earlier = [(one, chain[0]) for one in reversed(chart.scenes[:now]) for chain in one.actions]
    rest = earlier[: LINES - len(lines)]
    if rest:
        parts.append(words("Before", MARGIN, y + 4, size=SMALL, bold=True, tone="soft"))
    for number, (one, said) in enumerate(rest):
        told = f"{said}  (+{one.time - chart.start:.1f}s)"
        parts.append(words(told, MARGIN + INDENT, y + 4 + LINE_HEIGHT * number, size=SMALL, tone="soft", room=WIDTH - 2 * MARGIN - INDENT))
    return parts
