"""The cluster as a whole: wires clock, API, controllers, scheduler, kubelets and kubectl; the only place that knows them all."""

from k8s_magic.apiserver.admission import registry as admission_plugins
from k8s_magic.cluster.cluster import Cluster
from k8s_magic.cluster.command import Result
from k8s_magic.cluster.inspector import Inspector
from k8s_magic.cluster.log import Command
from k8s_magic.controllers import registry as controllers
from k8s_magic.images.registry import modules as images
from k8s_magic.kinds import registry as kinds
from k8s_magic.scheduler.plugins import registry as scheduler_plugins

for folder in (kinds, admission_plugins, controllers, scheduler_plugins, images):
    folder()  # Read with the rest of the package, so that a cluster finds them there when it is born.

__all__ = ["Cluster", "Command", "Inspector", "Result"]
