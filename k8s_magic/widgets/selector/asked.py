"""What the picture of label selection was asked for, and the selector that this means in a given state."""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.objects.meta import Key, Obj, get_in
from k8s_magic.objects.selectors import NOTHING, Selector, from_label_selector, from_map
from k8s_magic.widgets._states import State
from k8s_magic.widgets._target import Target


@dataclass(frozen=True)
class Asked:
    """A selector of the user's own, or the object whose selector it is."""

    namespace: str
    resources: tuple[str, ...]
    selector: Selector = NOTHING
    holder: Target | None = None

    @property
    def title(self) -> str:
        return self.holder.title if self.holder else "selector"

    def object_in(self, state: State) -> Obj | None:
        """The object as it is in this state."""
        if self.holder is None:
            return None
        return state.objects[self.holder.resource].get(Key(self.namespace, self.holder.name))

    def selector_in(self, state: State) -> Selector:
        """The selector as it is in this state."""
        if self.holder is None:
            return self.selector
        found = self.object_in(state)
        return selector_of(self.holder.resource, found) if found else NOTHING


def selector_of(resource: str, obj: Obj) -> Selector:
    """Which pods an object selects."""
    if resource == "services":
        terms = get_in(obj, "spec", "selector")
        return from_map(terms) if terms else NOTHING  # A Service without a selector has endpoints that somebody else writes.
    terms = get_in(obj, "spec", "selector")
    return from_label_selector(terms) if terms else NOTHING
