"""kubectl create secret tls. Models kubectl/pkg/cmd/create/create_secret_tls.go.

Not modelled: whether certificate and key belong together; only that both are PEM.
"""

from __future__ import annotations

from k8s_magic.kubectl import common, secrets
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a Secret that holds a certificate and its key."""
    name, data = common.one_name(call), secrets.SecretData()
    if not call.flags["key"] or not call.flags["cert"]:
        raise UsageError("key and cert must be specified")
    certificate, key = _read(call, call.flags["cert"]), _read(call, call.flags["key"])
    for content, what in ((certificate, "certificate"), (key, "key")):
        if b"-----BEGIN " not in content:
            raise UsageError(f"tls: failed to find any PEM data in {what} input")
    data.add("tls.crt", certificate)
    data.add("tls.key", key)
    secrets.submit(call, name, "kubernetes.io/tls", data)
    return None


def _read(call: Call, path: str) -> bytes:
    try:
        return call.environment.files.read(path)
    except OSError as error:
        raise UsageError(f"Cannot read file {path}, open {path}: {(error.strerror or str(error)).lower()}") from None


VERB = Verb(
    "tls", "Create a Secret from a certificate and its key.", run, examples=("kubectl create secret tls web --cert=tls.crt --key=tls.key",)
)
