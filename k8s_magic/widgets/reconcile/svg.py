"""The loop as SVG: its four parts, pods over time between the limits, and the chain of causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from k8s_magic.widgets._moods import ACCENT, BAD, BOX, GOOD, INK, LINE, PAPER, SOFT_INK
from k8s_magic.widgets._svg import document, group, label, shortened, tag, title, wrapped
from k8s_magic.widgets.reconcile.scene import Scene, Series
from k8s_magic.widgets.reconcile.text import desired, observed, series_words, summary

WIDTH, MARGIN, LEFT, RIGHT = 900, 10, 40, 150
BOX_WIDTH, BOX_GAP, BOX_TOP, BOX_HEIGHT = 196, 32, 32, 78
CHART_TOP, CHART_HEIGHT, CHAIN_TOP, LINES = 142, 170, 362, 6
HEIGHT = CHAIN_TOP + 16 + LINES * 14 + MARGIN
NEW, OLD = "#54aeff", "#d4a72c"


def drawer(scenes: Sequence[Scene], more: bool) -> Callable[[Scene], str]:
    """Draws each of these scenes with the way from the first to the last."""
    chart = Chart(scenes)
    return lambda scene: _draw(scene, chart)


class Chart:
    """The measures of the chart, the same for all its scenes."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.scenes = scenes
        self.top = max([1, *(max(s.pods + s.leaving, s.ceiling or 0, s.desired or 0) for s in scenes)])
        self.step = min((WIDTH - 2 * MARGIN - LEFT - RIGHT) / len(scenes), 60)

    def x(self, index: int) -> float:
        return MARGIN + LEFT + index * self.step

    def y(self, count: int) -> float:
        return CHART_TOP + CHART_HEIGHT * (1 - count / self.top)

    def index(self, scene: Scene) -> int:
        return next(number for number, one in enumerate(self.scenes) if one is scene)


def _draw(scene: Scene, chart: Chart) -> str:
    now = chart.index(scene)
    parts = [
        tag("rect", class_="k8sm-paper", width=WIDTH, height=HEIGHT, rx=6, fill=PAPER),
        label(shortened(scene.title, 90), MARGIN, 20, size=13, font_weight="600", fill=INK, class_="k8sm-ink"),
        *_loop(scene),
        *_axis(chart),
        *(bar for number, one in enumerate(chart.scenes) for bar in _bars(chart, number, one, number <= now)),
        *_limits(scene, chart),
        _cursor(chart, now),
        *_legend(scene),
        *_chain(scene),
    ]
    return document(WIDTH, HEIGHT, summary(scene), *parts)


def _loop(scene: Scene) -> list[str]:
    done = [chain[0] for chain in scene.actions]
    action = done[:1] + ([f"and {len(done) - 1} more"] if len(done) > 1 else [])
    boxes = (
        ("Observed", observed(scene), INK, "k8sm-ink"),
        ("Desired", desired(scene), ACCENT, "k8sm-accent"),
        ("Difference", list(scene.differences) or ["none"], *((BAD, "k8sm-bad") if scene.differences else (GOOD, "k8sm-good"))),
        ("Action", action or ["none: wait and watch"], INK, "k8sm-ink"),
    )
    parts = []
    for number, (heading, lines, colour, class_) in enumerate(boxes):
        x = MARGIN + number * (BOX_WIDTH + BOX_GAP)
        body = tag("rect", class_="k8sm-box", width=BOX_WIDTH, height=BOX_HEIGHT, rx=6, fill=BOX, stroke=LINE)
        texts = [label(heading, 9, 17, size=11, fill=SOFT_INK, class_="k8sm-soft")]
        words = [part for line in lines for part in wrapped(line, 31, 3)][:4]
        texts += [label(line, 9, 34 + 13 * i, size=11, fill=colour, class_=class_) for i, line in enumerate(words)]
        parts.append(group(x, BOX_TOP, title("; ".join(lines)), body, *texts))
        if number < len(boxes) - 1:
            arrow = f"M{x + BOX_WIDTH + 4:g} {BOX_TOP + BOX_HEIGHT / 2:g}h{BOX_GAP - 14}"
            head = f"M{x + BOX_WIDTH + BOX_GAP - 3:g} {BOX_TOP + BOX_HEIGHT / 2:g}l-8 -4.5v9z"
            parts.append(tag("path", d=arrow, fill="none", stroke="#6e7781", stroke_width=1.5, class_="k8sm-edge"))
            parts.append(tag("path", d=head, fill="#6e7781", class_="k8sm-edge-head"))
    bottom = BOX_TOP + BOX_HEIGHT
    right, left = MARGIN + 3.5 * BOX_WIDTH + 3 * BOX_GAP, MARGIN + BOX_WIDTH / 2
    back = f"M{right:g} {bottom:g}v9H{left:g}v-4"
    parts.append(tag("path", d=back, fill="none", stroke="#6e7781", stroke_width=1.5, class_="k8sm-edge"))
    parts.append(tag("path", d=f"M{left:g} {bottom + 1:g}l-4.5 7h9z", fill="#6e7781", class_="k8sm-edge-head"))
    return parts


