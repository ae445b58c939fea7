"""kubectl config set-cluster."""

from __future__ import annotations

import base64
from typing import Any

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Make a cluster's entry, or change it."""
    name = configfile.one_argument(call)
    if not name:
        raise UsageError("you must specify a non-empty cluster name")
    configfile.change(call, "clusters", name, _values(call))
    call.out(f"Cluster {quoted(name)} set.\n")
    return None


def _values(call: Call) -> dict[str, Any]:
    flags = call.flags
    authority = flags["certificate-authority"] if flags.changed("certificate-authority") else ""
    if authority and flags["insecure-skip-tls-verify"]:
        raise UsageError("you cannot specify a certificate authority and insecure mode at the same time")
    values: dict[str, Any] = {key: flags[key] or None for key in ("server", "tls-server-name", "proxy-url") if flags.changed(key)}
    if flags.changed("server"):
        values.setdefault("tls-server-name", None)
    # The flag counts as given, and as false, even where it is not.
    values["insecure-skip-tls-verify"] = flags["insecure-skip-tls-verify"] or None
    if flags["insecure-skip-tls-verify"]:
        values |= {"certificate-authority": None, "certificate-authority-data": None}
    if flags["embed-certs"] and not authority:
        raise UsageError("you must specify a --certificate-authority to embed")
    if authority:
        values |= {"insecure-skip-tls-verify": None, **embedded(call, "certificate-authority", authority)}
    return values


def embedded(call: Call, key: str, path: str) -> dict[str, Any]:
    """A file's name, or with --embed-certs what stands in it."""
    if not call.flags["embed-certs"]:
        return {key: path, f"{key}-data": None}
    try:
        data = call.environment.files.read(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"could not stat {key} file {path}: stat {path}: {reason}") from None
    return {key: None, f"{key}-data": base64.b64encode(data).decode()}


VERB = Verb(
    "set-cluster",
    "Make a cluster's entry in the kubeconfig, or change it.",
    run,
    examples=("kubectl config set-cluster e2e --server=https://1.2.3.4",),
)
