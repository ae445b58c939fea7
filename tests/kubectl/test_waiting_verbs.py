"""kubectl wait and events: what can be waited for, what is said when it does not come."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.conditions import parse
from k8s_magic.kubectl.environment import UsageError
from tests.kubectl.conftest import Shell

POD = {
    "metadata": {"name": "p", "generation": 2},
    "status": {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Old", "status": "True", "observedGeneration": 1}],
        "list": [1, 2],
    },
}
TESTS = [
    ("condition=Ready", True),
    ("condition=ready", True),
    ("condition=Ready=false", False),
    ("condition=Old", False),
    ("condition=", False),
    ("jsonpath={.status.phase}=Running", True),
    ("jsonpath='{.status.phase}'=Failed", False),
    ("jsonpath={.status.phase}", True),
    ("jsonpath={.status.nothing}", False),
    ('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', True),
]


@pytest.mark.parametrize(("wish", "met"), TESTS, ids=[wish for wish, _ in TESTS])
def test_a_wish_is_met_or_not(wish: str, met: bool) -> None:
    (test,) = parse([wish.replace("'", "")])
    assert not isinstance(test, str)
    assert test(POD) is met


MISTAKES = [
    ([], "unrecognized condition: []"),
    (["bogus"], 'unrecognized condition: "bogus"'),
    (["jsonpath={.a}="], "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"),
    (
        ["jsonpath={.a}=b=c"],
        "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    ),
    (["jsonpath="], "jsonpath expression cannot be empty"),
]


@pytest.mark.parametrize(("wishes", "problem"), MISTAKES, ids=[problem[:30] for _, problem in MISTAKES])
def test_a_wish_that_cannot_be_is_refused(wishes: list[str], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(wishes)
    assert str(caught.value) == problem


def test_a_path_to_several_values_is_refused() -> None:
    (test,) = parse(["jsonpath={.status.list[*]}=1"])
    assert not isinstance(test, str)
    with pytest.raises(UsageError, match=r"^given jsonpath expression matches more than one value$"):
        test(POD)


def test_waiting_ends_at_the_timeout_on_the_clusters_clock(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    before = kubectl.client.now()
    assert kubectl.fails("wait --for=delete cm/a --timeout=7s") == "error: timed out waiting for the condition on configmaps/a\n"
    assert kubectl.client.now() - before == 7.0
    assert kubectl.fails("wait --for=condition=Ready cm/a --timeout=0") == "error: condition not met for configmaps/a\n"
    assert kubectl.fails("wait --for=create cm/never --timeout=1s") == "error: timed out waiting for the condition\n"


def test_all_share_one_timeout_and_after_it_nothing_is_looked_at(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    kubectl.ok("create cm b")
    before = kubectl.client.now()
    assert kubectl.fails("wait --for=delete cm/a cm/b --timeout=5s") == (
        "timed out waiting for the condition on configmaps/a\nclient rate limiter Wait returned an error: context deadline exceeded\n"
    )
    assert kubectl.client.now() - before == 5.0
    assert kubectl.fails("wait --for=jsonpath={.metadata.name}=b cm/a cm/b --timeout=5s") == (
        "timed out waiting for the condition on configmaps/a\ntimed out waiting for the condition on configmaps/b\n"
    )


def test_what_happens_meanwhile_ends_the_waiting(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    loop = kubectl.client.loop
    loop.call_later(3.0, lambda: kubectl.client.delete("configmaps", "a", "default"))
    before = loop.now
    assert kubectl.ok("wait --for=delete cm/a") == "configmap/a condition met\n"
    assert loop.now - before == 3.0
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}
    loop.call_later(1.2, lambda: kubectl.client.create("configmaps", made, "default") and None)
    assert kubectl.ok("wait --for=create cm/b") == "configmap/b condition met\n"


def test_nothing_to_wait_for(kubectl: Shell) -> None:
    assert kubectl.ok("wait --for=delete pod/nope") == ""
    assert kubectl.fails("wait --for=condition=Ready pods -l a=b") == "error: no matching resources found\n"
    assert kubectl.fails("wait --for=condition=Ready pod/nope") == 'Error from server (NotFound): pods "nope" not found\n'


def event(name: str, kind: str, at: str, **more: object) -> str:
    lines = [f"apiVersion: v1\nkind: Event\nmetadata: {{name: {name}.1, namespace: default}}"]
    lines.append(f"involvedObject: {{kind: {kind}, name: {name}, namespace: default, apiVersion: v1}}")
    lines.append(f"firstTimestamp: {at}\nlastTimestamp: {at}\nreason: Because\nmessage: so\ntype: {more.get('type', 'Normal')}")
    return "\n".join([*lines, f"count: {more.get('count', 1)}\nsource: {{component: me}}\n"])


def test_events_come_oldest_first(kubectl: Shell) -> None:
    kubectl.ok(
        "apply -f -", event("b", "Pod", "2026-01-05T08:59:50Z") + "---\n" + event("a", "ConfigMap", "2026-01-05T08:59:00Z", type="Warning")
    )
    assert kubectl.ok("events") == (
        "LAST SEEN   TYPE      REASON    OBJECT        MESSAGE\n"
        "60s         Warning   Because   ConfigMap/a   so\n"
        "10s         Normal    Because   Pod/b         so\n"
    )
    assert kubectl.ok("events --for pod/b --no-headers") == "10s   Normal   Because   Pod/b   so\n"
    assert kubectl.ok("events --types=Warning -o name") == ""
    assert kubectl.ok("events --types=Warning -o jsonpath={.items[*].metadata.name}") == "a.1"
    assert kubectl.fails("events --types=Bogus") == "error: valid --types are Normal or Warning\n"
    assert kubectl.fails("events --for pod") == "error: --for must be in resource/name form\n"
    assert kubectl("events --for cm/zz").err == "No events found in default namespace.\n"
