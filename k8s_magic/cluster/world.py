"""What lives on the virtual clock: everything of a cluster that is made anew when it turns back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.http import Handler
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.cluster import bootstrap
from k8s_magic.controllers.manager import Manager
from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.discovery import Discovery
from k8s_magic.kubelet import Kubelet, Profile
from k8s_magic.kubelet.registries import Registries
from k8s_magic.network import Network
from k8s_magic.scheduler import Scheduler
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop

if TYPE_CHECKING:
    from k8s_magic.cluster.run import Run

OPENED_AT = 1_767_603_600.0  # 2026-01-05T09:00:00Z: when the learner comes to the cluster.
AGE_S = 7 * 86400.0  # It was set up a week before.
CONTROL_PLANE_LABELS = {
    "node-role.kubernetes.io/control-plane": "",
    "node.kubernetes.io/exclude-from-external-load-balancers": "",
}
CONTROL_PLANE_TAINTS = ({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},)


class World:
    """Clock, API, controllers, scheduler, nodes and network, born and a week old."""

    def __init__(self, seed: int, system: bool, opened_at: float = OPENED_AT) -> None:
        self.system = system
        self.opened_at = opened_at
        self.loop = Loop(opened_at - AGE_S)
        self.lineage = Lineage(seed)
        self.api = ApiServer(self.loop, self.lineage)
        self.handler = Handler(self.api, lambda body: yamls.load(body.decode("utf-8", "replace")), yamls.dump)
        self.network = Network(self.client_for("network"), self.loop, self.lineage)
        self.scheduler = Scheduler(self.client_for("default-scheduler"))
        self.kubelets: dict[str, Kubelet] = {}
        self.background: list[Run] = []
        self.runs: dict[int, Run] = {}
        self.registries: Registries | None = None
        self.discovery = Discovery()
        """What `kubectl` remembers of the API's resources."""
        self.kept: dict[str, bytes] = {}
        """The kubeconfig that `kubectl config` writes, where no file of the user's is named."""

    def client_for(self, actor: str, *, trusted: bool = True) -> LocalClient:
        """A client whose writes carry `actor` in the journal."""
        return LocalClient(self.api, Caller(actor, trusted=trusted))

    def start(self, workers: int, registries: Registries) -> None:
        """Be set up with so many workers, and let a week pass."""
        self.registries = registries
        setup = self.client_for("setup")
        bootstrap.create_basics(setup)
        Manager(self.client_for).start()
        self.scheduler.start()
        for _ in range(workers + (1 if self.system else 0)):
            self.add_node()
        born_at = self.loop.now
        self.loop.run_until(born_at + 1)
        if self.system:
            bootstrap.create_add_ons(setup)
        self.loop.run_until(born_at + 120)
        # A healthy cluster writes nothing while nobody uses it, so a week passes by setting the clock.
        self.loop.jump(self.opened_at - 10)
        self.loop.run_until(self.opened_at)

    def add_node(self, name: str = "") -> str:
        """Let another node join; gives its name."""
        number = len(self.kubelets) + 1
        while not name or name in self.kubelets:
            name = f"node{number}"
            number += 1
        index = len(self.kubelets) + 1
        control_plane = self.system and index == 1
        profile = Profile(
            cpu="2",
            memory="4Gi",
            pods=110,
            ip=f"192.168.64.{index + 1}" if index < 250 else f"192.168.{64 + index // 250}.{index % 250 + 1}",
            pod_cidr=f"10.244.{index - 1}.0/24" if index <= 256 else f"10.{244 + (index - 1) // 256}.{(index - 1) % 256}.0/24",
            images_pulled=not self.system,
            first_restart_waits=not self.system,
            kubelet_port=10250 if self.system else 0,
            labels=CONTROL_PLANE_LABELS if control_plane else {},
            taints=CONTROL_PLANE_TAINTS if control_plane else (),
        )
        client = self.client_for(f"kubelet-{name}")
        self.kubelets[name] = Kubelet(name, client, self.network, profile, self.registries)
        self.kubelets[name].start()
        return name

    def kubelet(self, name: str) -> Kubelet:
        """The node's; KeyError where there is none."""
        if name not in self.kubelets:
            raise KeyError(f'no node "{name}"; there are {", ".join(self.kubelets)}')
        return self.kubelets[name]
