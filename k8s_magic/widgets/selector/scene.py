"""Which objects a selector selects, as plain data: columns of cards, and on each card which terms it fails."""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.selectors import NOTHING, Selector
from k8s_magic.widgets._moods import Mood, mood_of, state_words, word_of
from k8s_magic.widgets._states import State
from k8s_magic.widgets.selector.asked import Asked, selector_of

SELECTORS = ("services", "replicasets.apps", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")
Label = tuple[str, str, str]
"""Key, value, and whether a term of the selector is met ("met"), failed ("failed") or does not look at it ("")."""


@dataclass(frozen=True)
class Card:
    """One object with its labels."""

    id: str
    kind: str
    name: str
    state: str
    mood: Mood | None
    """None where it is no pod."""
    labels: tuple[Label, ...]
    failed: tuple[str, ...]
    """Why it is not selected: each failed term, and what is there instead."""
    owner: str
    selected_by: tuple[str, ...]
    """The other objects whose selectors select this pod."""

    @property
    def title(self) -> str:
        return self.name if self.kind == "pod" else f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Column:
    """Cards of one fate."""

    title: str
    what: str
    """What it means to be in it, for a sentence: "is selected"."""
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Scene:
    """The picture at an instant."""

    title: str
    selector: str
    there: bool
    """Whether the object whose selector this is exists."""
    columns: tuple[Column, ...]

    @property
    def places(self) -> dict[str, tuple[Card, Column]]:
        """Every card by its id, with its column."""
        return {card.id: (card, column) for column in self.columns for card in column.cards}


def scene_of(state: State, asked: Asked) -> Scene:
    """The scene of a state."""
    selector = asked.selector_in(state)
    objects = [(r, o) for r in asked.resources for o in _sorted(state, r) if meta.namespace(o) in ("", asked.namespace)]
    cards = [(_card(state, asked, selector, resource, obj), selector.matches(meta.labels(obj))) for resource, obj in objects]
    selected = [card for card, matches in cards if matches]
    others = Column("Not selected", "is not selected", tuple(card for card, matches in cards if not matches))
    holder = asked.object_in(state)
    words = "nothing" if selector.nothing else str(selector) or "everything"
    columns = _columns(state, asked, selected, holder)
    return Scene(asked.title, words, asked.holder is None or holder is not None, (*columns, others))


def _sorted(state: State, resource: str) -> list[Obj]:
    found = state.objects[resource].values()
    return sorted(found, key=lambda obj: (obj["metadata"].get("creationTimestamp", ""), meta.namespace(obj), meta.name(obj)))


def _columns(state: State, asked: Asked, selected: list[Card], holder: Obj | None) -> list[Column]:
    if asked.holder is None:
        return [Column("Selected", "is selected", tuple(selected))]
    if asked.holder.resource == "services":
        ready = _ready_uids(state, asked)
        return [
            Column("Ready endpoints: get requests", "is a ready endpoint", tuple(card for card in selected if card.id in ready)),
            Column(
                "Selected, but not ready", "is selected, but gets no requests", tuple(card for card in selected if card.id not in ready)
            ),
        ]
    owners = _owners(state, asked, holder)
    return [
        Column("Selected and owned", f"belongs to {asked.title}", tuple(card for card in selected if card.owner in owners)),
        Column("Selected, not owned", "is selected, but not owned", tuple(card for card in selected if card.owner not in owners)),
    ]


def _ready_uids(state: State, asked: Asked) -> set[str]:
    assert asked.holder is not None
    found = set()
    for slice_ in state.objects["endpointslices.discovery.k8s.io"].values():
        mine = meta.labels(slice_).get("kubernetes.io/service-name") == asked.holder.name
        if mine and meta.namespace(slice_) == asked.namespace:
            ready = [endpoint for endpoint in slice_.get("endpoints") or () if get_in(endpoint, "conditions", "ready", default=False)]
            found |= {get_in(endpoint, "targetRef", "uid", default="") for endpoint in ready}
    return found


def _owners(state: State, asked: Asked, holder: Obj | None) -> set[str]:
    """Those whose pods count as the holder's: itself and, of a Deployment, its ReplicaSets."""
    if holder is None:
        return set()
    sets = state.objects["replicasets.apps"].values()
    mine = [s for s in sets if (meta.controller_of(s) or {}).get("uid") == meta.uid(holder)]
    return {asked.title, *(f"replicaset/{meta.name(s)}" for s in mine)}


def _card(state: State, asked: Asked, selector: Selector, resource: str, obj: Obj) -> Card:
    labels = meta.labels(obj)
    word = word_of(obj) if resource == "pods" else ""
    mood = mood_of(obj, word) if resource == "pods" else None
    owner = meta.controller_of(obj)
    terms = [(requirement, requirement.matches(labels)) for requirement in selector.requirements]
    verdicts = {requirement.key: met for requirement, met in sorted(terms, key=lambda term: not term[1])}
    return Card(
        id=meta.uid(obj),
        kind=obj.get("kind", resource).lower(),
        name=meta.name(obj),
        state=state_words(word, mood) if mood else "",
        mood=mood,
        labels=tuple((key, value, {True: "met", False: "failed", None: ""}[verdicts.get(key)]) for key, value in sorted(labels.items())),
        failed=tuple(_why(str(requirement), requirement.key, labels) for requirement, met in terms if not met),
        owner=f"{owner['kind'].lower()}/{owner['name']}" if owner else "",
        selected_by=_selected_by(state, asked, obj) if resource == "pods" else (),
    )


def _why(term: str, key: str, labels: dict[str, str]) -> str:
    return f"{term}: {key} is {labels[key] or 'empty'}" if key in labels else f"{term}: there is no {key}"


def _selected_by(state: State, asked: Asked, pod: Obj) -> tuple[str, ...]:
    found = []
    for resource in SELECTORS:
        for obj in _sorted(state, resource):
            if meta.namespace(obj) != meta.namespace(pod):
                continue
            title = f"{obj['kind'].lower()}/{meta.name(obj)}"
            selector = selector_of(resource, obj)
            if title != asked.title and selector != NOTHING and selector.matches(meta.labels(pod)):
                found.append(title)
    return tuple(found)


def changes(before: Scene, after: Scene) -> list[str]:
    """What happened, a short sentence an object; who was released or adopted comes first."""
    old, new = before.places, after.places
    owned, told = [], []
    if before.selector != after.selector:
        owned.append(f"{after.title} now selects {after.selector}" if after.there else f"{after.title} is gone")
    for id, (card, column) in new.items():
        if id not in old:
            told.append(f"{card.title} is created and {column.what}")
            continue
        earlier, was_in = old[id]
        owned += _owner_changes(earlier, card)
        if was_in.title != column.title:
            why = f": {card.failed[0]}" if card.failed and not earlier.failed else ""
            owned.append(f"{card.title} now {column.what}{why}")
        elif earlier.labels != card.labels:
            told.append(f"{card.title} has other labels")
        elif earlier.state != card.state:
            told.append(f"{card.title} is {card.state}")
    return [*owned, *told, *(f"{card.title} is gone" for id, (card, _) in old.items() if id not in new)]


def _owner_changes(before: Card, after: Card) -> list[str]:
    if before.owner == after.owner:
        return []
    told = []
    if before.owner:
        told.append(f"{before.owner} releases {after.title}: it is in quarantine, and runs on")
    if after.owner:
        told.append(f"{after.owner} adopts {after.title}")
    return told
