"""`%cluster`'s commands for failures: machines, networks, registries, programs and load, each with its opposite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output

HELP = """%cluster kill-node NODE       cut a node's power; start-node NODE gives it back
%cluster partition-node NODE  cut a node off the network; heal-node NODE connects it again
%cluster break IMAGE          pulls of an image fail; mend IMAGE ends that
%cluster slow IMAGE 90s       pulls of an image take longer; slow IMAGE 0s ends that
%cluster fail POD [CONTAINER] a container's program exits with 1
%cluster hang POD             a pod's programs answer nobody any more; unhang POD ends that
%cluster leak POD [10Mi]      a program loses so much memory a second; unleak POD ends that
%cluster load SERVICE --rps N so many requests a second come to a Service; unload SERVICE ends that
"""
# Name: (method of Cluster, how many arguments at least and at most, what they are, what is said).
SIMPLE: dict[str, tuple[str, int, int, str, str]] = {
    "start-node": ("start_node", 1, 1, "the name of one node", "node/{0} starts"),
    "kill-node": ("kill_node", 1, 1, "the name of one node", "node/{0} has lost its power"),
    "partition-node": ("partition_node", 1, 1, "the name of one node", "node/{0} is cut off"),
    "heal-node": ("heal_node", 1, 1, "the name of one node", "node/{0} is connected again"),
    "break": ("break_image", 1, 1, "the name of an image", "pulls of {0} fail from now on"),
    "mend": ("mend_image", 1, 1, "the name of an image", "pulls of {0} succeed again"),
    "slow": ("slow_image", 2, 2, "the name of an image and a duration", "pulls of {0} take {1} longer"),
    "fail": ("fail", 1, 2, "the name of a pod and, if you like, of a container", "the program of pod/{0} has failed"),
    "hang": ("hang", 1, 2, "the name of a pod and, if you like, of a container", "pod/{0} answers nobody any more"),
    "unhang": ("unhang", 1, 1, "the name of a pod", "pod/{0} goes on"),
    "leak": ("leak", 1, 2, "the name of a pod and, if you like, how much a second", "pod/{0} leaks memory"),
    "unleak": ("unleak", 1, 1, "the name of a pod", "pod/{0} leaks no more"),
    "unload": ("unload_service", 1, 1, "the name of a Service", "nobody asks service/{0} any more"),
}
PREFIXES = ("node/", "nodes/", "pod/", "pods/", "service/", "services/", "svc/")


def _simple(command: str) -> Callable[[Session, list[str]], Output]:
    method, least, most, what, said = SIMPLE[command]

    def run(session: Session, arguments: list[str]) -> Output:
        if not least <= len(arguments) <= most:
            raise KubectlError(f"error: %cluster {command} takes {what}")
        words = [_bare(arguments[0]), *arguments[1:]]
        if command.endswith("-node") and words[0] not in session.cluster.kubelets:
            raise KubectlError(f'Error from server (NotFound): nodes "{words[0]}" not found')
        _refusable(lambda: getattr(session.cluster, method)(*words), command)
        return Output(said.format(*words) + "\n")

    return run


def load_service(session: Session, arguments: list[str]) -> Output:
    """Let requests come to a Service: SERVICE --rps N."""
    words = [part for argument in arguments for part in argument.split("=", 1)]
    if len(words) != 3 or "--rps" not in words[:2]:
        raise KubectlError("error: %cluster load takes the name of a Service and --rps N, or the name of a file")
    rate = words.pop(words.index("--rps") + 1)
    name = _bare(next(word for word in words if word != "--rps"))
    _refusable(lambda: session.cluster.load_service(name, float(rate)), "load")
    return Output(f"{rate} requests a second come to service/{name}\n")


def is_for_service(arguments: list[str]) -> bool:
    """Whether `%cluster load` means requests, and not a file."""
    return any(argument.startswith("--rps") for argument in arguments)


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _refusable(work: Callable[[], Any], command: str) -> None:
    try:
        work()
    except (LookupError, ValueError) as error:
        raise KubectlError(f"error: %cluster {command}: {error}") from None


COMMANDS: dict[str, Callable[[Session, list[str]], Any]] = {name: _simple(name) for name in SIMPLE}
