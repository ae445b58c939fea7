"""kubectl create service externalname. Models kubectl/pkg/cmd/create/create_service.go."""

from __future__ import annotations

from functools import partial

from k8s_magic.kubectl import services
from k8s_magic.kubectl.verb import Verb

VERB = Verb(
    "externalname",
    "Create a Service that is another name for a host.",
    partial(services.run, service_type="ExternalName"),
    examples=("kubectl create service externalname db --external-name=db.example.com",),
)
