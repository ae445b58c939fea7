"""The table of a scheduling decision as SVG: a row for each node, a column for each plugin that rejected or scored, and the sum."""

from __future__ import annotations

from math import radians, sin

from k8s_magic.widgets._moods import BAR_FILL, BOX, GOOD, LINE, PAPER, without_side_talk
from k8s_magic.widgets._svg import Document, document, group, tag, title, wrapped
from k8s_magic.widgets._words import HEAD, NAME, SMALL, TEXT, letters, width_of, words
from k8s_magic.widgets.why.scene import Cell, Row, Scene
from k8s_magic.widgets.why.text import sentence, summary

WIDTH, MARGIN, SUM, ROW, SLANT = 980, 12, 66, 28, 34
"""The last is the angle of the plugins' names."""
LEAST_NAME, MOST_NAME = 100, 190
ASIDE = 110
"""Room for the last column's slanted name."""
WIDEST_CELL = 100


class Table:
    """Where the table's parts stand."""

    def __init__(self, scene: Scene) -> None:
        self.said = wrapped(sentence(scene), letters(WIDTH - 2 * MARGIN, HEAD, bold=True), 2)
        self.message = wrapped(without_side_talk(scene.message), letters(WIDTH - 2 * MARGIN), 2)
        names = [width_of(row.node, NAME, bold=row.chosen) for row in scene.rows if not row.is_rest]
        self.left = min(max([LEAST_NAME, *names]), MOST_NAME) + 34
        self.filters, self.scoring = scene.filters, scene.scoring
        columns = len(scene.filters) + len(scene.scoring)
        cells = WIDTH - 2 * MARGIN - self.left - SUM - ASIDE
        self.cell = min(cells / max(columns, 1), WIDEST_CELL)
        self.top = 10 + 20 * len(self.said) + 16 * len(self.message) + (28 + max(map(_slanted_height, _titles(scene)), default=-16))
        self.sum_at = self.left + self.cell * columns
        self.width = max(self.sum_at + SUM, 640) if scene.scoring else WIDTH - 2 * MARGIN
        self.height = self.top + len(scene.rows) * ROW + 26 + MARGIN

    def filter_x(self, name: str) -> float:
        """The left edge of a filter's column, within a row."""
        return self.left + self.cell * self.filters.index(name)

    def score_x(self, name: str) -> float:
        """The left edge of a score's column; some plugins do both."""
        return self.left + self.cell * (len(self.filters) + self.scoring.index(name))


def draw(scene: Scene) -> Document:
    """The whole picture."""
    table = Table(scene)
    paper = tag("rect", class_="k8sm-paper", width=WIDTH, height=table.height, rx=8, fill=PAPER)
    said = [words(line, MARGIN, 24 + 20 * i, size=HEAD, bold=True) for i, line in enumerate(table.said)]
    below = 24 + 20 * len(table.said)
    message = [words(line, MARGIN, below + 16 * i, tone="soft") for i, line in enumerate(table.message)]
    rows = [_row(scene, row, table, table.top + number * ROW) for number, row in enumerate(scene.rows)]
    foot = words(_foot(scene), MARGIN, table.height - MARGIN, size=SMALL, tone="soft")
    return document(WIDTH, table.height, sentence(scene), summary(scene), paper, *said, *message, *_headings(scene, table), *rows, foot)


def _foot(scene: Scene) -> str:
    told = []
    if scene.filters:
        told.append("✓ lets the node pass, ✗ rejects it, and then nobody else is asked.")
    if scene.scoring:
        told.append("A number is a plugin's score, 0 to 100, times its weight. The highest sum is chosen.")
    return " ".join(told)


def _headings(scene: Scene, table: Table) -> list[str]:
    """The plugins' names, slanted."""
    found = [_heading(name, table.filter_x(name), table.top, bold=True) for name in scene.filters]
    for said, name in zip(_titles(scene)[len(scene.filters) :], scene.scoring, strict=True):
        found.append(_heading(said, table.score_x(name), table.top, bold=name in scene.deciding))
    if scene.scoring:
        found.append(words("sum", MARGIN + table.sum_at + 10, table.top - 8, size=NAME, bold=True))
    return found


