"""The table of a scheduling decision as SVG."""

from __future__ import annotations

from k8s_magic.widgets._moods import ACCENT, BAD, BOX, GOOD, INK, LINE, PAPER, SOFT_INK
from k8s_magic.widgets._svg import Document, document, group, label, shortened, tag, title, wrapped
from k8s_magic.widgets.why.scene import Cell, Row, Scene
from k8s_magic.widgets.why.text import sentence, summary

MARGIN, NAME, VERDICT, CELL, SUM, ROW, HEAD, SLANT = 10, 110, 90, 66, 64, 26, 56, 96
LEAST_WIDTH = 640


def draw(scene: Scene) -> Document:
    """The whole picture."""
    columns = len(scene.plugins)
    width = max(2 * MARGIN + NAME + VERDICT + (columns * CELL + SUM + 40 if columns else 0), LEAST_WIDTH)
    top = HEAD + (SLANT if columns else 8)
    height = top + len(scene.rows) * ROW + MARGIN + 18
    paper = tag("rect", class_="k8sm-paper", width=width, height=height, rx=6, fill=PAPER)
    heading = "".join(
        label(line, MARGIN, 20 + 17 * number, size=13, font_weight="600", fill=INK, class_="k8sm-ink")
        for number, line in enumerate(wrapped(sentence(scene), int(width / 7.4), 2))
    )
    message = "".join(
        label(line, MARGIN, 38 + 12 * number, size=10, fill=SOFT_INK, class_="k8sm-soft")
        for number, line in enumerate(wrapped(scene.message.partition(" preemption:")[0], int(width / 5.6), 2))
    )
    rows = [_row(scene, row, top + number * ROW, width) for number, row in enumerate(scene.rows)]
    foot = "A cell is a plugin's score (0 to 100) times its weight; the node with the highest sum is chosen."
    below = label(foot if columns else "", MARGIN, height - 8, size=9.5, fill=SOFT_INK, class_="k8sm-soft")
    return document(width, height, summary(scene), paper, heading, message, *_headings(scene, top), *rows, below)


def _headings(scene: Scene, top: float) -> list[str]:
    """The plugins' names, slanted."""
    found = []
    for number, (name, weight) in enumerate(scene.plugins):
        x = MARGIN + NAME + VERDICT + number * CELL + CELL / 2
        bold = "600" if name in scene.deciding else None
        words = f"{shortened(name, 22)} ×{weight}"
        about = title(f"{name}, weight {weight}{': its scores differ' if bold else ': the same score for all'}")
        text = label(words, 0, 0, size=10, font_weight=bold, fill=INK, class_="k8sm-ink", transform="rotate(-38)")
        found.append(group(x, top - 8, about, text))
    if scene.plugins:
        x = MARGIN + NAME + VERDICT + len(scene.plugins) * CELL + 6
        found.append(label("sum", x + SUM / 2 - 12, top - 8, size=11, font_weight="600", fill=INK, class_="k8sm-ink"))
    return found


def _row(scene: Scene, row: Row, y: float, width: float) -> str:
    scored = row.total is not None
    box_width = width - 2 * MARGIN
    line = GOOD if row.chosen else LINE
    box = tag(
        "rect",
        width=box_width,
        height=ROW - 3,
        rx=4,
        fill=BOX if not row.rejected_by else "none",
        stroke=line,
        stroke_width=2 if row.chosen else 1,
        stroke_dasharray="3 3" if row.rejected_by else None,
        class_="k8sm-box k8sm-chosen" if row.chosen else "k8sm-box",
    )
    mark = tag("path", d="M6 6l8 5.5l-8 5.5z", fill=GOOD, class_="k8sm-good") if row.chosen else ""
    bold = "600" if row.chosen else None
    letters = 16 if row.rejected_by or scored else 60
    name = label(shortened(row.node, letters), 20, 15.5, size=11, font_weight=bold, fill=INK, class_="k8sm-ink")
    colour, class_ = (BAD, "k8sm-bad") if row.rejected_by else (GOOD, "k8sm-good")
    limit = int((box_width - NAME) / 5.6)
    verdict = (
        label(shortened(row.verdict, limit), NAME, 15.5, size=10, fill=colour, class_=class_) if row.count == 1 or row.rejected_by else ""
    )
    cells = [_cell(scene, name_, row.cells.get(name_), number) for number, (name_, _) in enumerate(scene.plugins) if scored]
    total = _total(scene, row) if scored else ""
    about = title(f"{row.node}: {row.verdict}{f', sum {row.total}' if scored else ''}")
    return group(MARGIN, y, about, box, mark, name, verdict, *cells, total, id=f"node-{row.node}")


def _cell(scene: Scene, plugin: str, cell: Cell | None, number: int) -> str:
    if cell is None:
        return ""
    x = NAME + VERDICT + number * CELL + 3
    colour, class_ = (INK, "k8sm-ink") if plugin in scene.deciding else (SOFT_INK, "k8sm-soft")
    height = (ROW - 7) * cell.score / 100
    bar = tag("rect", class_="k8sm-fill", x=x, y=2 + ROW - 7 - height, width=5, height=height, fill="#b9cbe0")
    return bar + label(str(cell.weighted), x + 10, 15.5, size=10.5, fill=colour, class_=class_)


def _total(scene: Scene, row: Row) -> str:
    x = NAME + VERDICT + len(scene.plugins) * CELL + 14
    tie = " tie" if row.tied else ""
    return label(f"{row.total}{tie}", x, 15.5, size=12, font_weight="600", fill=ACCENT, class_="k8sm-accent")
