"""CertificateSigningRequests that are approved get their certificate, where one of the cluster's own signers is asked for."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from k8s_magic.apiserver import authority
from k8s_magic.controllers.controller import Controller
from k8s_magic.objects import x509
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

SERVING, KUBELET, CLIENT = (
    f"kubernetes.io/{name}" for name in ("kubelet-serving", "kube-apiserver-client-kubelet", "kube-apiserver-client")
)
NODES, NODE_PREFIX = "system:nodes", "system:node:"
REQUIRED = {
    SERVING: ("digital signature", "key encipherment", "server auth"),
    KUBELET: ("client auth", "digital signature", "key encipherment"),
}


class CertificateSigner(Controller):
    """Models pkg/controller/certificates/signer. Not modelled: approving on its own, cleaning up of old requests."""

    name = "csrsigning-controller"
    kind = "certificatesigningrequests.certificates.k8s.io"

    def reconcile(self, key: Key) -> float | None:
        request = self.client.peek(self.kind, key.name)
        if request is None or not _is_ready(request):
            return None
        spec, status = request["spec"], request.get("status") or {}
        named = x509.parse_request(base64.b64decode(spec["request"]))
        fault = complaint(spec["signerName"], named, spec.get("usages") or ())
        if fault:
            now = rfc3339(self.client.now())
            failed = {"type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": fault}
            conditions = [*status["conditions"], {**failed, "lastUpdateTime": now, "lastTransitionTime": now}]
            self.client.write_status(self.kind, set_in(request, ("status", "conditions"), conditions))
            return None
        uid, usages, seconds = request["metadata"]["uid"], spec.get("usages") or (), spec.get("expirationSeconds")
        text = authority.sign(self.client.lineage, named, usages, seconds, uid, self.client.now())
        self.client.write_status(self.kind, set_in(request, ("status", "certificate"), base64.b64encode(text).decode()))
        return None


def _is_ready(request: Obj) -> bool:
    """Whether it is approved, for one of our signers, and not answered yet."""
    status = request.get("status") or {}
    types = {c["type"] for c in status.get("conditions") or () if c.get("status") == "True"}
    is_open = "Approved" in types and not types & {"Denied", "Failed"} and not status.get("certificate")
    return is_open and request["spec"].get("signerName") in (SERVING, KUBELET, CLIENT)


def complaint(signer: str, named: x509.Named, usages: Sequence[str]) -> str:
    """Why a signer will not sign; empty where it will."""
    if signer == CLIENT:
        return _client_complaint(usages)
    if named.subject.get("Organization") != [NODES]:
        return f"subject organization is not {NODES}"
    found = named.alternatives
    allowed = ("DNS Names", "IP Addresses") if signer == SERVING else ()
    if allowed and not any(found.get(kind) for kind in allowed):
        return "DNS or IP subjectAltName is required"
    for kind, word in (("DNS Names", "DNS"), ("Email Addresses", "Email"), ("IP Addresses", "IP"), ("URIs", "URI")):
        if found.get(kind) and kind not in allowed:
            return f"{word} subjectAltNames are not allowed"
    is_named, is_used = named.first("Common Name").startswith(NODE_PREFIX), _fits(set(usages), REQUIRED[signer])
    faults = ["" if is_named else f"subject common name does not begin with {NODE_PREFIX}"]
    faults.insert(0 if signer == SERVING else 1, "" if is_used else f"usages did not match [{' '.join(REQUIRED[signer])}]")
    return next(filter(None, faults), "")


def _fits(usages: set[str], required: Sequence[str]) -> bool:
    return usages in (set(required), set(required) - {"key encipherment"})


def _client_complaint(usages: Sequence[str]) -> str:
    for usage in usages:
        if usage not in ("digital signature", "key encipherment", "client auth"):
            return f"invalid usage for client certificate: {usage}"
    return "" if "client auth" in usages else "missing required usage for client certificate: client auth"
