"""Pods on a node, in virtual time: start, crash loops, init containers, deletion, pulls, configuration."""

from __future__ import annotations

import pytest

from k8s_magic.objects.edit import set_in
from tests.kubelet.bench import Bench


def test_a_pod_is_ready_one_second_after_its_binding() -> None:
    bench = Bench()
    bench.run("web")
    bench.at(0.9)
    assert bench.state("web") == "ContainerCreating 0"
    bench.at(1.0)
    assert bench.state("web") == "running 0"
    assert bench.is_ready("web")
    assert bench.pod("web")["status"]["podIP"].startswith("10.244.0.")


def test_pods_bound_together_are_ready_one_after_the_other() -> None:
    bench = Bench(spread_s=0.4)
    for number in range(6):
        bench.run(f"web-{number}")
    seen = []
    for when in (0.61, 0.7, 0.8, 0.9, 1.0):
        bench.at(when)
        seen.append(sum(bench.is_ready(f"web-{number}") for number in range(6)))
    assert seen[-1] == 6
    assert len(set(seen)) > 2


def test_two_status_writes_bring_a_pod_to_ready() -> None:
    bench = Bench()
    before = bench.run("web")["metadata"]["resourceVersion"]
    bench.at(5)
    writes = [e for e in bench.api.store.since(int(before)) if e.resource == "pods"]
    assert [e.actor for e in writes] == ["kubelet-node1", "kubelet-node1"]
    assert writes[0].causes == (int(before),)


def test_events_of_a_start() -> None:
    bench = Bench()
    bench.run("web")
    bench.at(2)
    assert bench.events("web") == [
        'Pulled Container image "app:1" already present on machine and can be accessed by the pod',
        "Created Container created",
        "Started Container started",
    ]


CRASHES = [(1.0, "Error 1"), (2.1, "CrashLoopBackOff 1"), (10.9, "CrashLoopBackOff 1"), (11.0, "Error 2"), (12.0, "CrashLoopBackOff 2")]
CRASHES += [(30.9, "CrashLoopBackOff 2"), (31.0, "Error 3"), (70.9, "CrashLoopBackOff 3"), (71.0, "Error 4"), (150.9, "CrashLoopBackOff 4")]
CRASHES += [(151.0, "Error 5"), (311.0, "Error 6"), (610.9, "CrashLoopBackOff 6"), (611.0, "Error 7"), (911.0, "Error 8")]


def test_crash_loop_to_the_second() -> None:
    bench = Bench()
    bench.run("crash", "busybox:1", command=["sh", "-c", "exit 3"])
    seen = []
    for when, _ in CRASHES:
        bench.at(when)
        seen.append((when, bench.state("crash")))
    assert seen == CRASHES
    assert bench.container("crash")["lastState"]["terminated"]["exitCode"] == 3


def test_the_first_restart_waits_where_the_profile_says_so() -> None:
    bench = Bench(first_restart_waits=True)
    bench.run("crash", "busybox:1", command=["false"])
    bench.at(5)
    assert bench.state("crash") == "CrashLoopBackOff 0"
    bench.at(11)
    assert bench.state("crash") == "Error 1"


def test_ten_good_minutes_reset_the_back_off() -> None:
    bench = Bench()
    bench.run("slow", "busybox:1", command=["sh", "-c", "sleep 700; exit 1"])
    bench.at(1400)
    assert bench.state("slow") == "running 1"
    bench.at(1401.5)
    assert bench.state("slow") == "running 2", "an immediate restart, as after the first end"


@pytest.mark.parametrize(
    ("policy", "command", "phase", "reason"),
    [
        ("Never", ["true"], "Succeeded", "Completed"),
        ("Never", ["sh", "-c", "exit 3"], "Failed", "Error"),
        ("OnFailure", ["echo", "hi"], "Succeeded", "Completed"),
        ("OnFailure", ["false"], "Running", "CrashLoopBackOff"),
        ("Always", ["true"], "Running", "CrashLoopBackOff"),
    ],
)
def test_restart_policies(policy: str, command: list[str], phase: str, reason: str) -> None:
    bench = Bench()
    bench.run("p", "busybox:1", command=command, spec={"restartPolicy": policy})
    bench.at(6)
    assert bench.pod("p")["status"]["phase"] == phase
    assert bench.state("p").split()[0] == reason


def test_init_containers_run_one_after_the_other() -> None:
    bench = Bench()
    inits = [{"name": n, "image": "busybox:1", "command": ["sleep", "2"]} for n in ("one", "two")]
    bench.run("p", spec={"initContainers": inits})
    seen = []
    for when in (2, 4, 5.5):
        bench.at(when)
        status = bench.pod("p")["status"]
        seen.append(([next(iter(c["state"])) for c in status["initContainerStatuses"]], bench.state("p")))
    assert seen == [
        (["running", "waiting"], "PodInitializing 0"),
        (["terminated", "running"], "PodInitializing 0"),
        (["terminated", "terminated"], "running 0"),
    ]


