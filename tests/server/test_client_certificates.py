"""Who shows a certificate that the cluster has signed comes in by it, over TLS too."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from k8s_magic.server.serving import Server

PODS = "/api/v1/namespaces/default/pods"


def ask(server: Server, folder: Path) -> tuple[int, str]:
    context = ssl.create_default_context(cadata=server.ca_pem.decode())
    context.load_cert_chain(folder / "jane.crt", folder / "jane.key")
    try:
        with urllib.request.urlopen(server.url + PODS, context=context, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["message"]


def test_a_certificate_names_the_user(server: Server, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "jane"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "devs")]
    asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, hashes.SHA256())
    request = base64.b64encode(asked.public_bytes(serialization.Encoding.PEM)).decode()
    spec = {"request": request, "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}
    manifest = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "jane"}, "spec": spec}
    cluster = server.cluster
    cluster.kubectl("apply -f -", stdin=json.dumps(manifest))
    cluster.kubectl("certificate approve jane")
    issued = cluster.kubectl("get csr jane -o jsonpath={.status.certificate}").stdout
    (tmp_path / "jane.crt").write_bytes(base64.b64decode(issued))
    (tmp_path / "jane.key").write_bytes(secret)
    refused = 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"'
    assert ask(server, tmp_path) == (403, refused)
    cluster.kubectl("create rolebinding readers --clusterrole=view --group=devs")
    assert ask(server, tmp_path) == (200, "")
