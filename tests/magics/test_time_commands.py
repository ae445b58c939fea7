"""`%cluster`'s commands for time and failures, as a notebook runs them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k8s_magic.magics import session_of

Run = Callable[[str], Any]


@pytest.fixture(autouse=True)
def small(run: Run) -> None:
    run("%cluster reset --bare --nodes 2")


def cluster(shell: Any) -> Any:
    return session_of(shell).cluster


def test_undo_says_what_it_took_back(run: Run) -> None:
    run("kubectl create cm a\nkubectl create cm b\nkubectl get cm\n%cluster tick 10s")
    cell = run("%cluster undo")
    assert cell.stdout == "undone: kubectl create cm b\nundone: kubectl get cm\nit is 2026-01-05T09:00:02Z again\n"
    assert run("kubectl get cm -o name").stdout == "configmap/a\nconfigmap/kube-root-ca.crt\n"
    assert str(run("%cluster undo 5").error) == "error: there is only one change to take back"


def test_the_history_tells_commands_and_failures(run: Run) -> None:
    run("%%kubectl apply -f -\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    run("%cluster kill-node node2\n%cluster break nginx\nkubectl get pods")
    assert run("%cluster history").stdout == (
        "  1  2026-01-05T09:00:00Z  kubectl apply -f -  (3 lines)\n"
        "     2026-01-05T09:00:02Z  %cluster kill-node node2\n"
        "     2026-01-05T09:00:02Z  %cluster break nginx\n"
        "  2  2026-01-05T09:00:02Z  kubectl get pods\n"
        "     2026-01-05T09:00:04Z  now\n"
    )


def test_the_history_says_what_would_be_typed_again(run: Run) -> None:
    run("kubectl create deployment web --image=nginx\nkubectl expose deployment web --port=80\n%cluster load service/web --rps=5")
    assert "  %cluster load web --rps 5\n" in run("%cluster history").stdout


def test_two_futures_side_by_side(run: Run, shell: Any) -> None:
    run("kubectl create cm a")
    run("%cluster fork other")
    run("kubectl delete cm a")
    assert run("%cluster switch other").stdout == 'Switched to "other"; it is 2026-01-05T09:00:02Z there.\n'
    assert "configmap/a" in run("kubectl get cm -o name").stdout
    assert run("%cluster switch").stdout == "  main\n* other\n"
    run("%cluster switch main")
    assert "configmap/a" not in run("kubectl get cm -o name").stdout
    assert str(run("%cluster fork other").error) == 'error: there is a cluster "other" already'
    assert str(run("%cluster switch nowhere").error) == 'error: there is no cluster "nowhere"; there are main, other'


def test_a_cluster_in_a_file(run: Run) -> None:
    run("kubectl create cm a")
    assert run("%cluster save lesson.yaml").stdout == "saved 1 command to lesson.yaml\n"
    run("kubectl delete cm a")
    assert run("%cluster load lesson.yaml").stdout == "1 command replayed, it is 2026-01-05T09:00:02Z\n"
    run("%cluster undo")
    assert run("%cluster scenario lesson.yaml").stdout == "the scenario of lesson.yaml begins, it is 2026-01-05T09:00:02Z\n"
    assert str(run("%cluster undo").error) == "error: there is nothing to take back"
    path = Path("lesson.yaml")
    path.write_text(path.read_text().replace("create cm a", "create cm b"))
    cell = run("%cluster load lesson.yaml")
    assert cell.stderr.startswith("Warning: k8s_magic ")
    assert cell.error is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%cluster load nowhere.yaml", "error: cannot read nowhere.yaml: No such file or directory"),
        ("%cluster save no/where.yaml", "error: cannot write no/where.yaml: No such file or directory"),
        ("%cluster load", "error: usage: %cluster load FILE, or %cluster load SERVICE --rps N"),
        ("%cluster load web --rps", "error: usage: %cluster load SERVICE --rps N, or %cluster load FILE"),
        ("%cluster load web --rps 5", 'error: %cluster load: no service "web" in namespace "default"'),
        ("%cluster undo none", 'error: "none" is not how many changes to take back'),
        ("%cluster undo", "error: there is nothing to take back"),
        ("%cluster rewind 3", "error: there is no command 3 to go back to"),
        ("%cluster rewind", "error: usage: %cluster rewind WHEN"),
        ("%cluster rewind soon", 'error: "soon" is neither a time (09:01:00, 2026-01-05T09:01:00Z) nor how far to go back (30s, 5m)'),
        ("%cluster fail", "error: usage: %cluster fail POD [CONTAINER]"),
        ("%cluster fail nope", 'error: %cluster fail: no pod "nope" runs in namespace "default"'),
        ("%cluster slow nginx soon", 'error: %cluster slow: time: invalid duration "soon"'),
        ("%cluster leak p lots", 'error: %cluster leak: "lots" is no amount of memory such as 10Mi'),
        ("%cluster slow nginx -5s", "error: %cluster slow: nothing takes -5s"),
        ("%cluster load web --rps many", 'error: %cluster load: "many" is no number of requests a second'),
        ("%cluster load web --rps -3", 'error: %cluster load: "-3" is no number of requests a second'),
        ("%cluster tick 30", 'error: invalid duration "30": give it as 30s, 5m or 1h30m'),
        ("%cluster tick -5s", "error: time does not pass by -5s; `%cluster rewind` goes back"),
        ("%cluster step -5s", "error: time does not pass by -5s; `%cluster rewind` goes back"),
        ("%cluster tick 1s 2s", "error: usage: %cluster tick [30s]"),
        ("%cluster settle now", "error: usage: %cluster settle"),
        ("%cluster live inf", "error: the rate must be more than 0 and at most 3600, not inf"),
        ("%cluster live nan", "error: the rate must be more than 0 and at most 3600, not nan"),
        ("%cluster undo 1 2", "error: usage: %cluster undo [N]"),
        ("%cluster rewind 1h", "error: 2026-01-05T08:00:00Z is before the beginning, 2026-01-05T09:00:00Z"),
        ("%cluster rewind 2027-01-01T00:00:00Z", "error: 2027-01-01T00:00:00Z has not been yet, it is 2026-01-05T09:00:00Z"),
        ("%cluster fork", "error: usage: %cluster fork NAME"),
        ("%cluster fork main", 'error: there is a cluster "main" already'),
        ("%cluster switch nope", 'error: there is no cluster "nope"; there are main'),
        ("%cluster load /", "error: cannot read /: Is a directory"),
        ("%cluster reset --bogus", "error: unknown flag or missing value: --bogus; usage: %cluster reset [--seed N] "),
        ("%cluster story web db default", "error: usage: %cluster story TYPE/NAME [-n NAMESPACE]"),
        ("%cluster story web", 'error: "web" is not TYPE/NAME, as deployment/web is'),
        ("%cluster story deployment/web", 'Error from server (NotFound): deployments.apps "web" not found'),
    ],
)
def test_mistakes_are_told_without_traceback(run: Run, line: str, message: str) -> None:
    cell = run(line)
    assert str(cell.error).startswith(message)
    assert "\n" not in str(cell.error)
    assert hasattr(cell.error, "_render_traceback_")


def test_what_is_so_already_does_not_happen_again(run: Run, shell: Any) -> None:
    idle = ("start-node node1", "heal-node node1", "mend nginx")
    assert [run(f"%cluster {words}").stdout for words in idle] == [
        "nothing to do: node/node1 has power\n",
        "nothing to do: node/node1 is connected\n",
        "nothing to do: pulls of nginx do not fail\n",
    ]
    run("%cluster kill-node node1")
    assert run("%cluster kill-node node1").stdout == "nothing to do: node/node1 has no power\n"
    assert run("%cluster partition-node node1").stdout == "nothing to do: node/node1 has no power\n"
    assert len(cluster(shell).log.entries) == 1


@pytest.mark.parametrize("name", ["kill-node", "switch", "serve"])
def test_help_has_a_line_for_each_command(run: Run, name: str) -> None:
    told = run("%cluster help").stdout.splitlines()
    assert max(map(len, told)) <= 140
    assert any(line.startswith(f"%cluster {name} ") for line in told)


def test_the_story_of_an_object_is_told(run: Run) -> None:
    run("kubectl create deployment web --image=nginx")
    told = run("%cluster story deployment/web").stdout
    assert told.startswith("The story of deployment/web in default: ")
    assert "You: kubectl create deployment web --image=nginx\n" in told


def test_pause_holds_the_clock_and_step_lets_it_go(run: Run, shell: Any) -> None:
    before = cluster(shell).now
    run("%cluster pause\nkubectl create deployment web --image=nginx\nkubectl get pods")
    assert cluster(shell).now == before
    run("%cluster step 3s\nkubectl get pods")
    assert cluster(shell).now == before + 3


def test_a_live_cluster_moves_while_a_cell_runs_and_stops_cleanly(run: Run, shell: Any) -> None:
    before, threads = cluster(shell).now, set(threading.enumerate())
    assert run("%cluster live 50").stdout == "The clock runs, 50 seconds a second.\n"
    run("import time\nkubectl create deployment web --image=nginx\ntime.sleep(0.7)")
    assert 20 < cluster(shell).now - before < 500
    cell = run("%cluster step")
    assert (cell.error, cell.stderr) == (None, "")
    stands_at = cluster(shell).now
    time.sleep(0.3)
    assert cluster(shell).now == stands_at
    assert set(threading.enumerate()) <= threads
    run("%cluster rewind 1")
    assert run("kubectl get deployments -o name").stdout == "deployment.apps/web\n"


class Following:
    """A picture that notes when it was asked to follow, and by which thread."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def attach(self, client: Any, inspector: Any) -> None:
        pass

    def follow(self, since: int) -> None:
        self.seen.append(threading.current_thread() is threading.main_thread())


