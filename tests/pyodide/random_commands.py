"""A hundred random commands, and the hash of the journal that they leave: the same in every Python, run by run and replayed."""

import hashlib
import random

from k8s_magic.cluster import Cluster
from k8s_magic.cluster.saving import digest

LINES = [
    "create deployment a --image=nginx --replicas=2",
    "create deployment b --image=nope:9",
    "scale deployment a --replicas=3",
    "scale deployment a --replicas=0",
    "set image deployment/a nginx=nginx:1.28",
    "delete deployment a --wait=false",
    "delete pods --all --wait=false",
    "label pods --all x=y --overwrite",
    "run p --image=busybox --restart=Never -- sleep 20",
    "delete pod p",
    "expose deployment a --port=80",
    "create job j --image=busybox -- sleep 3",
    "get pods -o wide",
    "rollout status deployment/a --timeout=20s",
    "cordon node1",
    "drain node2 --ignore-daemonsets --force",
    "uncordon node1 node2",
    "create cm c --from-literal=a=b",
    "exec deploy/a -- sh -c 'echo hello > /tmp/x'",
    "get pods -w &",
]


def random_run() -> Cluster:
    """A bare cluster that has been given a hundred of them."""
    draw = random.Random(6)
    cluster = Cluster(system=False, nodes=2)
    cluster.kubectl("get pods -w &")
    for _ in range(99):
        cluster.kubectl(draw.choice(LINES[:-1]))  # More watches would only print more.
    return cluster


def main() -> None:
    """Print the hash of the run, of its replay, of what it saves, and of what is loaded from that."""
    cluster = random_run()
    print("run", digest(cluster.api.store), cluster.api.store.revision)
    print("replayed", digest(cluster.fork().api.store))
    print("saved", hashlib.sha256(cluster.saved().encode()).hexdigest())
    print("loaded", digest(Cluster.from_saved(cluster.saved()).api.store))


if __name__ == "__main__":
    main()
