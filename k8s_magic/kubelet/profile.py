"""What a machine is like before anything runs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from k8s_magic.objects.meta import Obj

SYSTEM_MEMORY = 350 * 1024 * 1024
"""What kernel, runtime and kubelet hold of a machine's memory."""


@dataclass(frozen=True)
class Profile:
    """A node's machine and settings. Quantities are written as Kubernetes writes them."""

    ip: str
    pod_cidr: str
    cpu: str = "2"
    memory: str = "4Gi"
    pods: int = 110
    storage: str = "100Gi"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Obj, ...] = ()
    images_pulled: bool = False
    """Every image is there already and pulls take no time, as on the nodes of the transcripts."""
    first_restart_waits: bool = False
    """The first restart of a container waits 10 s too, as on the nodes of the transcripts; a real kubelet restarts it at once."""
    spread_s: float = 0.4
    """First starts come up to this much earlier than a second after the binding, so that Pods bound together are not ready together."""
    kubelet_port: int = 10250
    joined_at: float | None = None
    """When the node joined, in seconds since the epoch; None: when its kubelet starts."""
    download_mib_per_s: float = 25.0

    @staticmethod
    def numbered(number: int, **more: object) -> Profile:
        """The node of that number (from 0) as transcripts have it: 192.168.64.2 on, Pods in 10.244.0.0/24 on."""
        address = 2 + number
        ip = f"192.168.{64 + address // 256}.{address % 256}"
        return Profile(ip=ip, pod_cidr=f"10.{244 + number // 256}.{number % 256}.0/24", **more)  # type: ignore[arg-type]
