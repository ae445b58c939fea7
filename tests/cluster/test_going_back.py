"""A run is a function of its arguments and its log: undo, rewind, fork, save and load by replaying it."""

from __future__ import annotations

import os
import random
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8s_magic import live
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http import Request
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.saving import ReplaysOtherwise, digest
from tests.share import share

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: page\ndata:\n  text: {text}\n"


def bare() -> Cluster:
    return Cluster(system=False, nodes=2)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.chdir(tmp_path)
    return bare()


def journal(cluster: Cluster) -> str:
    return digest(cluster.api.store)


def test_undo_takes_back_the_last_command_that_asked_for_a_write(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx")
    before, at = journal(cluster), cluster.now
    cluster.kubectl("scale deployment web --replicas=3")
    cluster.kubectl("get pods")
    cluster.tick("1m")
    cluster.undo()
    assert (journal(cluster), cluster.now, len(cluster.commands)) == (before, at, 1)
    cluster.undo()
    with pytest.raises(ValueError, match="there is nothing to take back"):
        cluster.undo()


@pytest.mark.parametrize("reading", ["get pods", "auth can-i create pods", "create cm x --dry-run=server", "rollout status deployment/web"])
def test_what_only_reads_is_not_what_undo_takes_back(cluster: Cluster, reading: str) -> None:
    cluster.kubectl("create deployment web --image=nginx")
    cluster.kubectl(reading)
    cluster.undo()
    assert cluster.commands == []


def test_the_client_of_a_cluster_stays_when_it_turns_back(cluster: Cluster) -> None:
    client = cluster.client
    page = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    client.create("configmaps", page, "default")
    page["metadata"] = {"name": "changed later"}
    cluster.kubectl("create cm b")
    cluster.undo()
    assert [each["metadata"]["name"] for each in client.list("configmaps", "default")["items"]] == ["a", "kube-root-ca.crt"]
    cluster.undo()
    with pytest.raises(ApiError, match="not found"):
        client.get("configmaps", "a", "default")


def test_a_replay_reads_the_files_of_then(cluster: Cluster) -> None:
    Path("page.yaml").write_text(MANIFEST.format(text="old"))
    cluster.kubectl("apply -f page.yaml")
    cluster.terminal("sed -i s/old/new/ page.yaml; kubectl apply -f page.yaml; echo done > out.txt")
    before = journal(cluster)
    Path("page.yaml").write_text("no longer a manifest")
    os.remove("out.txt")
    cluster.kubectl("create cm other")
    cluster.undo()
    assert journal(cluster) == before
    assert cluster.kubectl("get cm page -o jsonpath={.data.text}").stdout == "new"
    assert Path("page.yaml").read_text() == "no longer a manifest"
    assert not Path("out.txt").exists()


def test_what_came_out_of_the_editor_is_remembered(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx")
    cluster.editor = lambda suffix, text: text.replace("replicas: 1", "replicas: 2")
    cluster.kubectl("edit deployment web")
    cluster.settle()
    cluster.editor = None
    fork = cluster.fork()
    assert journal(fork) == journal(cluster)
    assert len(fork.kubectl("get pods -o name").stdout.split()) == 2


def test_rewind_to_a_command_to_a_time_and_by_a_duration(cluster: Cluster) -> None:
    began = cluster.now
    for name in "abc":
        cluster.kubectl(f"create cm {name}")
    cluster.rewind(2)
    assert [command.argv[-1] for command in cluster.commands] == ["a", "b"]
    assert cluster.now == began + 4
    cluster.rewind("3s")
    assert cluster.now == began + 1
    assert cluster.kubectl("get cm -o name").stdout.split() == ["configmap/a", "configmap/kube-root-ca.crt"]
    cluster.rewind("2026-01-05T09:00:00Z")
    assert cluster.now == began
    for wrong, words in [(9, "no command 9"), ("1h", "before the beginning"), ("tomorrow", "neither a time"), (1e10, "has not been yet")]:
        with pytest.raises(ValueError, match=words):
            cluster.rewind(wrong)  # type: ignore[arg-type]


def test_rewind_to_a_command_takes_back_what_came_after_its_step(cluster: Cluster) -> None:
    began = cluster.now
    cluster.tick("5s")
    cluster.kubectl("create cm a")
    before = journal(cluster)
    cluster.tick("10m")
    cluster.kill_node("node1")
    cluster.kubectl("get pods")
    cluster.rewind(1)
    assert (cluster.now, journal(cluster)) == (began + 7, before)
    cluster.rewind(0)
    assert (cluster.now, cluster.log.entries) == (began, [])


def test_rewind_into_the_middle_of_a_command_that_waits(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx:9.9 --replicas=1")
    began = cluster.now
    cluster.kubectl("wait --for=condition=Available deployment/nothing --timeout=5s")
    cluster.kubectl("wait --for=jsonpath={.spec.replicas}=7 deployment/web --timeout=60s")
    assert cluster.now > began + 60
    cluster.rewind(began + 30.5)
    assert cluster.now == began + 30.5
    assert cluster.commands[-1].interrupted_at == began + 30.5


def test_a_fork_never_moves_its_origin(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx")
    before = journal(cluster), cluster.now, len(cluster.log.entries)
    fork = cluster.fork()
    fork.kubectl("delete deployment web")
    fork.tick("1m")
    fork.undo()
    assert (journal(cluster), cluster.now, len(cluster.log.entries)) == before


def test_a_saved_cluster_can_be_read_and_made_again(cluster: Cluster) -> None:
    cluster.kubectl("apply -f -", stdin=MANIFEST.format(text="from standard input"))
    cluster.kill_node("node1")
    cluster.tick("50s")
    cluster.kubectl("get pods -w &")
    cluster.client.patch("configmaps", "page", "default", "merge", {"data": {"more": "1"}})
    request = Request("DELETE", "/api/v1/namespaces/default/configmaps/page", Caller("curl"), {}, {"content-type": "application/json"}, b"")
    cluster.receive(request)
    cluster.tick(1)
    cluster.stop_background()
    cluster.save("saved.yaml")
    text = Path("saved.yaml").read_text()
    for line in ("kubectl: apply -f -", "text: from standard input", "method: kill_node", "verb: patch", "method: DELETE"):
        assert f"  {line}\n" in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = Cluster.load("saved.yaml")
    assert loaded.saved() == text
    assert journal(loaded) == journal(cluster)
    assert loaded.kubectl("get cm -o name").stdout == "configmap/kube-root-ca.crt\n"


def test_a_version_that_replays_otherwise_says_so(cluster: Cluster) -> None:
    cluster.kubectl("create cm a")
    text = cluster.saved().replace("k8s_magic: ", "k8s_magic: 9.").replace("create cm a", "create cm b")
    with pytest.warns(ReplaysOtherwise, match=r"^k8s_magic 9\.\S+ wrote this file and had \d+ writes in its journal; replayed by"):
        Cluster.from_saved(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "saved.yaml is no saved cluster: "),
        ("- 1\n", "saved.yaml is no saved cluster"),
        ("k8s_magic: 0.1\nformat: 99\nlog: []\n", "in a form that"),
        ("k8s_magic: 0.1\nformat: 1\nlog:\n- call: {time: soon}\n", "saved.yaml is damaged"),
        (
            "k8s_magic: 0.1\nformat: 1\nlog:\n- call: {time: '2026-01-05T09:00:00Z', method: save, arguments: {path: x}}\n",
            "save is nothing that",
        ),
    ],
)
def test_what_is_no_saved_cluster_is_refused(cluster: Cluster, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Cluster.from_saved(text, "saved.yaml")
    assert not Path("x").exists()


def test_nobody_goes_back_before_a_scenario_begins(cluster: Cluster) -> None:
    cluster.kubectl("create cm a")
    cluster.begin_here()
    with pytest.raises(ValueError, match="nothing to take back"):
        cluster.undo()
    cluster.kubectl("create cm b")
    again = Cluster.from_saved(cluster.saved())
    again.undo()
    assert len(again.commands) == 1
    with pytest.raises(ValueError, match="no command 0"):
        again.rewind(0)


def test_an_interrupt_stops_between_two_instants_and_can_be_replayed(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx:9.9")
    cluster.loop.call_later(20, cluster.loop.stop)
    with pytest.raises(KeyboardInterrupt):
        cluster.kubectl("wait --for=jsonpath={.spec.replicas}=7 deployment/web --timeout=1h")
    at = cluster.now
    cluster.kubectl("scale deployment web --replicas=2")
    assert cluster.commands[1].interrupted_at == at
    assert journal(cluster.fork()) == journal(cluster)


def test_a_live_cluster_turns_back_and_goes_on_from_there(cluster: Cluster) -> None:
    live.go_live(cluster, 1000)
    cluster.kubectl("create deployment web --image=nginx")
    cluster.kubectl("rollout status deployment/web")
    began = cluster.commands[0].time
    cluster.kubectl("delete deployment web")
    cluster.undo(2)
    assert began <= cluster.now < began + 60
    live.stop(cluster)
    before = cluster.now
    assert journal(cluster.fork()) == journal(cluster)
    assert cluster.now == before


# --- Any sequence ---

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
FAILURES = [("kill_node", "node1"), ("start_node", "node1"), ("break_image", "nginx"), ("mend_image", "nginx"), ("fail", "p")]
OPERATIONS = st.one_of(
    st.sampled_from(LINES).map(lambda line: ("kubectl", line)),
    st.sampled_from(["500ms", "7s", "90s"]).map(lambda duration: ("tick", duration)),
    st.sampled_from(FAILURES),
    st.sampled_from(["undo", "fork", "load", "rewind"]).map(lambda what: (what, "")),
)


def put_in(cluster: Cluster, operation: tuple[str, str]) -> Cluster:
    """Do one thing and check what must hold of it; gives the cluster to go on with."""
    what, argument = operation
    if what == "undo":
        before, at = journal(cluster), cluster.now
        cluster.kubectl("create cm undone")
        cluster.tick("3s")
        cluster.undo()
        assert (journal(cluster), cluster.now) == (before, at)
    elif what == "fork":
        before = journal(cluster)
        fork = cluster.fork()
        assert journal(fork) == before
        fork.kubectl("delete deployments --all")
        assert journal(cluster) == before
    elif what == "load":
        text = cluster.saved()
        cluster = Cluster.from_saved(text)
        assert cluster.saved() == text
    elif what == "rewind":
        cluster.rewind(max(0, len(cluster.commands) - 2))
    elif what in ("kubectl", "tick"):
        getattr(cluster, what)(argument)
    else:
        try:
            getattr(cluster, what)(argument)
        except LookupError:
            pass  # There is no such pod now.
    return cluster


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATIONS, min_size=3, max_size=10))
def test_any_sequence_can_be_turned_back_copied_and_saved(operations: list[tuple[str, str]]) -> None:
    run_sequence(operations)


@pytest.mark.slow
@settings(max_examples=share(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATIONS, min_size=3, max_size=25))
def test_any_long_sequence_can_be_turned_back_copied_and_saved(operations: list[tuple[str, str]]) -> None:
    run_sequence(operations)


def run_sequence(operations: list[tuple[str, str]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReplaysOtherwise)
        cluster = bare()
        for operation in operations:
            cluster = put_in(cluster, operation)


def random_run() -> Cluster:
    draw = random.Random(6)
    cluster = bare()
    cluster.kubectl("get pods -w &")
    for _ in range(99):
        cluster.kubectl(draw.choice(LINES[:-1]))  # More watches would only print more.
    return cluster


@pytest.mark.parametrize("replays", [10, pytest.param(share(1000), marks=pytest.mark.slow)])
def test_replays_of_a_hundred_random_commands_have_one_journal(replays: int) -> None:
    cluster = random_run()
    entries, expected = list(cluster.log.entries), journal(cluster)
    for _ in range(replays):
        cluster._rebuild(entries)
        assert journal(cluster) == expected
