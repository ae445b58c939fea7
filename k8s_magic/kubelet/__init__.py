"""The kubelet: runs the Pods that are bound to one node, and tells the API how they are.

Not modelled: static Pods, cgroups, devices, eviction for want of disk, garbage collection of images.
"""

from k8s_magic.kubelet.kubelet import Kubelet
from k8s_magic.kubelet.profile import Profile

__all__ = ["Kubelet", "Profile"]
