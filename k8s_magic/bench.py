"""`k8s-magic bench`: the figures of the budgets, measured on this machine, with the budget beside each.

Times are the processor's, which on a machine that does nothing else are the clock's: nothing here waits for anything.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import inspect
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.apiserver.store import JOURNAL_LIMIT, Entry
from k8s_magic.cluster import Cluster
from k8s_magic.scheduler import Scheduler
from k8s_magic.server import measuring
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop
from k8s_magic.widgets import pictures


@dataclass(frozen=True)
class Figure:
    """One measurement. A `budget` (0: nobody has set one) is an upper bound, or a lower one where the unit is a rate ("pods/s")."""

    name: str
    value: float
    unit: str
    budget: float

    @property
    def met(self) -> bool:
        return self.value >= self.budget if self.unit.endswith("/s") else self.value <= self.budget

    def __str__(self) -> str:
        judged = f"{self.budget:8g}  {'met' if self.met else 'MISSED'}" if self.budget else "    none"
        return f"{self.name:58} {self.value:10.3f} {self.unit:7} {judged}"


def _seconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _median(runs: int, work: Callable[[], Any]) -> float:
    return sorted(_seconds(work) for _ in range(runs))[runs // 2]


def _in_new_process(code: str, runs: int = 3) -> list[float]:
    """What `code` prints in a fresh interpreter, at best, after a run that leaves the bytecode: pip compiles what it installs."""
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(code: str) -> list[float]:
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
            return [float(word) for word in done.stdout.split()]

        run("from k8s_magic import bench; bench.Cluster()")
        return [min(values) for values in zip(*(run(code) for _ in range(runs)), strict=True)]


def resident() -> float:
    """The memory that this process holds now, in MiB; where the system tells only the most that it has held, that."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / (1 << 20)


IMPORT = "import IPython, time; t = time.process_time(); import k8s_magic, k8s_magic.magics; print(time.process_time() - t)"
BIRTH = "import time; from k8s_magic.cluster import Cluster; t = time.process_time(); Cluster(); print(time.process_time() - t)"
FIRST_COMMAND = (
    "import time; from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell(); t = time.process_time(); "
    "shell.extension_manager.load_extension('k8s_magic'); shell.run_cell('kubectl get pods'); "
    "print(time.process_time() - t)"
)
MEMORY = (
    f"import resource; from pathlib import Path\n{inspect.getsource(resident)}\n"
    "import IPython; a = resident(); from k8s_magic.cluster import Cluster; c = Cluster(); print(resident() - a)"
)
SCALE = "from k8s_magic import bench; print(*bench.ten_thousand_pods())"


def deployment(name: str, replicas: int) -> dict[str, Any]:
    """A Deployment whose pods ask for little, so that nodes hold as many as their limit of pods."""
    container = {"name": "c", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}}}
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def _to_ready(cluster: Cluster, replicas: int) -> None:
    cluster.client.create("deployments.apps", deployment("web", replicas), "default")
    for _ in range(600):
        cluster.tick(1)
        status = cluster.client.get("deployments.apps", "web", "default").get("status", {})
        if status.get("readyReplicas", 0) == replicas:
            return
    raise AssertionError(f"only {status.get('readyReplicas', 0)} of {replicas} pods became ready")


def nine_pods() -> Figure:
    """A nine-pod Deployment from creation to Ready, images pulled."""
    cluster = Cluster(system=False)
    _to_ready(cluster, 9)  # The first run pays for lazy imports.
    clusters = iter([Cluster(system=False) for _ in range(5)])
    return Figure("nine-pod Deployment to Ready", 1000 * _median(5, lambda: _to_ready(next(clusters), 9)), "ms", 20)


def many_pods(pods: int, budget_s: float) -> Figure:
    """A Deployment of `pods` on 100 nodes from creation to all Ready."""
    cluster = Cluster(system=False, nodes=100)
    return Figure(f"{pods:,} pods on 100 nodes to all Ready", _seconds(lambda: _to_ready(cluster, pods)), "s", budget_s)


def ten_thousand_pods() -> tuple[float, float]:
    """What a pod costs among 10,000 as a multiple of what it costs among 1,000, and the memory that 10,000 take, in MiB."""
    costs = []
    for pods in (1000, 10_000):
        gc.collect()
        before, cluster = resident(), Cluster(system=False, nodes=100)
        costs.append(_seconds(partial(_to_ready, cluster, pods)) / pods)
    return costs[1] / costs[0], resident() - before


def scale() -> list[Callable[[], Figure]]:
    """Whether it grows beyond its measure, in a process of its own."""
    measured = cache(lambda: _in_new_process(SCALE, 1))
    return [
        lambda: Figure("cost of a pod among 10,000, to that among 1,000", measured()[0], "times", 1.2),
        lambda: Figure("memory that 10,000 pods take", measured()[1], "MiB", 0),
    ]


def get_pods() -> Figure:
    """`kubectl get pods` on 1,000 pods."""
    cluster = Cluster(system=False, nodes=100)
    _to_ready(cluster, 1000)
    return Figure("kubectl get pods of 1,000 pods", 1000 * _median(5, lambda: cluster.kubectl("get pods")), "ms", 20)