def _axis(chart: Chart) -> list[str]:
    parts = []
    every = max(1, -(-chart.top // 6))
    end = chart.x(len(chart.scenes))
    for count in range(0, chart.top + 1, every):
        y = chart.y(count)
        parts.append(tag("path", d=f"M{MARGIN + LEFT:g} {y:g}H{end:g}", stroke="#d8dee4", class_="k8sm-box"))
        parts.append(label(str(count), MARGIN + LEFT - 8, y + 3.5, size=10, text_anchor="end", fill=SOFT_INK, class_="k8sm-soft"))
    parts.append(label("pods", MARGIN, CHART_TOP + CHART_HEIGHT / 2, size=10, fill=SOFT_INK, class_="k8sm-soft"))
    start, last = chart.scenes[min(1, len(chart.scenes) - 1)].time, -100.0
    for number, scene in enumerate(chart.scenes[1:], 1):
        if chart.x(number) - last >= 44:
            last = chart.x(number)
            words = f"+{scene.time - start:.1f}s"
            parts.append(label(words, last, CHART_TOP + CHART_HEIGHT + 14, size=9, fill=SOFT_INK, class_="k8sm-soft"))
    return parts


def _bars(chart: Chart, number: int, scene: Scene, past: bool) -> list[str]:
    """The pods of one step: full where ready, pale where not, an empty dotted frame where they leave."""
    parts, base, width = [], 0, max(chart.step - 2, 1.5)
    about = title("; ".join(series_words(one) for one in scene.series) or "no pods")
    counts = (("ready", lambda one: one.ready), ("waits", lambda one: one.pods - one.ready), ("leaves", lambda one: one.leaving))
    for how, count_of in counts:  # What is ready lies below, to be compared with the lower limit; who leaves is over the upper one.
        for series in scene.series:
            if count := count_of(series):
                parts.append(_bar(chart, number, base, count, series, how, width))
                base += count
    return [tag("g", about, *parts, opacity=None if past else "0.2")] if parts else []


def _bar(chart: Chart, number: int, base: int, count: int, series: Series, how: str, width: float) -> str:
    colour = NEW if series.is_new else OLD
    y, height = chart.y(base + count), CHART_HEIGHT * count / chart.top
    return tag(
        "rect",
        x=chart.x(number) + 1,
        y=y + 0.75,
        width=width,
        height=max(height - 1.5, 1),
        rx=1.5,
        fill=colour,
        fill_opacity={"ready": "1", "waits": "0.3", "leaves": "0"}[how],
        stroke=colour,
        stroke_dasharray="2 2" if how == "leaves" else None,
    )


class Limit(NamedTuple):
    """A line across the chart."""

    pods: int
    words: str
    colour: str
    class_: str
    dashes: str | None


def _limits(scene: Scene, chart: Chart) -> list[str]:
    limits = [Limit(scene.desired, "desired", ACCENT, "k8sm-accent", None)] if scene.desired is not None else []
    if scene.ceiling is not None and scene.floor is not None:
        limits.append(Limit(scene.ceiling, "most (maxSurge)", BAD, "k8sm-bad", "6 3"))
        limits.append(Limit(scene.floor, "least ready (maxUnavailable)", "#9a6700", "k8sm-soft", "2 3"))
    end = chart.x(len(chart.scenes)) + 6
    parts = []
    for number, limit in enumerate(limits):
        y = chart.y(limit.pods)
        line = f"M{MARGIN + LEFT:g} {y:g}H{end:g}"
        parts.append(tag("path", d=line, fill="none", stroke=limit.colour, stroke_width=1.5, stroke_dasharray=limit.dashes))
        above = sum(other.pods == limit.pods for other in limits[:number])  # Lines that lie on each other have their words in rows.
        parts.append(label(f"{limit.pods} {limit.words}", end + 4, y + 3.5 + 11 * above, size=9.5, fill=limit.colour, class_=limit.class_))
    return parts


def _cursor(chart: Chart, now: int) -> str:
    x = chart.x(now) + chart.step / 2
    line = tag("path", d=f"M{x:g} {CHART_TOP - 8:g}V{CHART_TOP + CHART_HEIGHT + 3:g}", stroke=INK, stroke_width=1, class_="k8sm-cursor")
    return line + tag("path", d=f"M{x:g} {CHART_TOP - 3:g}l-5 -8h10z", fill=INK, class_="k8sm-ink")


def _legend(scene: Scene) -> list[str]:
    parts, y = [], CHART_TOP + CHART_HEIGHT + 32
    x: float = MARGIN + LEFT
    for series in scene.series[-3:]:
        words = shortened(f"{series_words(series)}", 62)
        parts.append(tag("rect", x=x, y=y - 8, width=10, height=9, rx=1.5, fill=NEW if series.is_new else OLD))
        parts.append(label(words, x + 15, y, size=10, fill=INK, class_="k8sm-ink"))
        x += 36 + 5.5 * len(words)
    more = len(scene.series) - 3
    if more > 0:
        parts.append(label(f"and {more} more", x, y, size=10, fill=SOFT_INK, class_="k8sm-soft"))
    return parts


def _chain(scene: Scene) -> list[str]:
    """Who did what, because of what."""
    lines: list[tuple[int, str]] = []
    for chain in scene.actions:
        lines += [(min(number, 3), words) for number, words in enumerate(chain)]
    hidden = len(lines) - LINES
    if hidden > 0:
        lines = [*lines[: LINES - 1], (0, f"and {hidden + 1} more")]
    parts = [label("Why", MARGIN, CHAIN_TOP, size=11, font_weight="600", fill=INK, class_="k8sm-ink")]
    for number, (depth, words) in enumerate(lines):
        colour, class_ = (INK, "k8sm-ink") if depth == 0 else (SOFT_INK, "k8sm-soft")
        told = f"because {words}" if depth else words
        parts.append(
            label(shortened(told, 130), MARGIN + LEFT + 18 * depth, CHAIN_TOP + 14 * number, size=10.5, fill=colour, class_=class_)
        )
    return parts
