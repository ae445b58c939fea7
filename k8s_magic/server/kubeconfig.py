"""The kubeconfig that leads clients to the server."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

CLUSTER = "k8s-magic"


def kubeconfig(url: str, ca_pem: bytes, token: str, name: str = CLUSTER) -> str:
    """The file's text; JSON, which is YAML too."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": url, "certificate-authority-data": base64.b64encode(ca_pem).decode()}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}}],
        "current-context": name,
        "preferences": {},
    }
    return json.dumps(config, indent=2) + "\n"


def write(path: Path, text: str) -> None:
    """Write it for the owner alone: it holds a credential."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
