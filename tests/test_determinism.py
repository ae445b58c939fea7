"""Same seed and same commands give the same bytes, in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from k8s_magic.cluster import Cluster

COMMANDS = (
    "create deployment web --image=nginx:1.27 --replicas=3",
    "expose deployment web --port=80",
    "get pods -o wide",
    "describe deployment web",
    "set image deployment/web nginx=nginx:1.28",
    "rollout status deployment/web",
    "get pods,rs,svc,endpointslices -o yaml",
    "get events",
    "scale deployment web --replicas=1",
    "describe nodes",
    "delete deployment web",
    "get pods",
)


def run(seed: int) -> str:
    """A digest of all that a chapter's worth of commands prints."""
    cluster = Cluster(seed=seed)
    printed = [cluster.kubectl(command) for command in COMMANDS]
    assert [result.stderr for result in printed if result.exit_code] == []
    return hashlib.sha256("".join(map(str, printed)).encode()).hexdigest()


def run_elsewhere(hash_seed: str) -> str:
    """The same in a fresh interpreter whose sets and strings hash otherwise."""
    code = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import test_determinism as t; print(t.run(0))"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_twice_in_one_process() -> None:
    assert run(0) == run(0)


def test_another_seed_is_another_cluster() -> None:
    assert run(0) != run(1)


def test_in_other_processes_with_other_hashes() -> None:
    assert {run_elsewhere("1"), run_elsewhere("2")} == {run(0)}


def test_a_command_put_in_before_renames_nothing_after_it() -> None:
    plain, longer = Cluster(), Cluster()
    longer.kubectl("create deployment other --image=nginx --replicas=2")
    for cluster in (plain, longer):
        cluster.kubectl("create deployment web --image=nginx --replicas=2")
        cluster.settle()
    names = [cluster.kubectl("get pods -l app=web -o name").stdout for cluster in (plain, longer)]
    uids = [cluster.kubectl("get pods -l app=web -o jsonpath={.items[*].metadata.uid}").stdout for cluster in (plain, longer)]
    assert names[0] == names[1] != ""
    assert uids[0] == uids[1]
