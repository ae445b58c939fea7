"""Where a cluster is and how one is let in, from a kubeconfig. Models client-go/tools/clientcmd and rest.Config.

Tokens, client certificates and passwords are read here; exec plugins and cloud providers by the official Python client, an extra.
"""

from __future__ import annotations

import base64
import importlib
import os
import ssl
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError

EXTRA = "pip install 'k8s-magic[cluster]'"
Entry = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """A cluster as one context of a kubeconfig sees it."""

    server: str
    namespace: str = "default"
    authorization: str = ""
    """The header's value."""
    ca_pem: str = ""
    certificate_pem: str = ""
    key_pem: str = ""
    insecure: bool = False
    server_name: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.server)
        return parts.port or (80 if parts.scheme == "http" else 443)

    @property
    def prefix(self) -> str:
        """What stands before every path."""
        return urlsplit(self.server).path.rstrip("/")

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """None for plain HTTP."""
        if urlsplit(self.server).scheme == "http":
            return None
        context = ssl.create_default_context(cadata=self.ca_pem or None)
        if self.insecure:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.certificate_pem:
            # The ssl module reads certificates from files alone.
            with tempfile.TemporaryDirectory() as directory:
                path = Path(directory) / "pair.pem"
                path.touch(0o600)
                path.write_text(self.certificate_pem + "\n" + self.key_pem, encoding="utf-8")
                context.load_cert_chain(path)
        return context


def load(path: Path, context: str = "") -> Access:
    """What `context`, or the file's current one, says. Errors: UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"stat {path}: {(error.strerror or str(error)).lower()}") from None
    config = yamls.load_all(text, str(path))[0] or {}
    if not isinstance(config, dict):
        raise UsageError(f'error loading config file "{path}": it is no kubeconfig')
    name = context or config.get("current-context") or ""
    if not name:
        raise UsageError(f"{path} has no current context; choose one with --context")
    found = _named(config, "contexts", name)
    if found is None:
        raise UsageError(f'context "{name}" does not exist')
    cluster = _named(config, "clusters", found.get("cluster", ""))
    if cluster is None:
        raise UsageError(f'cluster "{found.get("cluster", "")}" does not exist')
    user = _named(config, "users", found.get("user", "")) or {}
    return _access(path, name, found, cluster, user)


def _named(config: Entry, kind: str, name: str) -> Entry | None:
    word = kind.removesuffix("s")
    return next((dict(entry.get(word) or {}) for entry in config.get(kind) or () if entry.get("name") == name), None)


def _access(path: Path, context: str, found: Entry, cluster: Entry, user: Entry) -> Access:
    if cluster.get("proxy-url"):
        raise UsageError("proxy-url is not supported here")
    by_plugin = "exec" in user or "auth-provider" in user
    authorization, certificate, key = _by_plugin(path, context) if by_plugin else _by_file(path, user)
    return Access(
        server=str(cluster.get("server") or "http://localhost:8080"),
        namespace=str(found.get("namespace") or "default"),
        authorization=authorization,
        ca_pem=_pem(path, cluster, "certificate-authority"),
        certificate_pem=certificate,
        key_pem=key,
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        server_name=str(cluster.get("tls-server-name") or ""),
    )


def _by_file(path: Path, user: Entry) -> tuple[str, str, str]:
    """(Authorization, certificate, key) as the file has them."""
    token = str(user.get("token") or "")
    if user.get("tokenFile"):
        token = (path.parent / str(user["tokenFile"])).read_text(encoding="utf-8").strip()
    authorization = f"Bearer {token}" if token else ""
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password') or ''}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return authorization, _pem(path, user, "client-certificate"), _pem(path, user, "client-key")


def _pem(path: Path, entry: Entry, name: str) -> str:
    """A certificate or key, from the entry itself or from the file that it names."""
    if entry.get(f"{name}-data"):
        return base64.b64decode(entry[f"{name}-data"]).decode()
    if not entry.get(name):
        return ""
    try:
        return (path.parent / str(entry[name])).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"unable to read {name} {entry[name]} due to open {entry[name]}: {(error.strerror or '').lower()}") from None


def _by_plugin(path: Path, context: str) -> tuple[str, str, str]:
    """What the official client makes of exec plugins and providers."""
    try:
        config = importlib.import_module("kubernetes.config")
        client = importlib.import_module("kubernetes.client")
    except ImportError:
        raise UsageError(f"the credentials of context {context} come from a plugin, which takes an extra: {EXTRA}") from None
    settings = client.Configuration()
    config.load_kube_config(config_file=os.fspath(path), context=context, client_configuration=settings)
    certificate, key = (Path(file).read_text(encoding="utf-8") if file else "" for file in (settings.cert_file, settings.key_file))
    return str(settings.get_api_key_with_prefix("authorization") or ""), certificate, key
