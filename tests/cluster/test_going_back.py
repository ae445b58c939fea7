"""A run is a function of its arguments and its log: undo, rewind, fork, save and load by replaying it."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8s_magic import live
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http import Request
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.log import CHANGES, Command
from k8s_magic.cluster.saving import ReplaysOtherwise, digest
from tests.pyodide.random_commands import LINES, random_run
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
    cluster.kubectl("get cm")
    cluster.rewind("9:00")
    assert cluster.now == began
    cluster.tick("90s")
    cluster.rewind("09:01:10")
    assert cluster.now == began + 70
    cluster.rewind("2026-01-05T09:00:00Z")
    assert cluster.now == began
    for wrong, words in [
        (9, "no command 9"),
        ("25:00", "neither a time"),
        ("1h", "before the beginning"),
        ("tomorrow", "neither a time"),
        (1e10, "has not been yet"),
    ]:
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
        (
            "k8s_magic: 0.1\nformat: 1\nlog:\n- call: {time: soon}\n",
            "saved.yaml is damaged: entry 1 of the log: soon is no time such as '2026-",
        ),
        ("k8s_magic: 0.1\nformat: 1\nlog: [hello]\n", "saved.yaml is damaged: entry 1 of the log is no mapping"),
        ("k8s_magic: 0.1\nformat: 1\nlog: [{moved: 7}]\n", "entry 1 of the log: 7 is no time"),
        ("k8s_magic: 0.1\nformat: 1\nlog: [{call: 7}]\n", "entry 1 of the log: call is no mapping"),
        ("k8s_magic: 0.1\nformat: 1\nlog: [{read: a, as: before}]\n", r"\('read', 'a'\) was not answered before"),
        ("k8s_magic: 0.1\nformat: 1\nlog: [{kubectl: 'get \"', number: 1, time: '2026-01-05T09:00:00Z'}]\n", "No closing quotation"),
        ("k8s_magic: 0.1\nformat: 1\nlog: [{kubectl: get, number: x, time: '2026-01-05T09:00:00Z'}]\n", "number cannot be 'x'"),
        ("k8s_magic: 0.1\nformat: 1\ncluster: {nodes: many}\nlog: []\n", "saved.yaml is damaged: cluster: nodes cannot be 'many'"),
        ("k8s_magic: 0.1\nformat: 1\ncluster: {bogus: 1}\nlog: []\n", "cluster: got an unexpected keyword argument 'bogus'"),
        ("k8s_magic: 0.1\nformat: 1\njournal: x\nlog: []\n", "saved.yaml is damaged"),
        (
            "k8s_magic: 0.1\nformat: 1\nlog:\n- call: {time: '2026-01-05T09:00:00Z', method: kill_node, arguments: {nme: x}}\n",
            "kill_node: missing a required argument: 'name'",
        ),
        (
            "k8s_magic: 0.1\nformat: 1\nlog:\n- {kubectl: apply -f x.yaml, number: 1, time: '2026-01-05T09:00:00Z'}\n",
            "saved.yaml was written by k8s_magic 0.1 and cannot be replayed by .*: is_dir x.yaml: this was not asked",
        ),
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


async def crash(argv: list[str], environment: Any) -> int:
    return 1 // 0


def test_a_crash_that_was_is_replayed_and_a_new_one_is_loud(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.kubectl("create cm a")
    monkeypatch.setattr("k8s_magic.cluster.run.kubectl.run", crash)
    with pytest.raises(ZeroDivisionError):
        cluster.fork()
    cluster.log.entries.clear()
    with pytest.raises(ZeroDivisionError):
        cluster.kubectl("create cm b")
    assert cluster.fork().commands[-1].crashed


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


def test_writes_beside_a_live_clocks_thread_are_all_inputs(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx --replicas=5")
    live.go_live(cluster, 3000)
    driver = live.Driver(cluster, lambda: cluster.tick("50ms"))  # Far busier than pictures are.
    try:
        for number in range(20):
            page = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"page-{number}"}}
            cluster.client.create("configmaps", page, "default")
            cluster.client.patch("deployments.apps", "web", "default", "merge", {"spec": {"replicas": number % 7}})
            assert len(cluster.client.list("pods", "default")["items"]) < 50
            time.sleep(0.01)
    finally:
        driver.stop()
    live.stop(cluster)
    assert sum(isinstance(entry, CHANGES) for entry in cluster.log.entries) == 40
    assert journal(cluster.fork()) == journal(cluster)


# --- Any sequence ---

FAILURES: list[tuple[str, tuple[str, ...]]] = [
    ("kill_node", ("node1",)),
    ("start_node", ("node1",)),
    ("partition_node", ("node2",)),
    ("heal_node", ("node2",)),
    ("add_node", ()),
    ("break_image", ("nginx",)),
    ("mend_image", ("nginx",)),
    ("slow_image", ("nginx", "20s")),
    ("fail", ("p",)),
    ("hang", ("p",)),
    ("unhang", ("p",)),
    ("leak", ("p", "100Mi")),
    ("unleak", ("p",)),
    ("load_service", ("a", "50")),
    ("unload_service", ("a",)),
]
SCRIPTS = ["kubectl scale deployment a --replicas=1; sleep 3; kubectl get pods | wc -l", "for i in 1 2; do kubectl create cm t$i; done"]
WAIT = "wait --for=jsonpath={.spec.replicas}=99 deployment/a --timeout=60s"
OPERATIONS = st.one_of(
    st.tuples(st.just("kubectl"), st.sampled_from(LINES)),
    st.tuples(st.just("failure"), st.sampled_from(FAILURES)),
    st.tuples(st.just("script"), st.sampled_from(SCRIPTS)),
    st.tuples(st.just("tick"), st.sampled_from(["500ms", "7s", "90s"])),
    st.tuples(st.just("clock"), st.sampled_from(["pause", "step"])),
    st.tuples(st.just("interrupt"), st.sampled_from([0.3, 4.0])),
    st.tuples(st.just("undo"), st.integers(1, 3)),
    st.tuples(st.just("rewind"), st.integers(0, 3)),
    st.tuples(st.just("fork"), st.booleans()),
    st.tuples(st.sampled_from(["load", "write", "apply", "stop"]), st.none()),
)


class Checked:
    """A cluster to which all sorts of things are done; after each, what must hold of it is checked."""

    def __init__(self) -> None:
        self.cluster = bare()
        self.past: list[tuple[int, str, float]] = []
        """Before each change that is in the log: how many commands there were, the journal, the time."""
        self.parked: list[tuple[Cluster, str]] = []
        """Copies that nobody touches any more, as they were saved."""

    def do(self, what: str, argument: Any) -> None:
        """Do one thing; each change is undone in a copy, too, which restores the journal to the byte."""
        before = (len(self.cluster.commands), journal(self.cluster), self.cluster.now)
        changes = len(self.changes())
        getattr(self, what)(argument)
        if what not in ("undo", "rewind") and len(self.changes()) > changes:
            self.past.append(before)
            copy = self.cluster.fork()
            assert journal(copy) == journal(self.cluster)
            copy.undo()
            assert (journal(copy), copy.now) == before[1:]

    def changes(self) -> list[Any]:
        return [e for e in self.cluster.log.entries if isinstance(e, CHANGES) or (isinstance(e, Command) and e.asked_for_write)]

    def kubectl(self, line: str) -> None:
        self.cluster.kubectl(line)

    def failure(self, call: tuple[str, tuple[str, ...]]) -> None:
        method, arguments = call
        values = [float(each) if each == "50" else each for each in arguments]
        try:
            getattr(self.cluster, method)(*values)
        except LookupError:
            pass  # There is no such pod or Service now.

    def script(self, text: str) -> None:
        self.cluster.terminal(text)

    def tick(self, duration: str) -> None:
        self.cluster.tick(duration)

    def clock(self, mode: Any) -> None:
        self.cluster.clock = mode

    def interrupt(self, after: float) -> None:
        """Ctrl+C, if the command takes that long."""
        timer = self.cluster.loop.call_later(after, self.cluster.loop.stop)
        try:
            self.cluster.kubectl(WAIT)
        except KeyboardInterrupt:
            pass  # In the command, or in the step after it.
        timer.cancel()

    def write(self, _: None) -> None:
        """A client in Python."""
        client = self.cluster.client
        if any(item["metadata"]["name"] == "python" for item in client.list("configmaps", "default")["items"]):
            client.delete("configmaps", "python", "default")
        else:
            client.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "python"}}, "default")

    def apply(self, _: None) -> None:
        self.cluster.kubectl("apply -f -", stdin=MANIFEST.format(text=len(self.cluster.commands)))

    def stop(self, _: None) -> None:
        self.cluster.stop_background()

    def undo(self, n: int) -> None:
        if n <= len(self.past):
            _, expected, at = self.past[-n]
            self.cluster.undo(n)
            assert (journal(self.cluster), self.cluster.now) == (expected, at)
            del self.past[-n:]

    def rewind(self, back: int) -> None:
        to = max(0, len(self.cluster.commands) - back)
        self.cluster.rewind(to)
        assert len(self.cluster.commands) == to
        self.past = [each for each in self.past if each[0] < to]

    def fork(self, goes_on_with_the_copy: bool) -> None:
        pair = [self.cluster, self.cluster.fork()]
        self.cluster = pair.pop(goes_on_with_the_copy)
        self.parked.append((pair[0], pair[0].saved()))

    def load(self, _: None) -> None:
        text = self.cluster.saved()
        self.cluster = Cluster.from_saved(text)
        assert self.cluster.saved() == text


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATIONS, min_size=4, max_size=12))
def test_any_sequence_can_be_turned_back_copied_and_saved(operations: list[tuple[str, Any]]) -> None:
    run_sequence(operations)


@pytest.mark.slow
@settings(max_examples=share(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATIONS, min_size=4, max_size=30))
def test_any_long_sequence_can_be_turned_back_copied_and_saved(operations: list[tuple[str, Any]]) -> None:
    run_sequence(operations)


def run_sequence(operations: list[tuple[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReplaysOtherwise)
        checked = Checked()
        for what, argument in operations:
            checked.do(what, argument)
        for cluster, saved in checked.parked:
            assert cluster.saved() == saved  # Commands, clock and journal: nobody has moved it.


@pytest.mark.parametrize("replays", [10, pytest.param(share(1000), marks=pytest.mark.slow)])
def test_replays_of_a_hundred_random_commands_have_one_journal(replays: int) -> None:
    cluster = random_run()
    entries, expected = list(cluster.log.entries), journal(cluster)
    for _ in range(replays):
        cluster._rebuild(entries)
        assert journal(cluster) == expected
