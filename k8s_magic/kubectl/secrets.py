"""What the generators of Secrets share. Models kubectl/pkg/cmd/create/create_secret.go."""

from __future__ import annotations

import base64

from k8s_magic.kubectl import generate, sources
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call


class SecretData(dict[str, str]):
    """Keys and values in base64, checked as they are added."""

    def add(self, key: str, value: bytes) -> None:
        if fault := sources.key_fault(key):
            raise UsageError(f"{quoted(key)} is not valid key name for a Secret {fault}")
        if key in self:
            raise UsageError(f"cannot add key {key}, another key by that name already exists")
        self[key] = base64.b64encode(value).decode()


def submit(call: Call, name: str, secret_type: str, data: SecretData) -> None:
    """Create the Secret and print it."""
    if call.flags["append-hash"]:
        name += f"-{sources.name_hash(kind='Secret', type=secret_type, name=name, data=dict(data))}"
    fields = {
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": generate.metadata(call, name),
        "data": generate.in_order(data),
        "type": secret_type,
    }
    generate.submit(call, {key: value for key, value in fields.items() if value}, "secrets", "failed to create secret")
