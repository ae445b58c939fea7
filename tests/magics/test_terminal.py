"""%%terminal: scripts of the course as they stand, through a real IPython shell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k8s_magic.server import command_socket
from tests.magics.conftest import Cell

Run = Callable[[str], Cell]


def terminal(run: Run, script: str) -> Cell:
    return run("%%terminal\n" + script)


def now(shell: Any) -> float:
    return float(shell.run_line_magic("cluster", "object").now)


def test_a_pod_is_found_and_forwarded_to(run: Run) -> None:
    cell = terminal(
        run,
        """kubectl run kuard --image=gcr.io/kuar-demo/kuard-amd64:1 --labels=app=kuard
kubectl wait --for=condition=Ready pod/kuard
POD=$(kubectl get pods -l app=kuard -o jsonpath='{.items[0].metadata.name}')
kubectl port-forward $POD 8080:8080 &
curl -s localhost:8080/healthy
""",
    )
    assert cell.error is None
    assert cell.stdout == (
        "pod/kuard created\npod/kuard condition met\nForwarding from 127.0.0.1:8080 -> 8080\n"
        "Forwarding from [::1]:8080 -> 8080\nHandling connection for 8080\nok"
    )
    later = terminal(run, 'echo "$POD"\nkill $!\nwait\ncurl -s localhost:8080/healthy || echo closed')
    assert later.stdout == "kuard\nclosed\n"


def test_port_forward_of_the_magic_is_there_too(run: Run) -> None:
    run("kubectl run kuard --image=gcr.io/kuar-demo/kuard-amd64:1\nkubectl wait --for=condition=Ready pod/kuard")
    run("kubectl port-forward kuard 9000:8080 &")
    assert terminal(run, "curl -s localhost:9000/ready").stdout == "okHandling connection for 9000\n"
    assert terminal(run, "sleep 3600; curl -s localhost:9000/ready").stdout.startswith("ok")


WORK_QUEUE = """QUEUE_POD=$(kubectl get pods -l app=work-queue,component=queue -o jsonpath='{.items[0].metadata.name}')
kubectl port-forward $QUEUE_POD 8080:8080 > /dev/null &
"""
BOOK = "https://raw.githubusercontent.com/kubernetes-up-and-running/examples/master"


@pytest.mark.parametrize(
    "load",
    [
        "curl -X PUT localhost:8080/memq/server/queues/keygen\nfor i in work-item-{0..99}; do\n  "
        'curl -X POST localhost:8080/memq/server/queues/keygen/enqueue \\\n    -d "$i"\ndone',
        f"curl -s {BOOK}/10-6-load-queue.sh | bash",
    ],
)
def test_the_work_queue_is_filled(run: Run, load: str) -> None:
    assert terminal(run, f"kubectl apply -f {BOOK}/10-4-rs-queue.yaml 2> /dev/null\nsleep 30").error is None
    assert terminal(run, WORK_QUEUE + load).error is None
    assert '"depth":100' in terminal(run, "curl 127.0.0.1:8080/memq/server/stats").stdout.replace(" ", "")


def test_only_sleep_and_waiting_move_the_clock(run: Run, shell: Any) -> None:
    before = now(shell)
    terminal(run, "kubectl get nodes > /dev/null\nkubectl get pods\necho hello | grep h")
    assert now(shell) == before + 2
    terminal(run, "for x in 1 2 3; do sleep 10; done\ndate")
    assert now(shell) == before + 34


def test_files_are_those_beside_the_notebook(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n"
    )
    cell = terminal(
        run, "sed s/web/site/ pod.yaml > site.yaml\nkubectl apply -f site.yaml\nkubectl get pod site -o name | tee -a names.txt"
    )
    assert cell.stdout == "pod/site created\npod/site\n"
    assert (tmp_path / "names.txt").read_text() == "pod/site\n"
    assert terminal(run, "mkdir -p a/b && cd a/b && pwd && ls ../..").stdout == f"{tmp_path}/a/b\na\nnames.txt\npod.yaml\nsite.yaml\n"
    assert terminal(run, "pwd").stdout == f"{tmp_path}/a/b\n"


def test_the_tools_of_the_course(run: Run) -> None:
    assert terminal(run, "kubectl get nodes --no-headers | awk '{print $1}' | sort -r | head -1").stdout == "node4\n"
    assert terminal(run, "kubectl get ns default -o json | jq -r .metadata.name").stdout == "default\n"
    assert terminal(run, "dig +short kubernetes.default.svc.cluster.local").stdout == "10.96.0.1\n"
    assert "Address: 10.96.0.1\n" in terminal(run, "nslookup kubernetes").stdout
    assert terminal(run, "count() { echo $#; }; count $(kubectl get nodes -o name)").stdout == "4\n"
    assert terminal(run, "timeout 5 kubectl get pods -w; echo $?").stdout == "124\n"


def test_services_answer_by_name_address_and_node_port(run: Run) -> None:
    terminal(run, "kubectl create deployment web --image=nginx --port=80; kubectl expose deployment web --type=NodePort; sleep 20")
    assert "Welcome to nginx" in terminal(run, "curl -s web").stdout
    assert "Welcome to nginx" in terminal(run, "curl -s $(kubectl get svc web -o jsonpath={.spec.clusterIP})").stdout
    port = "$(kubectl get svc web -o jsonpath={.spec.ports[0].nodePort})"
    assert "Welcome to nginx" in terminal(run, f"curl -s 192.168.64.3:{port}").stdout


def test_a_failing_last_command_fails_the_cell(run: Run) -> None:
    cell = terminal(run, "echo first\nkubectl get pods nope")
    assert str(cell.error) == 'Error from server (NotFound): pods "nope" not found'
    assert cell.stdout.startswith("first\n")
    fine = terminal(run, "kubectl get pods nope\necho after")
    assert (fine.error, fine.stdout, fine.stderr) == (None, "after\n", 'Error from server (NotFound): pods "nope" not found\n')
    assert "syntax error" in str(terminal(run, "for x in").error)
    assert "command not found" in str(terminal(run, "nosuchcommand").error)


def test_kubectl_lines_may_have_pipes(run: Run, shell: Any, tmp_path: Path) -> None:
    assert run("kubectl get nodes -o name | grep -c node/").stdout == "4\n"
    run("x = %kubectl get nodes -o name | tail -1")
    assert str(shell.user_ns["x"]) == "node/node4\n"
    run("kubectl get node node1 -o yaml > node.yaml")
    assert (tmp_path / "node.yaml").read_text().startswith("apiVersion: v1\n")
    assert run("kubectl get nodes -o jsonpath='{.items[?(@.metadata.name>\"node3\")].metadata.name}'").error is None


def test_a_new_cluster_has_a_new_terminal(run: Run) -> None:
    terminal(run, "x=1")
    run("%cluster reset")
    assert terminal(run, 'echo "[$x]"').stdout == "[]\n"


@pytest.mark.skipif(not command_socket.is_possible(), reason="no real shells here")
def test_real_shells_have_this_clusters_kubectl(run: Run, shell: Any) -> None:
    before = now(shell)
    assert run("%%bash\nkubectl get nodes -o name | head -2").stdout == "node/node1\nnode/node2\n"
    assert now(shell) == before + 2
    run("x = !kubectl get nodes -o name")
    assert list(shell.user_ns["x"]) == ["node/node1", "node/node2", "node/node3", "node/node4"]