def test_pictures_follow_a_live_cluster_while_a_cell_runs_and_while_a_command_waits(run: Run, shell: Any) -> None:
    view = Following()
    session_of(shell).add_view(view)
    run("%cluster live 20\nkubectl create deployment web --image=nginx:9 --replicas=2")
    view.seen.clear()
    run("import time\ntime.sleep(0.6)")
    assert False in view.seen
    run("kubectl create deployment bad --image=nope:1")
    view.seen.clear()
    run("kubectl rollout status deployment bad --timeout=20s")
    assert view.seen.count(True) > 1  # More than once: not when the cell ended alone.
    assert run("%cluster step").error is None
    view.seen.clear()
    time.sleep(0.5)
    assert view.seen == []


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("kubectl wait --for=jsonpath={.spec.replicas}=7 deployment/web --timeout=1h", ""),
        ("kubectl get deployments -w", "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n"),
        ("kubectl logs -f deployment/web", "/docker-entrypoint.sh: "),
        ("%%kubectl\nget deployments -o name\nget deployments -w", "deployment.apps/web\nNAME "),
        ("%%terminal\necho begun; sleep 10000", "begun\n"),
        ("kubectl get deployments -w | cat", ""),
        ("%cluster tick 1000000h", ""),
    ],
)
def test_an_interrupt_ends_what_waits_and_leaves_a_cluster_that_goes_on(run: Run, shell: Any, line: str, printed: str) -> None:
    run("kubectl create deployment web --image=nginx\n%cluster live 1")
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    cell = run(line)
    assert time.monotonic() - began < 5
    assert str(cell.error).startswith("^C")
    assert (cell.stdout.startswith(printed), cell.stderr) == (True, "")
    run("%cluster step")
    if "%cluster" not in line:
        assert cluster(shell).commands[-1].interrupted_at is not None
    run("kubectl scale deployment web --replicas=2\n%cluster settle")
    assert len(run("kubectl get pods -o name").stdout.split()) == 2
    fork = cluster(shell).fork()
    assert fork.saved() == cluster(shell).saved()
