"""The cluster as a whole: wires clock, API, controllers, scheduler, kubelets and kubectl; the only place that knows them all."""

from k8s_magic.cluster.cluster import Cluster
from k8s_magic.cluster.command import Result
from k8s_magic.cluster.inspector import Inspector
from k8s_magic.cluster.log import Command

__all__ = ["Cluster", "Command", "Inspector", "Result"]
