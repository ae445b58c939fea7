"""kubectl create service clusterip. Models kubectl/pkg/cmd/create/create_service.go."""

from __future__ import annotations

from functools import partial

from k8s_magic.kubectl import services
from k8s_magic.kubectl.verb import Verb

VERB = Verb(
    "clusterip",
    "Create a Service that is reached inside the cluster.",
    partial(services.run, service_type="ClusterIP"),
    examples=("kubectl create service clusterip web --tcp=80:8080",),
)
