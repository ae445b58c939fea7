"""`%cluster`: what a user can do to the cluster that is not kubectl's: time, nodes, beginning anew."""

from __future__ import annotations

from typing import Any, get_args

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.pace import ClockMode
from k8s_magic.kubectl.environment import Legacy
from k8s_magic.magics import failure_commands, time_commands, use
from k8s_magic.magics.command import Command, find, help_of
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output
from k8s_magic.objects.duration import format_duration
from k8s_magic.objects.meta import get_in
from k8s_magic.objects.pods import is_ready
from k8s_magic.objects.times import rfc3339

RESET = "[--seed N] [--nodes N] [--bare] [--system] [--step 2s] [--legacy MODE]"


def run(session: Session, words: list[str]) -> Any:
    """Run one `%cluster` command; `KubectlError` for a mistake in it."""
    name, *arguments = words or ["status"]
    command = find(COMMANDS, name)
    use.check(session, name)
    command.check(name, arguments)
    try:
        session.moved()
        return command.run(session, arguments)
    except KeyboardInterrupt:
        raise KubectlError(f"^C: it is {rfc3339(session.target.now)}", 130) from None
    except ApiError as error:
        raise KubectlError(f"Error from server ({error.reason}): {error.message}") from None


def help_text(session: Session, arguments: list[str]) -> Output:
    """What there is."""
    return Output(help_of(COMMANDS))


def status(session: Session, arguments: list[str]) -> Output:
    """Version, clock, nodes and pods in a few lines."""
    if session.outside is not None:
        return use.status(session.outside)
    cluster = session.cluster
    version = cluster.client.raw("/version")["gitVersion"]
    nodes = cluster.client.list("nodes")["items"]
    pods = cluster.client.list("pods")["items"]
    ready = sum(any(c["type"] == "Ready" and c["status"] == "True" for c in get_in(n, "status", "conditions", default=[])) for n in nodes)
    phases: dict[str, int] = {}
    for pod in pods:
        phase = get_in(pod, "status", "phase", default="Unknown")
        phases[phase] = phases.get(phase, 0) + 1
    counted = ", ".join(f"{count} {phase}" for phase, count in sorted(phases.items())) or "none"
    ready_pods = sum(map(is_ready, pods))
    lines = [
        f"Kubernetes {version}, simulated; seed {cluster.seed}, {_clock(cluster)} mode, legacy {cluster.legacy}",
        f"clock: {rfc3339(cluster.now)}, {_pace(cluster)}",
        f"nodes: {len(nodes)}, {ready} Ready",
        f"pods:  {len(pods)} ({counted}), {ready_pods} Ready",
    ]
    return Output("\n".join(lines) + "\n")


def clock(session: Session, arguments: list[str]) -> Output:
    """Show or set what moves time."""
    cluster = session.cluster
    modes = {"step": time_commands.step, "pause": time_commands.pause, "live": time_commands.go_live}
    if arguments and arguments[0] not in modes:
        raise KubectlError(f'error: "{arguments[0]}" is not one of {", ".join(get_args(ClockMode))}, live')
    if arguments:
        modes[arguments[0]](session, arguments[1:])
    return Output(f"clock: {_clock(cluster)}\n")


def _clock(cluster: Cluster) -> str:
    return "live" if cluster.pace is not None else cluster.clock


def _pace(cluster: Cluster) -> str:
    """What moves the clock, in words."""
    if cluster.pace is not None:
        return f"{cluster.pace.rate:g} seconds a second"
    return "which stands still" if cluster.clock == "pause" else f"a command takes {format_duration(cluster.step_s)}"


def legacy(session: Session, arguments: list[str]) -> Output:
    """Show or set how old manifests and flags are met."""
    if arguments:
        modes: dict[str, Legacy] = {mode: mode for mode in get_args(Legacy)}
        if arguments[0] not in modes:
            raise KubectlError(f'error: "{arguments[0]}" is not one of {", ".join(modes)}')
        session.options["legacy"] = session.cluster.legacy = modes[arguments[0]]
    return Output(f"legacy: {session.cluster.legacy}\n")


def add_node(session: Session, arguments: list[str]) -> Output:
    """One more worker."""
    return Output(f"node/{session.cluster.add_node()} added\n")


def reset(session: Session, arguments: list[str]) -> Output:
    """A new cluster, with the options given; the others stay."""
    changes: dict[str, Any] = {}
    words = [part for argument in arguments for part in argument.split("=", 1)]
    while words:
        option = words.pop(0)
        if option in ("--bare", "--system"):
            changes["system"] = option == "--system"
        elif option in ("--seed", "--nodes", "--step", "--legacy") and words:
            value = words.pop(0)
            changes[option[2:]] = _whole(option, value) if option in ("--seed", "--nodes") else value
        else:
            raise KubectlError(f"error: unknown flag or missing value: {option}; usage: %cluster reset {RESET}")
    session.reset(**changes)
    return status(session, [])


def serve(session: Session, arguments: list[str]) -> Output:
    """Answer real clients."""
    path = session.serve()
    return Output(f"Serving Kubernetes until this cluster ends. For kubectl, helm and client libraries:\nexport KUBECONFIG={path}\n")


def load(session: Session, arguments: list[str]) -> Output:
    """A saved cluster, or requests to a Service."""
    if failure_commands.is_for_service(arguments):
        return failure_commands.load_service(session, arguments)
    if len(arguments) != 1:
        raise KubectlError("error: usage: %cluster load FILE, or %cluster load SERVICE --rps N")
    return time_commands.load(session, arguments)


def the_object(session: Session, arguments: list[str]) -> Any:
    """The Cluster itself."""
    return session.cluster


def _whole(option: str, text: str) -> int:
    if not text.isdigit():
        raise KubectlError(f'error: invalid argument "{text}" for "{option}": not a whole number')
    return int(text)


COMMANDS: dict[str, Command] = {
    "status": Command(status, "", "version, clock, nodes and pods"),
    **time_commands.COMMANDS,
    "load": Command(load, "FILE|SERVICE [--rps N]", "the cluster of a saved file again; or so many requests a second for a Service"),
    "clock": Command(clock, "[MODE] [RATE]", "how time moves: step, pause or live"),
    "legacy": Command(legacy, "[MODE]", "what to do with the book's old manifests: accept, reject or book"),
    "add-node": Command(add_node, "", "one more worker"),
    **failure_commands.COMMANDS,
    "reset": Command(reset, RESET, "a new cluster"),
    "serve": Command(serve, "", "answer real clients over HTTPS; prints the path of their kubeconfig"),
    **use.COMMANDS,
    "object": Command(the_object, "", "the Cluster, for Python"),
    "help": Command(help_text, "", "this"),
}
