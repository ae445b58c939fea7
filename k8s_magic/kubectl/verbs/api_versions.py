"""kubectl api-versions. Models kubectl/pkg/cmd/apiresources/apiversions.go."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print the versions of the API's groups."""
    if call.args:
        raise call.usage_error(f"unexpected arguments: [{' '.join(call.args)}]")
    call.environment.discovery.forget()
    groups = call.client.raw("/apis")["groups"]
    found = {version["groupVersion"] for group in groups for version in group["versions"]}
    call.out("".join(f"{version}\n" for version in sorted(found | {"v1"})))
    return None


VERB = Verb("api-versions", "List the API's groups and versions.", run, examples=("kubectl api-versions",))
