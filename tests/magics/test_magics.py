"""The magics in a shell: what is shown, what is kept, what fails a cell, and that nothing kills the cluster."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

POD = """apiVersion: v1
kind: Pod
metadata:
  name: {}
spec:
  containers:
    - name: c
      image: nginx
"""
Run = Callable[[str], Any]


def test_a_line_is_shown(run: Run) -> None:
    cell = run("%kubectl get namespaces -o name")
    assert cell.stdout == "namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\n"
    assert (cell.stderr, cell.error) == ("", None)


def test_every_line_of_a_cell_is_shown(run: Run) -> None:
    assert run("kubectl get ns default -o name\nprint('between')\nfor i in range(2):\n    %kubectl get ns kube-public -o name").stdout == (
        "namespace/default\nbetween\nnamespace/kube-public\nnamespace/kube-public\n"
    )


def test_an_assignment_captures(run: Run, shell: Any) -> None:
    assert run("x = %kubectl get ns default -o name").stdout == ""
    assert str(shell.user_ns["x"]) == "namespace/default\n"
    assert shell.user_ns["x"].lines == ["namespace/default"]


def test_the_streams_come_in_the_order_of_the_command(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr("sys.stdout.write", lambda text: written.append(f"out: {text}"))
    monkeypatch.setattr("sys.stderr.write", lambda text: written.append(f"err: {text}"))
    run("kubectl create deployment web --image=nginx --replicas=2\n%cluster tick 20s\nkubectl logs deployment/web --tail=1")
    told = [text for text in written if "Found 2 pods" in text or "start worker" in text]
    assert [text[:9] for text in told] == ["err: Foun", "out: 2026"]


def test_a_watch_in_the_background_prints_its_table_at_once(run: Run) -> None:
    run("kubectl create deployment web --image=nginx\n%cluster settle")
    first = run("kubectl get deployments -w &").stdout
    assert first.splitlines()[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert run("kubectl scale deployment web --replicas=2 # one more").stdout.splitlines()[1].split()[:2] == ["web", "1/2"]


def test_a_semicolon_silences(run: Run) -> None:
    assert run("%kubectl get ns;").stdout == ""


def test_the_cell_is_standard_input(run: Run) -> None:
    assert run("%%kubectl apply -f -\n" + POD.format("web")).stdout == "pod/web created\n"


def test_each_line_of_a_cell_is_a_command(run: Run) -> None:
    cell = run("%%kubectl\nget ns default -o name\n# no command\nkubectl get ns kube-public -o name\n")
    assert cell.stdout == "namespace/default\nnamespace/kube-public\n"


def test_a_manifest_is_applied(run: Run) -> None:
    assert run("%%manifest\n" + POD.format("web")).stdout == "pod/web created\n"


def test_a_named_manifest_is_written_first(run: Run, tmp_path: Path) -> None:
    assert run("%%manifest web.yaml\n" + POD.format("web")).stdout == "pod/web created\n"
    assert (tmp_path / "web.yaml").read_text() == POD.format("web")
    assert run("kubectl apply -f web.yaml").stdout == "pod/web unchanged\n"


def test_variables_go_into_lines_and_bodies(run: Run) -> None:
    run("name = 'web'")
    assert run("%%manifest\n" + POD.format("$name")).stdout == "pod/web created\n"
    assert run("kubectl get pod ${name} -o name").stdout == "pod/web\n"


def test_expansion_can_be_turned_off(run: Run) -> None:
    run("name = 'default'\n%config KMagics.expand = False")
    assert 'namespaces "$name" not found' in str(run("kubectl get ns $name").error)


def test_a_failure_fails_the_cell_with_kubectls_line_alone(run: Run) -> None:
    cell = run("kubectl get ns default -o name\nkubectl get pod nope\nkubectl get ns kube-public")
    assert cell.stdout.splitlines()[0] == "namespace/default"
    assert "kube-public" not in cell.stdout
    assert str(cell.error) == 'Error from server (NotFound): pods "nope" not found'
    assert "Traceback" not in cell.stdout + cell.stderr
    assert cell.error._render_traceback_() == ['Error from server (NotFound): pods "nope" not found']


def test_what_a_failing_command_found_is_shown_before(run: Run) -> None:
    cell = run("kubectl get ns default nope -o name")
    assert cell.stdout.startswith("namespace/default\n")
    assert str(cell.error) == 'Error from server (NotFound): namespaces "nope" not found'


def test_warnings_are_shown_and_fail_nothing(run: Run) -> None:
    cell = run("kubectl get endpoints kubernetes -o name")
    assert (cell.stdout, cell.error) == ("endpoints/kubernetes\n", None)
    assert cell.stderr == "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n"


def test_time_passes_with_each_command(run: Run) -> None:
    run("kubectl run web --image=nginx")
    before = run("kubectl get pod web").stdout
    run("%cluster tick 30s")
    assert "Running" in run("kubectl get pod web").stdout
    assert "Running" not in before


def test_cluster_commands(run: Run) -> None:
    assert "nodes: 4, 4 Ready" in run("%cluster").stdout
    assert run("%cluster add-node").stdout == "node/node5 added\n"
    assert run("%cluster step 5s").stdout == "5s pass after each command.\n"
    assert run("%cluster legacy reject").stdout == "legacy: reject\n"
    assert run("%cluster kill-node node3").error is None
    assert "node3   NotReady" in run("%cluster tick 60s\nkubectl get nodes").stdout
    assert run("%cluster start-node node3").error is None
    assert "node3   Ready" in run("%cluster tick 30s\nkubectl get nodes").stdout
    assert "nodes: 2, 2 Ready" in run("%cluster reset --nodes 2 --bare").stdout


def test_the_clock_can_stand_still(run: Run, shell: Any) -> None:
    assert run("%cluster clock pause").stdout == "clock: pause\n"
    before = shell.run_line_magic("cluster", "object").now
    run("kubectl get nodes")
    assert shell.run_line_magic("cluster", "object").now == before
    run("%cluster clock step\nkubectl get nodes")
    assert shell.run_line_magic("cluster", "object").now == before + 2


def test_the_clock_can_follow_the_wall(run: Run, shell: Any) -> None:
    assert run("%cluster clock live 1000").stdout == "clock: live\n"
    before = shell.run_line_magic("cluster", "object").now
    run("for _ in range(3):\n    kubectl get nodes")
    assert shell.run_line_magic("cluster", "object").now > before + 2
    assert run("%cluster clock step").stdout == "clock: step\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%cluster clock backwards", 'error: "backwards" is not one of step, pause, live'),
        ("%cluster clock live soon", 'error: invalid rate "soon": give it as 5, for five seconds a second'),
        ("%cluster clock live 0", "error: the rate must be more than 0 and at most 3600, not 0"),
        ("%cluster bogus", 'error: unknown command "bogus" for "%cluster"; `%cluster help` lists them'),
        ("%cluster udno", 'error: unknown command "udno" for "%cluster"; did you mean `%cluster undo`?'),
        ("%cluster tick soon", 'error: invalid duration "soon": give it as 30s, 5m or 1h30m'),
        ("%cluster kill-node nope", 'Error from server (NotFound): nodes "nope" not found'),
        ("%cluster kill-node", "error: usage: %cluster kill-node NODE"),
        ("%cluster reset --nodes many", 'error: invalid argument "many" for "--nodes": not a whole number'),
        ("%view nope", 'error: unknown picture "nope" for "%view"; there are network, placement, reconcile, selector, tree, why'),
        ("%view", "error: usage: %view PICTURE; there are network, placement, reconcile, selector, tree, why"),
        ("%cluster 'x", "error: No closing quotation"),
        ("%view 'x", "error: No closing quotation"),
        ("%%manifest 'x\nkind: Pod", "error: No closing quotation"),
        ("%kubectl get pods 'x", "error: No closing quotation"),
    ],
)
def test_mistakes_are_told_without_traceback(run: Run, line: str, message: str) -> None:
    cell = run(line)
    assert str(cell.error).splitlines()[0] == message
    assert hasattr(cell.error, "_render_traceback_")


def test_a_watch_in_the_background_prints_after_later_commands(run: Run) -> None:
    run("kubectl get pods -w &")
    run("kubectl run web --image=nginx")
    later = run("%cluster tick 20s").stdout
    assert "web" in later and "Running" in later


def test_interrupting_a_command_leaves_the_cluster_well(run: Run, shell: Any) -> None:
    cluster = shell.run_line_magic("cluster", "object")
    cluster.loop.call_later(5, lambda: signal.raise_signal(signal.SIGINT))
    assert str(run("kubectl get pods -w").error) == "^C"
    assert run("kubectl get ns default -o name").stdout == "namespace/default\n"


def test_unloading_takes_everything_back(run: Run, shell: Any) -> None:
    before = len(shell.Completer.custom_matchers), len(shell.input_transformers_cleanup), len(shell.ast_transformers)
    run("%reload_ext k8s_magic")
    assert (len(shell.Completer.custom_matchers), len(shell.input_transformers_cleanup), len(shell.ast_transformers)) == before
    run("%unload_ext k8s_magic")
    assert "kubectl" not in shell.magics_manager.magics["line"]
    assert len(shell.Completer.custom_matchers) == before[0] - 1
    assert isinstance(run("kubectl get pods\nkubectl get pods").error, SyntaxError)
    run("%load_ext k8s_magic")
