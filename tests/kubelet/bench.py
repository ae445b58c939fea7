"""An API server with kubelets and a network: Pods are bound by hand, no controller runs."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, Stream
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubelet import Kubelet, Profile
from k8s_magic.network import Network
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop

START = 1_767_603_600.0


class Bench:
    """Nodes named node1 on; `at` counts seconds from the start."""

    def __init__(self, nodes: int = 1, **profile: Any) -> None:
        self.loop, self.lineage = Loop(START), Lineage(0)
        self.api = ApiServer(self.loop, self.lineage)
        self.client = self.client_for("tester")
        for name in ("default", "kube-node-lease"):
            self.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}}
        self.client.create("serviceaccounts", account, "default")
        self.network = Network(self.client_for("network"), self.loop, self.lineage)
        profile = {"images_pulled": True, "spread_s": 0.0, **profile}
        self.kubelets = [self._kubelet(number, profile) for number in range(nodes)]

    def _kubelet(self, number: int, profile: dict[str, Any]) -> Kubelet:
        name = f"node{number + 1}"
        kubelet = Kubelet(name, self.client_for(f"kubelet-{name}"), self.network, Profile.numbered(number, **profile))
        kubelet.start()
        return kubelet

    def client_for(self, actor: str) -> LocalClient:
        return LocalClient(self.api, Caller(actor, trusted=True))

    # --- Objects ---

    def run(self, name: str, image: str = "app:1", *, node: str = "node1", labels: dict[str, str] | None = None, **container: Any) -> Obj:
        """A Pod of one container called c; keyword `spec` adds to the Pod's spec."""
        spec = {"nodeName": node, "containers": [{"name": "c", "image": image, **container}], **container.pop("spec", {})}
        spec["containers"][0].pop("spec", None)
        metadata: Obj = {"name": name, "labels": labels or {}}
        return self.client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}, "default")

    def create(self, resource: str, obj: Obj) -> Obj:
        return self.client.create(resource, obj, "default")

    def pod(self, name: str) -> Obj:
        return self.client.get("pods", name, "default")

    def exists(self, name: str) -> bool:
        return self.client.peek("pods", name, "default") is not None

    def container(self, name: str, index: int = 0) -> Obj:
        status: Obj = self.pod(name)["status"]["containerStatuses"][index]
        return status

    def state(self, name: str) -> str:
        """What `kubectl get` would show: the reason, or "running"; with the restarts behind it."""
        status = self.container(name)
        ((kind, detail),) = status["state"].items()
        return f"{detail.get('reason', kind)} {status['restartCount']}"

    def is_ready(self, name: str) -> bool:
        return any(c["type"] == "Ready" and c["status"] == "True" for c in self.pod(name)["status"].get("conditions", ()))

    def events(self, name: str, *reasons: str) -> list[str]:
        """Reason and message of the events of a Pod, in the order of their first time."""
        found = [e for e in self.client.items("events") if e["involvedObject"]["name"] == name]
        found.sort(key=lambda e: int(e["metadata"]["resourceVersion"]))
        return [f"{e['reason']} {e['message']}" for e in found if not reasons or e["reason"] in reasons]

    def delete(self, name: str, grace: int | None = None) -> None:
        self.client.delete("pods", name, "default", options=DeleteOptions(grace_seconds=grace))

    # --- Time ---

    def at(self, seconds: float) -> None:
        """Let time pass until `seconds` after the start."""
        self.loop.run_until(START + seconds)

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        task = self.loop.spawn(coroutine)
        task.when_done(lambda: None)
        assert self.loop.run_until_done(task, self.loop.now + 60), "still waiting after a minute"
        self.loop.run_until(self.loop.now)  # What else is due: a task that never began would be warned of.
        return task.result()

    # --- Streams ---

    def logs(self, name: str, **parameters: Any) -> str:
        return "".join(data.decode() for channel, data in self._stream(name, "log", parameters) if channel == 1)

    def execute(self, name: str, *command: str) -> tuple[str, int]:
        """What a command printed, and its exit code."""
        printed, code = "", 0
        for channel, data in self._stream(name, "exec", {"command": list(command)}):
            if channel == 3:
                status = json.loads(data)
                code = int(status["details"]["causes"][0].get("message", 1)) if status["status"] == "Failure" else 0
            else:
                printed += data.decode()
        return printed, code

    def _stream(self, name: str, subresource: str, parameters: dict[str, Any]) -> list[tuple[int, bytes]]:
        async def collect() -> list[tuple[int, bytes]]:
            stream: Stream = await self.client.connect("pods", name, "default", subresource, parameters)
            found = []
            while (chunk := await stream.read()) is not None:
                found.append(chunk)
            return found

        result: list[tuple[int, bytes]] = self.call(collect())
        return result
