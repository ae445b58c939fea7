"""Deciding on a CertificateSigningRequest: `certificate approve` and `certificate deny`. Models kubectl/pkg/cmd/certificates."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import get_in
from k8s_magic.objects.times import rfc3339

RESOURCE = "certificatesigningrequests.certificates.k8s.io"


def decide(call: Call, condition: str, against: str, done: str) -> None:
    """Give each request the condition `condition`, which excludes `against`; and say that it is `done`."""
    flags = call.flags
    if not call.args and not flags["filename"] and not flags["kustomize"]:
        raise UsageError("one or more CSRs must be specified as <name> or -f <filename>")
    query = builder.query_of(call, ["certificatesigningrequests", *call.args] if call.args else [], latest=True)
    printed = common.object_printer(call, done)

    def change(info: Info) -> None:
        request = call.client.get(RESOURCE, info.name)
        conditions = get_in(request, "status", "conditions", default=[])
        if any(c["type"] == against for c in conditions):
            raise UsageError(f"certificate signing request {quoted(info.name)} is already {against}")
        if not any(c["type"] == condition for c in conditions) or flags["force"]:
            new = _condition(call, condition, done) if not any(c["type"] == condition for c in conditions) else []
            changed = set_in(request, ["status", "conditions"], [*conditions, *new])
            call.client.update(RESOURCE, changed, subresource="approval")
        printed(info.obj)

    builder.select(call, query).visit(change)


def _condition(call: Call, of_type: str, done: str) -> list[dict[str, str]]:
    verb = call.path[-1]
    message = f"This CSR was {done} by kubectl certificate {verb}."
    about = {"type": of_type, "status": "True", "reason": f"Kubectl{verb.capitalize()}", "message": message}
    return [{**about, "lastUpdateTime": rfc3339(call.client.now())}]
