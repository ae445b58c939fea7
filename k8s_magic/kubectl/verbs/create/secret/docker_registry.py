"""kubectl create secret docker-registry. Models kubectl/pkg/cmd/create/create_secret_docker.go."""

from __future__ import annotations

import base64
import json

from k8s_magic.kubectl import common, secrets, sources
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb

KEY = ".dockerconfigjson"


async def run(call: Call) -> int | None:
    """Create the Secret that pulls images need at a private registry."""
    name, flags, data = common.one_name(call), call.flags, secrets.SecretData()
    if not flags["from-file"] and not (flags["docker-username"] and flags["docker-password"] and flags["docker-server"]):
        ways = "--from-file or the combination of --docker-username, --docker-password and --docker-server"
        raise UsageError(f"either {ways} is required")
    for source in flags["from-file"]:
        sources.from_file(call.environment, source if "=" in source else f"{KEY}={source}", data.add)
    if not flags["from-file"]:
        data.add(KEY, _config(call).encode())
    secrets.submit(call, name, "kubernetes.io/dockerconfigjson", data)
    return None


def _config(call: Call) -> str:
    user, password, email = (call.flags[f"docker-{name}"] for name in ("username", "password", "email"))
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    entry = {"username": user, "password": password, **({"email": email} if email else {}), "auth": auth}
    return json.dumps({"auths": {call.flags["docker-server"]: entry}}, separators=(",", ":"), ensure_ascii=False)


VERB = Verb("docker-registry", "Create a Secret for pulling images from a registry.", run)
