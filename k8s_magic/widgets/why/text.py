"""The table of a scheduling decision in plain text, and in one sentence."""

from __future__ import annotations

from k8s_magic.widgets.why.scene import Row, Scene


def sentence(scene: Scene) -> str:
    """What was decided, and what decided it."""
    if not scene.known:
        return scene.message
    if not scene.chosen:
        room = f"; room is being made on {scene.nominated}" if scene.nominated else ""
        return f"{scene.pod} fits on none of {scene.nodes} nodes{room}"
    fitting = sum(row.count for row in scene.rows if not row.rejected_by)
    said = f"{scene.pod} goes to {scene.chosen}: {fitting} of {scene.nodes} nodes fit"
    if fitting == 1:
        return f"{said}, so nothing was scored"
    return f"{said}, {f'{scene.tied} share the highest sum, and a draw chose' if scene.tied else 'and it has the highest sum'}"


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    rows = "; ".join(f"{row.node}: {row.verdict}{'' if row.total is None else f', sum {row.total}'}" for row in scene.rows)
    return f"{sentence(scene)}. {rows}".strip()


def draw_text(scene: Scene) -> str:
    """A line a node: the verdict, what each plugin's score counts, and the sum."""
    lines = [sentence(scene)]
    names = [name for name, _ in scene.plugins]
    width = max([4, *(len(row.node) for row in scene.rows)])
    for row in scene.rows:
        mark = "→" if row.chosen else " "
        lines.append(f"{mark} {row.node:{width}}  {row.verdict}{_scores(row, names)}")
    return "\n".join(lines)


def _scores(row: Row, names: list[str]) -> str:
    if row.total is None:
        return ""
    parts = [f"{name} {row.cells[name].weighted}" for name in names if name in row.cells and row.cells[name].weighted]
    return f"  {' + '.join(parts)} = {row.total}"
