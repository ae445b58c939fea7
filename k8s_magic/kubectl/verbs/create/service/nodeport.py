"""kubectl create service nodeport. Models kubectl/pkg/cmd/create/create_service.go."""

from __future__ import annotations

from functools import partial

from k8s_magic.kubectl import services
from k8s_magic.kubectl.verb import Verb

VERB = Verb(
    "nodeport",
    "Create a Service that is reached at a port of every node.",
    partial(services.run, service_type="NodePort"),
    examples=("kubectl create service nodeport web --tcp=80 --node-port=30080",),
)
