"""kubectl scale: a new number of replicas, through the scale subresource. Models kubectl/pkg/cmd/scale."""

from __future__ import annotations

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, recording, waiting
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

RETRY_S, RETRY_LIMIT_S = 1.0, 300.0


async def run(call: Call) -> int | None:
    """Scale what was named."""
    flags, dry = call.flags, common.dry_run(call)
    show = common.object_printer(call, "scaled", dry)
    if flags["replicas"] < 0:
        raise UsageError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    if flags["current-replicas"] < -1:
        raise UsageError("The --current-replicas must specify an integer of -1 or greater")
    # --all stands for "TYPE alone means all of it".
    infos, error = builder.select(call, builder.query_of(call, all=False, allow_empty_selector=flags["all"])).infos()
    if flags["resource-version"] and len(infos) > 1:
        raise UsageError("cannot use --resource-version with multiple resources")
    if not infos:
        raise error or UsageError("no objects passed to scale")
    for info in infos:
        size = flags["replicas"] if dry == "client" else await _scale(call, info, dry)
        if info.mapping.group in ("apps", ""):
            info.obj = set_in(info.obj, ["spec", "replicas"], size)
        show(info.obj)
    if error is not None:
        raise error
    return None


async def _scale(call: Call, info: Info, dry: DryRun) -> int:
    """Scale one object, again and again while others write it; gives its size."""
    end = call.client.now() + RETRY_LIMIT_S
    while True:
        try:
            size = _scale_once(call, info, WriteOptions(dry_run=dry == "server", field_manager="kubectl"))
            break
        except ApiError as error:
            if error.reason != "Conflict" or call.client.now() >= end:
                raise
            await call.client.sleep(RETRY_S)
    if cause := recording.change_cause(call):
        patch = {"metadata": {"annotations": {recording.CHANGE_CAUSE: cause}}}
        call.client.patch(info.mapping.resource, info.name, info.namespace, "merge", patch)
    if call.flags["timeout"] and dry == "none":
        await _wait_for(call, info)
    return size


def _scale_once(call: Call, info: Info, options: WriteOptions) -> int:
    flags, client = call.flags, call.client
    if flags["current-replicas"] == -1 and not flags["resource-version"]:
        patch = {"spec": {"replicas": flags["replicas"]}}
        done = client.patch(info.mapping.resource, info.name, info.namespace, "merge", patch, subresource="scale", options=options)
        return int(done["spec"].get("replicas", 0))
    scale = client.get(info.mapping.resource, info.name, info.namespace, subresource="scale")
    _check(call, scale)
    wanted = set_in(scale, ["spec", "replicas"], flags["replicas"])
    return int(
        client.update(info.mapping.resource, wanted, info.namespace, subresource="scale", options=options)["spec"].get("replicas", 0)
    )


def _check(call: Call, scale: Obj) -> None:
    expected, found = call.flags["current-replicas"], scale["spec"].get("replicas", 0)
    if expected != -1 and found != expected:
        raise UsageError(f"Expected replicas to be {expected}, was {found}")
    version = call.flags["resource-version"]
    if version and scale["metadata"]["resourceVersion"] != version:
        raise UsageError(f"Expected resource version to be {version}, was {scale['metadata']['resourceVersion']}")


async def _wait_for(call: Call, info: Info) -> None:
    """Until as many replicas are there as are wanted, or --timeout has passed."""
    end = call.client.now() + call.flags["timeout"]
    while True:
        scale = call.client.get(info.mapping.resource, info.name, info.namespace, subresource="scale")
        wanted, found = scale["spec"].get("replicas", 0), (scale.get("status") or {}).get("replicas", 0)
        if wanted != call.flags["replicas"] or wanted == found:
            return
        if call.client.now() >= end:
            raise UsageError(f"timed out waiting for {quoted(info.name)} to be synced")
        waiting.check_may_wait(call.environment)
        await call.client.sleep(RETRY_S)


VERB = Verb("scale", "Set how many replicas something has.", run, examples=("kubectl scale deployment web --replicas=3",))
