"""The loop in plain text, and in one sentence."""

from __future__ import annotations

from k8s_magic.widgets.reconcile.scene import Scene, Series


def observed(scene: Scene) -> list[str]:
    """What is there."""
    told = [f"{scene.pods} pods, {scene.ready} ready"]
    if scene.leaving:
        told.append(f"and {scene.leaving} leaving")
    return told


def desired(scene: Scene) -> list[str]:
    """What is to be there."""
    if scene.desired is None:
        return ["nothing: it is gone"]
    told = [f"{scene.desired} pods"]
    if scene.ceiling is not None and scene.floor is not None:
        told.append(f"at most {scene.ceiling}, at least {scene.floor} ready")
    return told


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    series = "; ".join(series_words(one) for one in scene.series)
    difference = ", ".join(scene.differences) or "none"
    done = f" Last: {scene.actions[0][0]}." if scene.actions else ""
    seen, wanted = ", ".join(observed(scene)), ", ".join(desired(scene))
    return f"{scene.title}: observed {seen}; desired {wanted}; difference {difference}.{done} {series}"


def series_words(series: Series) -> str:
    """One owner's pods."""
    leaving = f", {series.leaving} leaving" if series.leaving else ""
    return f"{'new' if series.is_new else 'old'} {series.name}: wants {series.wants}, has {series.pods}, {series.ready} ready{leaving}"


def draw_text(scene: Scene) -> str:
    """The four parts of the loop, the owners with their pods as bars, and the chain of causes."""
    lines = [
        scene.title,
        f"observed    {', '.join(observed(scene))}",
        f"desired     {', '.join(desired(scene))}",
        f"difference  {', '.join(scene.differences) or 'none: nothing to do'}",
    ]
    for series in scene.series:
        bar = "█" * series.ready + "░" * (series.pods - series.ready) + "✕" * series.leaving
        lines.append(f"  {series_words(series)}  {bar}".rstrip())
    for number, chain in enumerate(scene.actions[:3]):
        lines.append(f"{'action' if number == 0 else '      '}      {chain[0]}")
        lines += [f"            ← {cause}" for cause in chain[1:]]
    return "\n".join(lines)