def test_a_failing_init_container_fails_a_pod_that_never_restarts() -> None:
    bench = Bench()
    init = {"name": "i", "image": "busybox:1", "command": ["false"]}
    bench.run("p", spec={"initContainers": [init], "restartPolicy": "Never"})
    bench.at(5)
    assert bench.pod("p")["status"]["phase"] == "Failed"


def test_a_sidecar_starts_first_and_ends_last() -> None:
    bench = Bench()
    side = {"name": "side", "image": "proxy:1", "restartPolicy": "Always"}
    bench.run("p", "busybox:1", command=["sleep", "3"], spec={"initContainers": [side], "restartPolicy": "Never"})
    bench.at(2)
    assert bench.pod("p")["status"]["initContainerStatuses"][0]["started"] is True
    assert bench.state("p") == "running 0"
    bench.at(6)
    status = bench.pod("p")["status"]
    assert status["phase"] == "Succeeded"
    assert "terminated" in status["initContainerStatuses"][0]["state"]


def test_deletion_takes_half_a_second_where_the_program_obeys() -> None:
    bench = Bench()
    bench.run("web")
    bench.at(10)
    bench.delete("web")
    bench.at(10.4)
    assert bench.exists("web")
    bench.at(10.5)
    assert not bench.exists("web")
    assert bench.events("web", "Killing") == ["Killing Stopping container c"]


@pytest.mark.parametrize(("grace", "gone_after"), [(None, 30), (4, 4)])
def test_a_deaf_program_has_its_whole_grace_period(grace: int | None, gone_after: int) -> None:
    bench = Bench()
    bench.run("deaf", "busybox:1", command=["sleep", "1d"])
    bench.at(10)
    bench.delete("deaf", grace)
    bench.at(10 + gone_after - 0.1)
    assert bench.exists("deaf")
    bench.at(10 + gone_after)
    assert not bench.exists("deaf")


def test_an_object_that_outlives_its_pod_says_how_that_ended() -> None:
    bench = Bench()
    pod = bench.run("job", "kuard:1", spec={"restartPolicy": "OnFailure"})
    bench.at(3)
    held = set_in(bench.pod("job"), ("metadata", "finalizers"), ["example.com/held"])
    bench.client.update("pods", held, "default")
    bench.delete("job")
    bench.at(10)
    assert bench.pod("job")["status"]["phase"] == "Failed"
    assert bench.container("job")["state"]["terminated"]["exitCode"] == 2
    assert bench.pod("job")["metadata"]["uid"] == pod["metadata"]["uid"]


def test_pre_stop_runs_before_term() -> None:
    bench = Bench()
    bench.run("web", lifecycle={"preStop": {"sleep": {"seconds": 5}}})
    bench.at(10)
    bench.delete("web")
    bench.at(15.4)
    assert bench.exists("web")
    bench.at(15.6)
    assert not bench.exists("web")


def test_a_pull_takes_time_once_per_node() -> None:
    bench = Bench(images_pulled=False)
    bench.run("one", "nginx:1.25")
    bench.at(2)
    assert bench.state("one") == "ContainerCreating 0"
    bench.at(10)
    assert bench.state("one") == "running 0"
    pulled = bench.events("one", "Pulled")[0]
    assert pulled.startswith('Pulled Successfully pulled image "nginx:1.25" in 3.') and pulled.endswith("Image size: 72295909 bytes.")
    bench.run("two", "nginx:1.25")
    bench.at(11)
    assert bench.state("two") == "running 0"
    assert bench.client.get("nodes", "node1")["status"]["images"][0]["names"][1] == "docker.io/library/nginx:1.25"


def test_pulls_wait_for_each_other() -> None:
    bench = Bench(images_pulled=False)
    bench.run("one", "nginx:1")
    bench.run("two", "perl:5")
    bench.at(30)
    text = bench.events("two", "Pulled")[0]
    alone, waiting = text.split(" in ")[1].split(" including")[0].split(" (")
    assert float(waiting.rstrip("s")) > float(alone.rstrip("s")) + 3


def test_an_image_that_never_comes() -> None:
    bench = Bench()
    bench.run("p", "nope:1")
    bench.at(1)
    assert bench.state("p") == "ErrImagePull 0"
    bench.at(4)
    assert bench.state("p") == "ImagePullBackOff 0"
    waiting = bench.container("p")["state"]["waiting"]["message"]
    assert waiting.startswith(
        'Back-off pulling image "nope:1": ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image'
    )
    bench.client.update("pods", set_in(bench.pod("p"), ("spec", "containers", 0, "image"), "app:1"), "default")
    bench.at(5)
    assert bench.state("p") == "running 0"


