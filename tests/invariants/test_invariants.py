"""Random sequences of commands, failures and time: the laws of `laws.py` hold throughout, and at the end all is as it was asked for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from k8s_magic.cluster import Cluster
from k8s_magic.cluster.failures import NoSuchThing
from tests.invariants.laws import Laws
from tests.share import share

IMAGES = ("nginx:1.27", "nginx:1.28", "kuard:1")
POD = "containers: [{name: c, image: 'nginx:1.27', resources: {requests: {cpu: CPU, memory: 100Mi}}}]"
TEMPLATE = "selector: {matchLabels: {app: NAME}}\n  template: {metadata: {labels: {app: NAME}}, spec: {POD}}"
MANIFESTS = {
    "deploy": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: REPLICAS
  strategy: {rollingUpdate: {maxSurge: SURGE, maxUnavailable: 1}}
  TEMPLATE
""",
    "sts": """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: NAME}
spec:
  replicas: REPLICAS
  serviceName: NAME
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
  TEMPLATE
""",
    "ds": """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME}
spec:
  TEMPLATE
""",
    "job": """
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec:
  completions: REPLICAS
  parallelism: 2
  backoffLimit: 50
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: 'busybox:1', command: [sleep, '20'], resources: {requests: {cpu: 50m}}}]
""",
}
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-NUMBER}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/NUMBER}}
---
"""
WORKLOADS = ("deploy", "sts", "ds", "job")
SCALED = ("deploy", "sts")
NODES = ("node1", "node2", "node3")

nodes, numbers, replicas = st.sampled_from(NODES), st.integers(0, 20), st.integers(0, 4)
QUIET = st.one_of(
    st.tuples(st.just("create"), st.sampled_from(WORKLOADS), st.integers(1, 4)),
    st.tuples(st.just("scale"), st.sampled_from(SCALED), replicas),
    st.tuples(st.just("image"), st.sampled_from(("deploy", "sts", "ds")), st.sampled_from(IMAGES)),
    st.tuples(st.just("undo"), st.sampled_from(("deploy", "ds"))),
    st.tuples(st.just("tick"), st.sampled_from((1, 3, 10, 40))),
)
"""What breaks nothing: rollouts have no excuse."""
ACTIONS = st.one_of(
    QUIET,
    st.tuples(st.just("delete"), st.sampled_from(WORKLOADS), st.sampled_from(("background", "foreground", "orphan"))),
    st.tuples(st.just("delete pod"), numbers),
    st.tuples(st.just("quarantine"), numbers),
    st.tuples(st.just("cordon"), nodes),
    st.tuples(st.just("uncordon"), nodes),
    st.tuples(st.just("kill"), nodes),
    st.tuples(st.just("start"), nodes),
    st.tuples(st.just("partition"), nodes),
    st.tuples(st.just("heal"), nodes),
    st.tuples(st.just("break"), st.sampled_from(IMAGES)),
    st.tuples(st.just("mend"), st.sampled_from(IMAGES)),
    st.tuples(st.just("fail"), numbers),
    st.tuples(st.just("hang"), numbers),
    st.tuples(st.just("tick"), st.sampled_from((1, 3, 10, 40, 400))),
)
BREAKING = ("kill", "start", "partition", "heal", "break", "mend", "fail", "hang", "delete pod", "quarantine", "cordon", "uncordon")


class World:
    """A cluster to which actions are done."""

    def __init__(self, seed: int) -> None:
        self.cluster = Cluster(seed=seed, system=False)
        self.kubectl("apply -f -", stdin="".join(VOLUME.replace("NUMBER", str(number)) for number in range(5)))
        self.laws = Laws(self.cluster)

    def kubectl(self, line: str, stdin: str | None = None) -> None:
        """Run a command; what is refused is refused."""
        self.cluster.kubectl(line, stdin=stdin)

    def do(self, action: tuple[str, ...]) -> None:
        name, *rest = action
        if name in BREAKING:
            self.laws.disturb()
        getattr(self, "do_" + name.replace(" ", "_"))(*rest)
        self.laws.look()

    def _pod(self, number: int) -> str:
        names = sorted(pod["metadata"]["name"] for pod in self.cluster.client.list("pods", "default")["items"])
        return names[number % len(names)] if names else "none"

    def do_create(self, kind: str, count: int) -> None:
        text = MANIFESTS[kind].replace("TEMPLATE", TEMPLATE).replace("POD", POD).replace("NAME", kind)
        text = text.replace("REPLICAS", str(count)).replace("SURGE", str(count % 3)).replace("CPU", f"{count * 100}m")
        self.kubectl("apply -f -", stdin=text)

    def do_scale(self, kind: str, count: int) -> None:
        self.kubectl(f"scale {kind} {kind} --replicas={count}")

    def do_image(self, kind: str, image: str) -> None:
        self.kubectl(f"set image {kind} {kind} c={image}")

    def do_undo(self, kind: str) -> None:
        self.kubectl(f"rollout undo {kind} {kind}")

    def do_delete(self, kind: str, cascade: str) -> None:
        self.kubectl(f"delete {kind} {kind} --cascade={cascade} --wait=false")

    def do_delete_pod(self, number: int) -> None:
        self.kubectl(f"delete pod {self._pod(number)} --wait=false")

    def do_quarantine(self, number: int) -> None:
        name = self._pod(number)
        if not name.startswith("sts-"):  # Its name would be taken for ever, and the StatefulSet rightly stands still.
            self.kubectl(f"label pod {name} app-")

    def do_cordon(self, node: str) -> None:
        self.kubectl(f"cordon {node}")

    def do_uncordon(self, node: str) -> None:
        self.kubectl(f"uncordon {node}")

    def do_kill(self, node: str) -> None:
        self.cluster.kill_node(node)

    def do_start(self, node: str) -> None:
        self.cluster.start_node(node)

    def do_partition(self, node: str) -> None:
        self.cluster.partition_node(node)

    def do_heal(self, node: str) -> None:
        self.cluster.heal_node(node)

    def do_break(self, image: str) -> None:
        self.cluster.break_image(image)

    def do_mend(self, image: str) -> None:
        self.cluster.mend_image(image)

    def do_fail(self, number: int) -> None:
        self._to_pod(self.cluster.fail, number)

    def do_hang(self, number: int) -> None:
        self._to_pod(self.cluster.hang, number)

    def _to_pod(self, failure: object, number: int) -> None:
        try:
            failure(self._pod(number))  # type: ignore[operator]
        except NoSuchThing:
            return

    def do_tick(self, seconds: int) -> None:
        self.cluster.tick(seconds)

    def end(self) -> None:
        """Mend all and let time pass; the laws judge what is left."""
        self.laws.disturb()
        self.cluster.failures.end_all()
        for node in NODES:
            self.kubectl(f"uncordon {node}")
        self.cluster.tick("20m")
        self.laws.look()
        self.laws.judge_the_end()


def live(seed: int, actions: list[tuple[str, ...]]) -> None:
    world = World(seed)
    for action in actions:
        world.do(action)
    world.end()
    assert world.laws.broken == []


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # A failure is shortened in the slow test alone.
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 1 << 16), st.lists(ACTIONS, min_size=8, max_size=25))
def test_a_sample_of_lives(seed: int, actions: list[tuple[str, ...]]) -> None:
    live(seed, actions)


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 1 << 16), st.lists(QUIET, min_size=8, max_size=25))
def test_a_sample_of_quiet_lives(seed: int, actions: list[tuple[str, ...]]) -> None:
    live(seed, actions)


@pytest.mark.slow
@settings(max_examples=share(200), deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 16), st.lists(ACTIONS, min_size=10, max_size=60))
def test_many_lives(seed: int, actions: list[tuple[str, ...]]) -> None:
    live(seed, actions)


@pytest.mark.slow
@settings(max_examples=share(100), deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 16), st.lists(QUIET, min_size=10, max_size=60))
def test_many_quiet_lives(seed: int, actions: list[tuple[str, ...]]) -> None:
    live(seed, actions)