def a_command() -> Figure:
    """The slowest of some common commands on 1,000 pods."""
    cluster = Cluster(system=False, nodes=100)
    _to_ready(cluster, 1000)
    lines = ("get deployments", "get pods -o name", "describe deployment web", "get nodes", "scale deployment web --replicas=1000")
    slowest = max(_median(5, partial(cluster.kubectl, line)) for line in lines)
    return Figure("the slowest of five commands with 1,000 pods", 1000 * slowest, "ms", 50)


def help_page() -> Figure:
    """`kubectl create --help`."""
    cluster = Cluster(system=False, nodes=1)
    cluster.kubectl("create --help")  # Imports the verbs.
    return Figure("kubectl create --help", 1000 * _median(5, lambda: cluster.kubectl("create --help")), "ms", 5)


def idle_hour() -> Figure:
    """An hour in which nobody asks for anything, with 1,000 nodes."""
    cluster = Cluster(system=False, nodes=1000)
    cluster.settle()
    return Figure("an idle hour of 1,000 nodes", _seconds(lambda: cluster.tick("1h")), "s", 0.1)


def chapter() -> Cluster:
    """A course's chapter of 200 commands: two reads to a write, some waiting, a file now and then."""
    cluster = Cluster()
    for number in range(200):
        name = f"web{number // 30}"
        lines = {0: f"create deployment {name} --image=nginx --replicas=2", 3: f"rollout status deployment/{name}"}
        lines |= {6: f"scale deployment {name} --replicas=3", 9: f"set image deployment/{name} nginx=nginx:1.27"}
        lines |= {12: f"expose deployment {name} --port=80", 15: f"label pods -l app={name} tier=front"}
        lines |= {18: f"create configmap c{number} --from-literal=a=b", 21: f"rollout undo deployment/{name}"}
        lines |= {27: f"delete deployment {name}"}
        cluster.kubectl(lines.get(number % 30, ("get pods", "describe deployments", "get events")[number % 3]))
    return cluster


def rewind() -> Figure:
    """Going back by one command in a chapter of 200."""
    cluster = chapter()
    return Figure("rewind of a chapter of 200 commands", _seconds(lambda: cluster.rewind(199)), "s", 1)


def journal_share() -> Figure:
    """What the journal takes of a run that writes 10,000 entries: the time of recording them again, in % of the run's."""
    cluster = Cluster(system=False, nodes=100)
    run = 0.0
    for number in range(20):
        run += _seconds(lambda number=number: cluster.client.create("deployments.apps", deployment(f"web{number}", 50), "default"))  # type: ignore[misc]
        run += _seconds(lambda: cluster.tick(10))
        if cluster.inspector.revision > 10_000:
            break
    entries = list(cluster.inspector.journal)
    journal: deque[Entry] = deque(maxlen=JOURNAL_LIMIT)

    def record() -> None:
        for entry in entries:
            journal.append(Entry(*entry))

    recording = _median(5, record)
    return Figure(f"journal's share of a run of {len(entries):,} writes", 100 * recording / run, "%", 10)


def _picture_of(nodes: int, pods: int) -> tuple[Cluster, Any]:
    cluster = Cluster(system=False, nodes=nodes)
    _to_ready(cluster, pods)
    picture = pictures()["placement"](cluster.client, cluster.inspector, ())
    picture.follow(cluster.inspector.revision)
    return cluster, picture


def a_frame() -> Figure:
    """One step of the placement picture, from the journal to what the front end gets."""
    cluster, picture = _picture_of(50, 500)
    times = []
    for turn in range(9):
        revision = cluster.inspector.revision
        cluster.kubectl(f"scale deployment web --replicas={500 - 5 * (turn % 2)}")
        cluster.tick(5)
        seconds = _seconds(partial(picture.follow, revision))
        times.append(seconds / len(picture.frames))
    return Figure("a frame of 50 nodes and 500 pods", 1000 * sorted(times)[len(times) // 2], "ms", 20)


def a_history() -> Figure:
    """The state of a picture that has played two hundred steps."""
    cluster, picture = _picture_of(10, 50)
    for turn in range(60):
        revision = cluster.inspector.revision
        cluster.kubectl(f"scale deployment web --replicas={50 - turn % 2 - turn % 3}")
        picture.follow(revision)
    steps = len(json.loads(zlib.decompress(picture.history))["steps"])
    return Figure(f"a picture's state with {steps} steps", len(picture.history) / (1 << 20), "MiB", 1)


def _through_scheduler(pods: int, nodes: int, more: dict[str, Any]) -> float:
    """Pods a second that the scheduler binds, with nothing else running."""
    api = ApiServer(Loop(), Lineage(0))
    client = LocalClient(api, Caller("bench", trusted=True))
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
    for number in range(nodes):
        labels = {"kubernetes.io/hostname": f"n{number}", "topology.kubernetes.io/zone": f"zone{number % 10}"}
        node = client.create("nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{number}", "labels": labels}})
        room = {"cpu": "4", "memory": "32Gi", "pods": "110"}
        client.write_status("nodes", {**node, "status": {"capacity": room, "allocatable": room}})
    Scheduler(LocalClient(api, Caller("default-scheduler", trusted=True))).start()
    api.loop.run_until(1)
    spec = {**deployment("web", 1)["spec"]["template"]["spec"], **more}
    for number in range(pods):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number}", "labels": {"app": "web"}}, "spec": spec}
        client.create("pods", pod, "default")
    seconds = _seconds(lambda: api.loop.run_until(60))
    bound = sum(1 for pod in client.items("pods") if pod["spec"].get("nodeName"))
    assert bound == pods, f"only {bound} of {pods} pods were bound"
    return pods / seconds


