"""Replaying: a log's inputs, put into a cluster that has just been born."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http import Request
from k8s_magic.cluster.log import Answered, Called, Command, Entry, Moved, Received, Requested, Stopped, Streamed
from k8s_magic.cluster.recorded import is_recorded
from k8s_magic.cluster.recorded_client import RecordedClient, arguments_of, caller_of
from k8s_magic.objects import shapes
from k8s_magic.sim.loop import collector_at_rest

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

VERBS = ("create", "update", "patch", "delete", "delete_collection", "raw")


def replay(cluster: Cluster, entries: list[Entry]) -> None:
    """Put all inputs in, at their instants; `Divergence` where this version asks for what was never asked."""
    with cluster.log.replaying(entries), collector_at_rest():
        passing = False
        for entry in entries:
            if isinstance(entry, Answered):
                if passing:
                    cluster.log.pass_over(entry)
                continue  # Otherwise it is told when it is asked for.
            at = getattr(entry, "time", cluster.now)
            if at > cluster.now:
                cluster.advance(at)
            passing = isinstance(entry, Command) and entry.only_read
            _apply(cluster, entry)


def _apply(cluster: Cluster, entry: Entry) -> None:
    if isinstance(entry, Moved):
        if entry.until >= cluster.now:
            cluster.advance(entry.until)
    elif isinstance(entry, Command):
        entry = replace(entry, time=cluster.now, revision_before=cluster.api.store.revision)
        if entry.only_read:
            cluster.log.pass_over(entry)
        else:
            _command(cluster, entry)
    elif isinstance(entry, Called):
        _call(cluster, entry)
    elif isinstance(entry, Requested):
        _request(cluster, entry)
    elif isinstance(entry, Received):
        cluster.receive(Request(entry.method, entry.path, caller_of(entry.who), entry.query, entry.headers, entry.body))
    elif isinstance(entry, Stopped):
        cluster.stop_run(entry.number)
    elif isinstance(entry, Streamed):
        cluster.streams.replay(entry)


def _call(cluster: Cluster, entry: Called) -> None:
    method: Any = getattr(cluster, entry.method, None)
    if not is_recorded(method):
        raise ValueError(f"{entry.method} is nothing that a log may ask of a cluster")
    shapes.check(method, entry.arguments, entry.method)
    try:
        method(**entry.arguments)
    except (ApiError, LookupError, ValueError):
        pass  # It was refused then, too.


def _request(cluster: Cluster, entry: Requested) -> None:
    if entry.verb not in VERBS:
        raise ValueError(f"{entry.verb} is no verb of a client")
    shapes.check(Caller, {"actor": "", **entry.who}, "who")
    client: Any = RecordedClient(cluster, caller_of(entry.who))
    arguments = arguments_of(entry.verb, entry.arguments)
    shapes.check(getattr(client, entry.verb), arguments, entry.verb)
    try:
        getattr(client, entry.verb)(**arguments)
    except ApiError:
        pass  # It was refused then, too.


def _command(cluster: Cluster, entry: Command) -> None:
    """Run it under the settings that were in force, as far as it came."""
    cluster.legacy, cluster.env = entry.legacy, dict(entry.env)
    cluster.clock = "step" if entry.may_wait else "pause"
    cluster.editor = _no_editor if entry.has_editor else None
    cluster.stop_at = entry.interrupted_at
    had_crashed, entry.crashed = entry.crashed, False
    try:
        if entry.how == "terminal":
            cluster.work_off_script(entry)
        else:
            cluster.work_off(entry, None)
    except KeyboardInterrupt:
        if entry.interrupted_at is None:
            raise
    except Exception:
        if not had_crashed:
            raise  # A crash of ours that was is replayed up to there; a new one is loud.
    finally:
        cluster.stop_at = None


def _no_editor(suffix: str, text: str) -> str:
    raise AssertionError("a replay takes edited texts from its log")
