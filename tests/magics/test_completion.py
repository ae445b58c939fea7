"""Tab completion, asked as JupyterLab asks: the cell's text and the cursor."""

from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter


def completed(shell: Any, text: str) -> list[str]:
    """The cell's text after each completion that is offered."""
    with provisionalcompleter():
        return [text[: c.start] + c.text + text[c.end :] for c in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%kubectl ge", "%kubectl get"),
        ("kubectl desc", "kubectl describe"),
        ("kubectl rollout sta", "kubectl rollout status"),
        ("x = %kubectl get po", "x = %kubectl get pods"),
        ("  kubectl get deploy", "  kubectl get deployments"),
        ("kubectl get pods w", "kubectl get pods web-1"),
        ("kubectl get po/we", "kubectl get po/web-1"),
        ("kubectl logs we", "kubectl logs web-1"),
        ("kubectl get pods --all-n", "kubectl get pods --all-namespaces"),
        ("kubectl -n kube-sys", "kubectl -n kube-system"),
        ("kubectl get pods --namespace=kube-p", "kubectl get pods --namespace=kube-public"),
        ("kubectl get pods -o js", "kubectl get pods -o json"),
        ("%%kubectl\nget pods we", "%%kubectl\nget pods web-1"),
        ("print(1)\nkubectl get pods we", "print(1)\nkubectl get pods web-1"),
        ("%cluster sett", "%cluster settle"),
        ("%view pl", "%view placement"),
        ("kubectl delete -f we", "kubectl delete -f web.yaml"),
    ],
)
def test_offers(shell: Any, run: Callable[[str], Any], text: str, offered: str) -> None:
    run("kubectl run web-1 --image=nginx")
    run("open('web.yaml', 'w').close()")
    assert offered in completed(shell, text)


def test_python_is_left_to_others(shell: Any) -> None:
    assert "print" in [text[-5:] for text in completed(shell, "x = prin")]
    assert not [text for text in completed(shell, "%%manifest\nkubectl get po") if text.endswith("pods")]


def test_nothing_matching_is_no_error(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    completed(shell, "kubectl get nonsense we")
    completed(shell, "kubectl get pods --wrong --flags x")
    completed(shell, "kubectl nonsense 'unclosed ")
    assert capsys.readouterr().err == ""
