"""A pod in `kubectl get`. Agrees with pkg/printers/internalversion/printers_test.go TestPrintPod."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry

from .builders import BORN_S, meta

ROW = registry()["pods"].row
RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-01-05T09:00:00Z"}}


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason}}


def ended(code: int, reason: str = "", **more: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, **({"reason": reason} if reason else {}), **more}}


def status(state: dict[str, Any], restarts: int = 0, ready: bool = False, name: str = "c", **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "restartCount": restarts, "ready": ready, **more}


def row(phase: str, *containers: dict[str, Any], **more: Any) -> list[Any]:
    spec = {"containers": [{"name": c["name"], "image": "i"} for c in containers] or [{"name": "c", "image": "i"}], **more.pop("spec", {})}
    pod_status = {"phase": phase, "containerStatuses": list(containers), **more.pop("status", {})}
    assert ROW is not None
    return ROW({"metadata": {**meta("p"), **more}, "spec": spec, "status": pod_status}, BORN_S + 90)[1:4]


READY = {"conditions": [{"type": "Ready", "status": "True"}]}
LAST_ENDED = {"lastState": ended(1, finishedAt="2026-01-05T09:01:25Z")}
CASES = [
    ("running", row("Running", status(RUNNING, ready=True)), ["1/1", "Running", "0"]),
    ("creating", row("Pending", status(waiting("ContainerCreating"))), ["0/1", "ContainerCreating", "0"]),
    ("not scheduled", row("Pending"), ["0/1", "Pending", "0"]),
    ("crashing", row("Running", status(waiting("CrashLoopBackOff"), 2, **LAST_ENDED)), ["0/1", "CrashLoopBackOff", "2 (5s ago)"]),
    ("error", row("Running", status(ended(1, "Error"))), ["0/1", "Error", "0"]),
    ("exit code", row("Failed", status(ended(3))), ["0/1", "ExitCode:3", "0"]),
    ("signal", row("Failed", status(ended(137, signal=9))), ["0/1", "Signal:9", "0"]),
    ("completed", row("Succeeded", status(ended(0, "Completed"))), ["0/1", "Completed", "0"]),
    (
        "one completed, one runs",
        row("Running", status(ended(0, "Completed")), status(RUNNING, ready=True, name="d"), status=READY),
        ["1/2", "Running", "0"],
    ),
    (
        "one completed, one not ready",
        row("Running", status(ended(0, "Completed")), status(RUNNING, ready=True, name="d")),
        ["1/2", "NotReady", "0"],
    ),
    ("terminating", row("Running", status(RUNNING, ready=True), deletionTimestamp="x"), ["1/1", "Terminating", "0"]),
    ("terminal and deleted", row("Failed", status(ended(1, "Error")), deletionTimestamp="x"), ["0/1", "Error", "0"]),
    ("node lost", row("Running", status(RUNNING), deletionTimestamp="x", status={"reason": "NodeLost"}), ["0/1", "Unknown", "0"]),
    ("evicted", row("Failed", status={"reason": "Evicted"}), ["0/1", "Evicted", "0"]),
    (
        "gated",
        row("Pending", status={"conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}),
        ["0/1", "SchedulingGated", "0"],
    ),
]


@pytest.mark.parametrize(("made", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_status_in_a_word(made: list[Any], expected: list[Any]) -> None:
    assert made == expected


def init(*containers: dict[str, Any], sidecars: tuple[str, ...] = (), main: dict[str, Any] | None = None) -> list[Any]:
    declared = [{"name": c["name"], "image": "i", **({"restartPolicy": "Always"} if c["name"] in sidecars else {})} for c in containers]
    main = main or status(waiting("PodInitializing"), name="main")
    return row("Pending", main, spec={"initContainers": declared}, status={"initContainerStatuses": list(containers)})


INIT_CASES = [
    ("first runs", init(status(RUNNING, name="a"), status(waiting("PodInitializing"), name="b")), ["0/1", "Init:0/2", "0"]),
    ("second runs", init(status(ended(0), name="a"), status(RUNNING, name="b")), ["0/1", "Init:1/2", "0"]),
    ("failed", init(status(ended(1, "Error"), 3, name="a")), ["0/1", "Init:Error", "3"]),
    ("failed without a reason", init(status(ended(2), name="a")), ["0/1", "Init:ExitCode:2", "0"]),
    ("backs off", init(status(waiting("CrashLoopBackOff"), 1, name="a")), ["0/1", "Init:CrashLoopBackOff", "1"]),
    ("done", init(status(ended(0, "Completed"), 1, name="a")), ["0/1", "PodInitializing", "0"]),
    (
        "sidecar counts as a container",
        init(status(RUNNING, ready=True, name="a", started=True), sidecars=("a",), main=status(RUNNING, ready=True, name="main")),
        ["2/2", "Pending", "0"],
    ),
    ("sidecar not started", init(status(RUNNING, name="a", started=False), sidecars=("a",)), ["0/2", "Init:0/1", "0"]),
]


@pytest.mark.parametrize(("made", "expected"), [case[1:] for case in INIT_CASES], ids=[case[0] for case in INIT_CASES])
def test_init_containers(made: list[Any], expected: list[Any]) -> None:
    assert made == expected


def test_wide_cells() -> None:
    assert ROW is not None
    spec = {"nodeName": "node1", "containers": [], "readinessGates": [{"conditionType": "g"}]}
    gates = {"podIPs": [{"ip": "10.244.0.5"}], "conditions": [{"type": "g", "status": "True"}]}
    assert ROW({"metadata": meta("p"), "spec": spec, "status": gates}, BORN_S)[5:] == ["10.244.0.5", "node1", "<none>", "1/1"]
    assert ROW({"metadata": meta("p"), "spec": {"containers": []}, "status": {}}, BORN_S)[5:] == ["<none>"] * 4
