"""The learner's workstation: a machine beside the cluster, with a shell, kubectl, real files and the cluster's network.

Its clock is the cluster's. It reaches Services by name, cluster IPs, Pods and node ports as a Pod of the default namespace
would, which a real one outside of the cluster could not; and localhost, where port-forward opens ports.
"""

from k8s_magic.cluster.workstation.workstation import Workstation

__all__ = ["Workstation"]