def _titles(scene: Scene) -> list[str]:
    """What stands over each column."""
    return [*scene.filters, *(f"{name} ×{weight}" for name, weight in scene.plugins)]


def _slanted_height(said: str) -> float:
    return width_of(said, SMALL, bold=True) * sin(radians(SLANT))


def _heading(said: str, x: float, y: float, *, bold: bool) -> str:
    """Bold where the column tells nodes apart."""
    text = words(said, 0, 0, size=SMALL, bold=bold, tone="ink" if bold else "soft", transform=f"rotate(-{SLANT})")
    return group(MARGIN + x + 10, y - 8, title(f"{said}{': tells the nodes apart' if bold else ''}"), text)


def _row(scene: Scene, row: Row, table: Table, y: float) -> str:
    scored = row.total is not None
    class_ = "k8sm-frame" if row.rejected_by else "k8sm-box k8sm-chosen" if row.chosen else "k8sm-box"
    edge, thick = (GOOD, 2) if row.chosen else (LINE, 1)
    dashes, fill = ("3 3", "none") if row.rejected_by else (None, BOX)
    box = tag(
        "rect", width=table.width, height=ROW - 4, rx=5, fill=fill, stroke=edge, stroke_width=thick, stroke_dasharray=dashes, class_=class_
    )
    mark = tag("path", d="M7 6.5l8 5.5l-8 5.5z", fill=GOOD, class_="k8sm-good") if row.chosen else ""
    name = words(row.node, 21, 16, size=NAME, bold=row.chosen, room=(600 if row.is_rest else table.left) - 24)
    verdicts = [_verdict(row, table, column) for column in scene.filters] if not row.is_rest else []
    cells = [_cell(scene, column, row.cells.get(column), table) for column in scene.scoring if scored]
    end = _total(row, table) if scored else _reason(scene, row, table)
    about = title(f"{row.node}: {row.verdict}{f', sum {row.total}' if scored else ''}")
    return group(MARGIN, y, about, box, mark, name, *verdicts, *cells, end, id=f"node-{row.node}")


def _verdict(row: Row, table: Table, column: str) -> str:
    """Whether the filter let the node pass; a dash where it was not asked any more."""
    x, filters = table.filter_x(column) + 12, table.filters
    if column == row.rejected_by:
        return words("✗", x, 16, size=NAME, tone="bad", bold=True)
    asked = row.rejected_by not in filters or filters.index(column) < filters.index(row.rejected_by)
    return words("✓", x, 16, size=NAME, tone="good") if asked else words("–", x, 16, tone="soft")


def _reason(scene: Scene, row: Row, table: Table) -> str:
    """In words, why not."""
    if not row.rejected_by:
        return "" if row.is_rest else words("fits, not scored", table.sum_at, 16, tone="good")
    x = table.left + table.cell * len(scene.filters) + 6
    known = row.rejected_by in scene.filters
    return words(", ".join(row.reasons) if known else row.verdict, x, 16, tone="bad", room=table.width - x - 6)


def _cell(scene: Scene, plugin: str, cell: Cell | None, table: Table) -> str:
    if cell is None:
        return ""
    x = table.score_x(plugin)
    height = (ROW - 10) * cell.score / 100
    bar = tag("rect", class_="k8sm-fill", x=x + 6, y=ROW - 7 - height, width=6, height=height, rx=1, fill=BAR_FILL)
    decides = plugin in scene.deciding
    return bar + words(str(cell.weighted), x + 17, 16, size=TEXT, tone="ink" if decides else "soft", bold=decides)


def _total(row: Row, table: Table) -> str:
    total = words(str(row.total), table.sum_at + 10, 16.5, size=NAME, tone="accent", bold=True)
    tie = words("tie", table.sum_at + 16 + width_of(str(row.total), NAME, bold=True), 16, size=SMALL, tone="soft") if row.tied else ""
    return total + tie
