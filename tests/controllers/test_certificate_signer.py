"""Signing of CertificateSigningRequests. Agrees with recordings/csr.yaml."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from k8s_magic.apiserver import authority
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.world import OPENED_AT
from k8s_magic.controllers.certificate_signer import CLIENT, KUBELET, SERVING, complaint
from k8s_magic.objects import der, x509
from k8s_magic.sim.lineage import Lineage

NODE = {"Common Name": ["system:node:a"], "Organization": ["system:nodes"]}
ALL = ("digital signature", "key encipherment")
CASES = [
    (CLIENT, {}, {}, ("client auth",), ""),
    (CLIENT, {}, {}, ("server auth",), "invalid usage for client certificate: server auth"),
    (CLIENT, {}, {}, ALL, "missing required usage for client certificate: client auth"),
    (SERVING, {"Organization": ["devs"]}, {}, (), "subject organization is not system:nodes"),
    (SERVING, NODE, {}, (*ALL, "server auth"), "DNS or IP subjectAltName is required"),
    (SERVING, NODE, {"DNS Names": ["a"]}, (*ALL, "server auth"), ""),
    (SERVING, NODE, {"DNS Names": ["a"]}, ("digital signature", "server auth"), ""),
    (SERVING, NODE, {"DNS Names": ["a"]}, ALL, "usages did not match [digital signature key encipherment server auth]"),
    (SERVING, NODE, {"DNS Names": ["a"], "URIs": ["b"]}, (), "URI subjectAltNames are not allowed"),
    (KUBELET, NODE, {}, (*ALL, "client auth"), ""),
    (KUBELET, NODE, {"IP Addresses": ["1.2.3.4"]}, (), "IP subjectAltNames are not allowed"),
    (KUBELET, {**NODE, "Common Name": ["a"]}, {}, (), "subject common name does not begin with system:node:"),
]


@pytest.mark.parametrize(("signer", "subject", "alternatives", "usages", "expected"), CASES)
def test_what_a_signer_will_not_sign(
    signer: str, subject: dict[str, list[str]], alternatives: dict[str, list[str]], usages: tuple[str, ...], expected: str
) -> None:
    assert complaint(signer, x509.Named(subject, alternatives), usages) == expected


def issued(cluster: Cluster) -> bytes:
    """A certificate for jane."""
    body = der.sequence((der.integer(0), x509.name_of(("Common Name", "jane")), x509.key_of(bytes(32)), der.write(0xA0)))
    request = x509.pem("CERTIFICATE REQUEST", der.sequence((body, der.sequence(()), der.bits(b""))))
    spec = {"request": base64.b64encode(request).decode(), "signerName": CLIENT, "usages": ["client auth"]}
    manifest = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "jane"}, "spec": spec}
    cluster.kubectl("apply -f -", stdin=json.dumps(manifest))
    cluster.kubectl("certificate approve jane")
    return base64.b64decode(cluster.kubectl("get csr jane -o jsonpath={.status.certificate}").stdout)


def test_a_certificate_is_a_function_of_the_seed() -> None:
    one = issued(Cluster(seed=1))
    assert one == issued(Cluster(seed=1)) != issued(Cluster(seed=2))
    named = authority.recognized(Lineage(1), one, OPENED_AT + 60)
    assert named is not None and named.first("Common Name") == "jane"
    assert authority.recognized(Lineage(2), one, OPENED_AT + 60) is None
    assert authority.recognized(Lineage(1), one, OPENED_AT + 400 * 86400) is None


def test_whoever_shows_it_is_whom_it_names(tmp_path: Path) -> None:
    cluster = Cluster()
    (tmp_path / "jane.crt").write_bytes(issued(cluster))
    (tmp_path / "other.crt").write_bytes(issued(Cluster(seed=2)))

    def asked(who: str) -> str:
        result = cluster.kubectl(f"get pods --user={who}", cwd=tmp_path)
        return result.stdout + result.stderr

    for name, more in (("jane", "--embed-certs"), ("other", "")):
        cluster.kubectl(f"config set-credentials {name} --client-certificate={name}.crt {more}", cwd=tmp_path)
    refused = 'User "jane" cannot list resource "pods" in API group "" in the namespace "default"\n'
    assert asked("jane") == f"Error from server (Forbidden): pods is forbidden: {refused}"
    assert asked("other") == "error: You must be logged in to the server (Unauthorized)\n"
    cluster.kubectl("create rolebinding readers --clusterrole=view --user=jane")
    assert asked("jane") == "No resources found in default namespace.\n"
