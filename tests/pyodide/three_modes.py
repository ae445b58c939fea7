"""Step, pause and live, as a notebook uses them: what they say, and how far the clock has moved, as far as that is the same anywhere."""

import contextlib
import io
import time

from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.history_manager.enabled = False


def run(cell: str, show: bool = True) -> float:
    """Run a cell; gives how far the cluster's clock has moved."""
    before = cluster().now
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        result = shell.run_cell(cell)
    print(f">>> {cell}\n{out.getvalue() if show else '...'}", result.error_in_exec)
    return round(cluster().now - before, 3)


def cluster():  # type: ignore[no-untyped-def]  # A script of the tests, for any Python.
    return shell.run_line_magic("cluster", "object")


def main() -> None:
    shell.run_line_magic("load_ext", "k8s_magic")
    for cell in ("kubectl create deployment web --image=nginx", "%cluster step 5s", "kubectl get deployment", "%cluster pause"):
        print(run(cell))
    for cell in ("kubectl scale deployment web --replicas=3", "kubectl rollout status deployment/web", "%cluster tick 10s"):
        print(run(cell))
    print(run("kubectl get pods -w"))
    before = cluster().now
    run("%cluster live 50")
    time.sleep(0.5)
    run("kubectl get deployment -o name")
    print("it is live:", cluster().now - before >= 25)
    print("it waits:", run("kubectl wait --for=delete pod/none deployment/web --timeout=20s", show=False) >= 20)
    run("%cluster step 2s")
    stands_at = cluster().now
    time.sleep(0.3)
    print("it stands:", cluster().now == stands_at)
    print(run("kubectl get deployment -o name"))
    run("%cluster rewind 1", show=False)
    print(cluster().now, run("kubectl get deployment"))


main()