def test_a_missing_config_map_holds_the_container() -> None:
    bench = Bench()
    bench.run("p", envFrom=[{"configMapRef": {"name": "settings"}}])
    bench.at(2)
    assert bench.container("p")["state"]["waiting"] == {"reason": "CreateContainerConfigError", "message": 'configmap "settings" not found'}
    assert 'Failed Error: configmap "settings" not found' in bench.events("p")
    bench.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"A": "1"}})
    bench.at(15)
    assert bench.state("p") == "running 0"
    assert "A=1\n" in bench.execute("p", "env")[0]


def test_a_missing_secret_volume_holds_the_pod() -> None:
    bench = Bench()
    volume = {"name": "v", "secret": {"secretName": "keys"}}
    bench.run("p", volumeMounts=[{"name": "v", "mountPath": "/keys"}], spec={"volumes": [volume]})
    bench.at(3)
    assert bench.state("p") == "ContainerCreating 0"
    assert bench.events("p") == ['FailedMount MountVolume.SetUp failed for volume "v" : secret "keys" not found']
    bench.create("secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "data": {"k": "aGk="}})
    bench.at(10)
    assert bench.execute("p", "cat", "/keys/k") == ("hi", 0)


def test_variables_from_everywhere() -> None:
    bench = Bench()
    bench.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"k": "v"}})
    env = [
        {"name": "KEY", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
        {"name": "JOINED", "value": "$(KEY)-$(MISSING)-$$(KEY)"},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
    ]
    bench.run("p", env=env, envFrom=[{"configMapRef": {"name": "m"}, "prefix": "P_"}], resources={"limits": {"memory": "64Mi"}})
    bench.at(2)
    lines = bench.execute("p", "env")[0].splitlines()
    ip = bench.pod("p")["status"]["podIP"]
    assert {"KEY=v", "JOINED=v-$(MISSING)-$(KEY)", f"IP={ip}", "LIMIT=64", "P_k=v", "HOSTNAME=p"} <= set(lines)


def test_a_config_map_volume_follows_its_source_a_minute_later() -> None:
    bench = Bench()
    made = bench.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"k": "old"}})
    volume = {"name": "v", "configMap": {"name": "m"}}
    bench.run("p", "busybox:1", command=["sleep", "1d"], volumeMounts=[{"name": "v", "mountPath": "/v"}], spec={"volumes": [volume]})
    bench.at(2)
    assert bench.execute("p", "cat", "/v/k")[0] == "old"
    bench.client.update("configmaps", set_in(made, ("data", "k"), "new"), "default")
    bench.at(30)
    assert bench.execute("p", "cat", "/v/k")[0] == "old"
    bench.at(70)
    assert bench.execute("p", "cat", "/v/k")[0] == "new"
    assert bench.execute("p", "sh", "-c", "echo x > /v/k")[1] != 0, "the volume is read-only"


def test_containers_share_an_empty_dir() -> None:
    bench = Bench()
    mount = [{"name": "v", "mountPath": "/data"}]
    writer = {"name": "w", "image": "busybox:1", "command": ["sh", "-c", "echo hello > /data/file; sleep 1d"], "volumeMounts": mount}
    reader = {"name": "c", "image": "busybox:1", "command": ["sleep", "1d"], "volumeMounts": mount}
    bench.run("p", spec={"containers": [reader, writer], "volumes": [{"name": "v", "emptyDir": {}}]})
    bench.at(3)
    assert "hello" in "".join(d.decode() for _, d in bench._stream("p", "exec", {"command": ["cat", "/data/file"], "container": "c"}))


def test_a_deadline_fails_the_pod() -> None:
    bench = Bench()
    bench.run("p", spec={"activeDeadlineSeconds": 5})
    bench.at(7)
    status = bench.pod("p")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


def test_too_much_memory_kills() -> None:
    bench = Bench()
    bench.run("p", "kuard:1", resources={"limits": {"memory": "100Mi"}})
    bench.at(2)
    bench.execute("p", "curl", "-sX", "POST", "localhost:8080/mem/api/alloc?size=200000000")
    bench.at(2.5)
    assert bench.container("p")["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert bench.container("p")["lastState"]["terminated"]["exitCode"] == 137


def test_a_program_that_the_image_has_not() -> None:
    bench = Bench()
    bench.run("p", "busybox:1", command=["frob"], spec={"restartPolicy": "Never"})
    bench.at(3)
    ended = bench.container("p")["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("StartError", 128)
    assert 'exec: "frob": executable file not found in $PATH' in ended["message"]


def test_a_dead_node_is_silent_and_its_containers_start_anew_when_it_is_back() -> None:
    bench = Bench()
    bench.run("p")
    bench.at(5)
    bench.kubelets[0].stop()
    revision = bench.api.store.revision
    bench.at(100)
    assert bench.api.store.revision == revision
    assert bench.loop.now - bench.kubelets[0].heartbeat() >= 95
    bench.kubelets[0].start()
    bench.at(103)
    assert bench.state("p") == "running 1"
    assert bench.loop.now - bench.kubelets[0].heartbeat() < 10
