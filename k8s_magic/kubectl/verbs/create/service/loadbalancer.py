"""kubectl create service loadbalancer. Models kubectl/pkg/cmd/create/create_service.go."""

from __future__ import annotations

from functools import partial

from k8s_magic.kubectl import services
from k8s_magic.kubectl.verb import Verb

VERB = Verb(
    "loadbalancer",
    "Create a Service behind a load balancer.",
    partial(services.run, service_type="LoadBalancer"),
    examples=("kubectl create service loadbalancer web --tcp=80:8080",),
)
