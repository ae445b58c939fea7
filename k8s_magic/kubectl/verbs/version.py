"""kubectl version. Models kubectl/pkg/cmd/version."""

from __future__ import annotations

import json
from typing import Any

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb

CLIENT = "v1.36.2"
KUSTOMIZE = "v5.8.1"


async def run(call: Call) -> int | None:
    """Print the versions of kubectl and of the server."""
    flags = call.flags
    if call.args and not flags["client"]:
        raise UsageError(f"extra arguments: [{' '.join(call.args)}]")
    if flags["output"] not in ("", "yaml", "json"):
        raise UsageError("--output must be 'yaml' or 'json'")
    server: dict[str, Any] | None = None if flags["client"] else call.client.raw("/version")
    if flags["output"] == "":
        call.out(f"Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n")
        call.out(f"Server Version: {server['gitVersion']}\n" if server else "")
        return None
    client = {"major": "1", "minor": "36", "gitVersion": CLIENT, "gitTreeState": "clean", "compiler": "gc", "platform": "linux/amd64"}
    versions: dict[str, Any] = {"clientVersion": client, "kustomizeVersion": KUSTOMIZE}
    if server:
        versions["serverVersion"] = server
    call.out((yamls.dump(versions) if flags["output"] == "yaml" else json.dumps(versions, indent=2)) + "\n")
    return None


VERB = Verb("version", "Print the versions of kubectl and of the server.", run, examples=("kubectl version",))