SPREAD = {
    "topologySpreadConstraints": [
        {
            "maxSkew": 5,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "web"}},
        }
    ]
}
AFFINITY = {
    "affinity": {
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {"matchLabels": {"app": "web"}}}
            ]
        }
    }
}


def scheduling() -> list[Callable[[], Figure]]:
    """The scheduler alone, at the scale of Kubernetes' own benchmarks."""
    name = "scheduler: {:,} pods on 5,000 nodes{}"
    return [
        lambda: Figure(name.format(10_000, ""), _through_scheduler(10_000, 5000, {}), "pods/s", 680),
        lambda: Figure(name.format(2000, ", topology spread"), _through_scheduler(2000, 5000, SPREAD), "pods/s", 460),
        lambda: Figure(name.format(500, ", required pod affinity"), _through_scheduler(500, 5000, AFFINITY), "pods/s", 35),
    ]


def serving() -> list[Callable[[], Figure]]:
    """The HTTP server; nobody has set it a budget."""
    measured: dict[str, float] = {}

    def figure(name: str, unit: str) -> Figure:
        if not measured:
            measured.update(measuring.measure())
        return Figure(name, measured[name], unit, 0)

    return [
        lambda: figure("HTTP: GET of a pod", "req/s"),
        lambda: figure("HTTP: list of 100 pods", "req/s"),
        lambda: figure("HTTP: watch events to 10 watchers", "ev/s"),
    ]


def where_the_time_goes(pods: int) -> list[tuple[str, float]]:
    """Each layer's own share of bringing so many pods to Ready, the largest first; what it asks of Python itself counts as its own."""
    cluster = Cluster(system=False, nodes=100)
    profile = cProfile.Profile()
    profile.runcall(_to_ready, cluster, pods)
    shares: Counter[str] = Counter()
    for (path, _, _), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        layer = _layer(path)
        if layer:
            shares[layer] += own
            continue
        for (caller, _, _), (_, _, spent, _) in callers.items():
            shares[_layer(caller) or "Python"] += spent
    total = sum(shares.values())
    return [(layer, seconds / total) for layer, seconds in shares.most_common()]


def _layer(path: str) -> str:
    """The package of ours that a source file belongs to; of the API server, the file itself."""
    parts = Path(path).parts
    if "k8s_magic" not in parts[:-1]:
        return ""
    inside = parts[len(parts) - 1 - parts[::-1].index("k8s_magic") + 1 :]
    return "/".join(inside[:2]) if inside[0] == "apiserver" else inside[0]


def figures(quick: bool) -> list[Callable[[], Figure]]:
    """The suite; `quick` leaves out what takes more than some seconds."""
    suite: list[Callable[[], Figure]] = [
        lambda: Figure("import, beyond IPython's own", _in_new_process(IMPORT)[0], "s", 0.25),
        lambda: Figure("a new cluster of the course", _in_new_process(BIRTH)[0], "s", 0.05),
        lambda: Figure("%load_ext k8s_magic and a first kubectl get pods", _in_new_process(FIRST_COMMAND)[0], "s", 0),
        lambda: Figure("memory of a new cluster, beyond IPython's own", _in_new_process(MEMORY)[0], "MiB", 60),
        nine_pods,
        get_pods,
        a_command,
        help_page,
        lambda: many_pods(1000, 1.4),
        idle_hour,
        a_frame,
        a_history,
        rewind,
        journal_share,
    ]
    slow = [lambda: many_pods(5000, 6.0), *scale(), *scheduling(), *serving()]
    return suite if quick else [*suite, *slow]


def main(argv: list[str] | None = None) -> int:
    """Print the table; 0 however it turns out, because a slow machine is no error."""
    parser = argparse.ArgumentParser(prog="k8s-magic bench", description="Measure the budgets.")
    parser.add_argument("--quick", action="store_true", help="only what takes a few seconds")
    parser.add_argument("--profile", action="store_true", help="instead, where the time goes while 1,000 pods become ready")
    arguments = parser.parse_args(argv)
    if arguments.profile:
        print("".join(f"{layer:24} {100 * share:5.1f} %\n" for layer, share in where_the_time_goes(1000)), end="")
        return 0
    print(f"{'':58} {'measured':>10} {'':7} {'budget':>8}")
    for measure in figures(arguments.quick):
        print(measure(), flush=True)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
