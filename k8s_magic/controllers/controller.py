"""What a controller is: the kind it looks after, and `reconcile(key)`.

Reconciliation is level-based: it looks at what is, not at what happened, writes what is missing, and may be called at
any moment. The manager watches the kinds that a controller names, queues keys, and runs each key alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.selectors import Selector

Mapper = Callable[[WatchEvent, Obj | None], Iterable[Key]]


class Retry(Exception):
    """What a controller wants was refused for now; its key is queued again with back-off. Already reported to the user."""


class Controller:
    """One control loop. A subclass sets the class attributes and writes `reconcile`."""

    name: ClassVar[str] = ""
    """Actor in the journal and source of events, as upstream names it: "replicaset-controller"."""
    kind: ClassVar[str] = ""
    """The resource whose keys are reconciled ("replicasets.apps"); every change of one queues its key."""
    component: ClassVar[str] = ""
    """Source of events where that is not `name`."""
    owns: ClassVar[tuple[str, ...]] = ()
    """Resources whose changes queue the key of their controller owner, where that is of `kind`."""
    adopts: ClassVar[tuple[str, ...]] = ()
    """Resources of which one without a controller queues the keys of all that select it."""
    reaction_s: ClassVar[float] = 0.005
    """Virtual seconds from the first change that queues a key to its reconcile."""
    owned_reaction_s: ClassVar[float | None] = None
    """The same for changes of what it owns, where that is another."""
    status_reaction_s: ClassVar[float | None] = None
    """The same for changes of its own status."""

    retry_s: ClassVar[tuple[float, float]] = (0.005, 1000.0)
    """The first back-off after a failure, and the longest that doubling leads to."""

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        self.client = client
        self.events = events

    def watches(self) -> dict[str, Mapper]:
        """More resources to watch: (event, what the object was before or None) -> the keys that it concerns."""
        return {}

    def selector(self, owner: Obj) -> Selector:
        """What `owner` selects."""
        return selectors.from_label_selector(owner["spec"].get("selector"))

    def may_adopt(self, key: Key) -> None:
        """Told of each key that is queued because there is something to adopt."""

    def reconcile(self, key: Key) -> float | None:
        """Bring `key` one step closer to what its spec asks for; give seconds after which to look again, if so.

        A `Retry`, or an `ApiError` of reason Conflict, NotFound, AlreadyExists or Forbidden, that gets out means: queue again with
        back-off.
        """
        raise NotImplementedError
