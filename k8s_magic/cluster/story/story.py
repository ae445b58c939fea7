"""The story of an object: from what users asked for through each component's decision to the last container's state.

It is told from the journal alone: each write about the object and what it owns stands in it exactly once, in order, with what led to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from k8s_magic.apiserver.store import Entry
from k8s_magic.cluster.log import Called, Command, Received, Requested
from k8s_magic.cluster.log import Entry as Input
from k8s_magic.cluster.story.members import involved
from k8s_magic.cluster.story.reasoning import Known, Reasoning, reasons
from k8s_magic.cluster.story.words import title, write
from k8s_magic.objects.meta import get_in

USERS = ("kubectl",)
FAILURES = "chaos"
"""Who writes for `%cluster kill-node` and the like."""


@dataclass(frozen=True)
class Change:
    """One write. `words` begin with what was done to what."""

    revision: int
    object: str
    """`pod/web-1`; of an Event, what it is about."""
    words: str
    is_event: bool


@dataclass(frozen=True)
class Step:
    """What one actor did at one instant; `because` are the revisions that made it look."""

    time: float
    """Seconds since the epoch."""
    actor: str
    command: str
    """What the user typed; empty where a component acted by itself."""
    because: tuple[int, ...]
    goes_on: int
    """Where nothing but time was the cause: the actor's own last write about the same pod; 0 for none."""
    elsewhere: tuple[str, ...]
    """Of those, what stands in other objects' stories: by whom, and in words."""
    desired: str
    observed: str
    difference: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Story:
    """All steps, oldest first."""

    subject: str
    namespace: str
    steps: tuple[Step, ...]

    @property
    def revisions(self) -> tuple[int, ...]:
        """Every write that is told, in order."""
        return tuple(change.revision for step in self.steps for change in step.changes)


def tell(subject: str, namespace: str, told: Sequence[Entry], journal: Sequence[Entry], inputs: Sequence[Input]) -> Story:
    """The story of `told`, a part of the journal."""
    by_revision = {entry.revision: entry for entry in journal}
    known = Known()
    steps = []
    last: dict[tuple[str, str], int] = {}
    for _, group in groupby(told, key=_run):
        entries = list(group)
        place = (entries[0].actor, _pod_of(entries[0]))
        steps.append(_step(entries, known, by_revision, {entry.revision for entry in told}, inputs, last.get(place, 0)))
        last[place] = entries[-1].revision
        for entry in entries:
            known.take(entry)
    said = {(step.time, step.command) for step in steps}
    calls = [_called(each) for each in inputs if isinstance(each, Called) and (each.time, each.line) not in said and _concerns(each, told)]
    return Story(subject, namespace, tuple(sorted([*calls, *steps], key=lambda step: step.time)))


def _run(entry: Entry) -> tuple[object, ...]:
    """What the writes of one run of an actor have in common."""
    return (entry.time, entry.actor, entry.causes, _pod_of(entry) if _works_by_pod(entry.actor) else "")


def _works_by_pod(actor: str) -> bool:
    return actor.startswith("kubelet-") or actor.endswith("-scheduler") or actor in ("node-controller", "taint-eviction-controller")


def _pod_of(entry: Entry) -> str:
    """Kind and name of what the write is about."""
    about = involved(entry.object) if entry.resource == "events" else {"kind": entry.object.get("kind"), "name": entry.key.name}
    return f"{about.get('kind')}/{about.get('name')}"


def _step(entries: list[Entry], known: Known, journal: dict[int, Entry], told: set[int], inputs: Sequence[Input], last: int) -> Step:
    first = entries[0]
    command = _command(first, inputs)
    thought = Reasoning() if command else reasons(entries, known)
    elsewhere = tuple(f"{journal[c].actor}: {write(journal[c])}" for c in first.causes if c not in told and c in journal)
    changes = tuple(Change(entry.revision, _about(entry), write(entry), entry.resource == "events") for entry in entries)
    goes_on = last if first.actor.startswith("kubelet-") and not first.causes else 0
    return Step(
        time=first.time,
        actor=first.actor,
        command=command,
        because=first.causes,
        goes_on=goes_on,
        elsewhere=elsewhere,
        desired=thought.desired,
        observed=thought.observed,
        difference=thought.difference,
        changes=changes,
    )


def _command(entry: Entry, inputs: Sequence[Input]) -> str:
    """The command that made this write; "" where a component made it."""
    if entry.actor == FAILURES:
        return next((each.line for each in reversed(inputs) if isinstance(each, Called) and each.time == entry.time), "")
    asking = [each for each in inputs if isinstance(each, Command | Requested | Received)]
    if entry.actor not in USERS and entry.actor not in {each.who.get("actor") for each in asking if not isinstance(each, Command)}:
        return ""
    before = [each for each in asking if each.revision_before < entry.revision and each.time <= entry.time]
    return before[-1].line if before else "a request"


def _about(entry: Entry) -> str:
    if entry.resource != "events":
        return title(entry.object.get("kind", entry.resource), entry.key.name)
    about = involved(entry.object)
    return title(about.get("kind", ""), about.get("name", ""))


# --- What users did without a write ---


def _called(entry: Called) -> Step:
    return Step(entry.time, FAILURES, entry.line, (), 0, (), "", "", "", ())


def _concerns(entry: Called, told: Sequence[Entry]) -> bool:
    """Whether what was called names an object of the story, or a node that a pod of it is on at that time."""
    named = {str(value).rpartition("/")[2] for value in entry.arguments.values()}
    before = [each for each in told if each.time <= entry.time]
    names = {each.key.name for each in before if each.resource != "events"}
    return bool(named & (names | {get_in(each.object, "spec", "nodeName", default="") for each in before if each.resource == "pods"}))
