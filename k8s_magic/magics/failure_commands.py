"""`%cluster`'s commands for failures: machines, networks, registries, programs and load, each with its opposite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from k8s_magic.cluster import Cluster
from k8s_magic.magics.command import Command
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output

PREFIXES = ("node/", "nodes/", "pod/", "pods/", "service/", "services/", "svc/")


@dataclass(frozen=True)
class Failure:
    """A method of `Cluster`: how it is called as a magic, what is said then, and what where there is nothing to do."""

    method: str
    usage: str
    about: str
    said: str
    is_so: Callable[[Cluster, str], str] = lambda cluster, name: ""
    """Why nothing will happen, in words; "" where something will."""


def _has_power(cluster: Cluster, name: str) -> str:
    return f"node/{name} has power" if cluster.kubelets[name].is_up else ""


def _has_no_power(cluster: Cluster, name: str) -> str:
    return "" if cluster.kubelets[name].is_up else f"node/{name} has no power"


def _is_alone(cluster: Cluster, name: str) -> str:
    return _has_no_power(cluster, name) or (f"node/{name} is cut off" if cluster.kubelets[name].is_cut_off else "")


def _is_connected(cluster: Cluster, name: str) -> str:
    return _has_no_power(cluster, name) or ("" if cluster.kubelets[name].is_cut_off else f"node/{name} is connected")


def _is_broken(cluster: Cluster, name: str) -> str:
    return f"pulls of {name} fail" if name in cluster.failures.registries.broken else ""


def _is_whole(cluster: Cluster, name: str) -> str:
    return "" if name in cluster.failures.registries.broken else f"pulls of {name} do not fail"


FAILURES = {
    "kill-node": Failure("kill_node", "NODE", "cut a node's power", "node/{0} has lost its power", _has_no_power),
    "start-node": Failure("start_node", "NODE", "give it back", "node/{0} starts", _has_power),
    "partition-node": Failure("partition_node", "NODE", "cut a node off the network", "node/{0} is cut off", _is_alone),
    "heal-node": Failure("heal_node", "NODE", "connect it again", "node/{0} is connected again", _is_connected),
    "break": Failure("break_image", "IMAGE", "pulls of an image fail", "pulls of {0} fail from now on", _is_broken),
    "mend": Failure("mend_image", "IMAGE", "they succeed again", "pulls of {0} succeed again", _is_whole),
    "slow": Failure("slow_image", "IMAGE DURATION", "pulls of an image take longer; 0s ends that", "pulls of {0} take {1} longer"),
    "fail": Failure("fail", "POD [CONTAINER]", "a container's program exits with 1", "the program of pod/{0} has failed"),
    "hang": Failure("hang", "POD [CONTAINER]", "a pod's programs answer nobody any more", "pod/{0} answers nobody any more"),
    "unhang": Failure("unhang", "POD", "they go on", "pod/{0} goes on"),
    "leak": Failure("leak", "POD [10Mi]", "a program loses so much memory a second", "pod/{0} leaks memory"),
    "unleak": Failure("unleak", "POD", "it loses no more", "pod/{0} leaks no more"),
}


def _command(name: str, failure: Failure) -> Command:
    def run(session: Session, arguments: list[str]) -> Output:
        cluster, words = session.cluster, [_bare(arguments[0]), *arguments[1:]]
        if name.endswith("-node") and words[0] not in cluster.kubelets:
            raise KubectlError(f'Error from server (NotFound): nodes "{words[0]}" not found')
        if already := failure.is_so(cluster, words[0]):
            return Output(f"nothing to do: {already}\n")
        _refusable(lambda: getattr(cluster, failure.method)(*words), name)
        return Output(failure.said.format(*words) + "\n")

    return Command(run, failure.usage, failure.about)


def load_service(session: Session, arguments: list[str]) -> Output:
    """Let requests come to a Service: SERVICE --rps N."""
    words = [part for argument in arguments for part in argument.split("=", 1)]
    if len(words) != 3 or "--rps" not in words[:2]:
        raise KubectlError("error: usage: %cluster load SERVICE --rps N, or %cluster load FILE")
    rate = words.pop(words.index("--rps") + 1)
    name = _bare(next(word for word in words if word != "--rps"))
    _refusable(lambda: session.cluster.load_service(name, _rate(rate)), "load")
    return Output(f"{rate} requests a second come to service/{name}\n")


def unload_service(session: Session, arguments: list[str]) -> Output:
    """Let nobody ask a Service any more."""
    name = _bare(arguments[0])
    _refusable(lambda: session.cluster.unload_service(name), "unload")
    return Output(f"nobody asks service/{name} any more\n")


def is_for_service(arguments: list[str]) -> bool:
    """Whether `%cluster load` means requests, and not a file."""
    return any(argument.startswith("--rps") for argument in arguments)


def _rate(text: str) -> float:
    if not text.replace(".", "", 1).isdigit():
        raise ValueError(f'"{text}" is no number of requests a second')
    return float(text)


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _refusable(work: Callable[[], Any], command: str) -> None:
    try:
        work()
    except (LookupError, ValueError) as error:
        raise KubectlError(f"error: %cluster {command}: {error}") from None


COMMANDS: dict[str, Command] = {name: _command(name, failure) for name, failure in FAILURES.items()}
COMMANDS["unload"] = Command(unload_service, "SERVICE", "nobody asks a Service any more that `load SERVICE --rps N` had asked")
