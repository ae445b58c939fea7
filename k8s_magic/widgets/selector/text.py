"""The picture of label selection in plain text, and in one sentence."""

from __future__ import annotations

from k8s_magic.widgets._moods import SIGNS
from k8s_magic.widgets.selector.scene import Card, Scene


def draw_text(scene: Scene) -> str:
    """The selector, then each column's objects with their labels and why they are not selected."""
    lines = [f"{scene.title}{'' if scene.there else ' (gone)'} selects {scene.selector}"]
    for column in scene.columns:
        lines.append(f"{column.title} ({len(column.cards)})")
        for card in column.cards:
            lines.append(f"  {_card_line(card)}")
            lines += [f"    ✗ {why}" for why in card.failed]
    return "\n".join(lines)


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    columns = "; ".join(f"{column.title} ({len(column.cards)}): {_names(column.cards)}" for column in scene.columns)
    return f"{scene.title} selects {scene.selector}. {columns}"


def _names(cards: tuple[Card, ...]) -> str:
    names = [card.title for card in cards[:8]]
    return ", ".join([*names, *([f"{len(cards) - 8} more"] if len(cards) > 8 else [])]) or "none"


def _card_line(card: Card) -> str:
    sign = SIGNS[card.mood] if card.mood else "▪"
    labels = ",".join(f"{key}={value}" for key, value, _ in card.labels) or "no labels"
    state = f"  {card.state}" if card.state else ""
    by = f"  selected by {', '.join(card.selected_by)}" if card.selected_by else ""
    return f"{sign} {card.title}{state}  {labels}{f'  owner {card.owner}' if card.owner else ''}{by}"
