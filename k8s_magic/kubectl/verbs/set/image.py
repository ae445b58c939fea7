"""kubectl set image. Models kubectl/pkg/cmd/set/set_image.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, pod_specs, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, UserError, flatten, quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Set images of containers by name, or of all by `*`."""
    dry = common.dry_run(call)
    common.check_flags(call)
    resources, pairs = common.split_pairs(call.args, "image")
    images, _ = common.parse_pairs(pairs, "image", may_remove=False)
    infos = pod_specs.find(call, resources)
    _check(call, resources, images, local_and_server=bool(call.flags["local"]) and dry == "server")
    missing: list[Exception] = []

    def change(info: Info) -> Obj:
        names = {c["name"] for c in pod_specs.containers_of(info)}
        missing.extend(
            UsageError(f"error: unable to find container named {quoted(name)}") for name in images if name not in names and name != "*"
        )
        changed = pod_specs.change_containers(info, lambda c: {**c, "image": _image(images, c)}, lambda c: True)
        return recording.recorded(call, changed)

    try:
        pod_specs.write(call, infos, change, "image updated", "failed to patch image update to pod template:")
    except UserError as error:
        raise Aggregate([*missing, *flatten([error])]) from None
    if missing:
        raise Aggregate(missing)
    return None


def _image(images: dict[str, str], container: Obj) -> str:
    return str(images.get(container["name"], images.get("*", container.get("image", ""))))


def _check(call: Call, resources: list[str], images: dict[str, str], *, local_and_server: bool) -> None:
    flags = call.flags
    wrong = {
        "cannot set --all and --selector at the same time": flags["all"] and flags["selector"],
        "one or more resources must be specified as <resource> <name> or <resource>/<name>": not resources and not flags["filename"],
        "at least one image update is required": not images,
        "all containers are already specified by *, but saw more than one container_name=container_image pairs": len(images) > 1
        and "*" in images,
        "cannot specify --local and --dry-run=server - did you mean --dry-run=client?": local_and_server,
    }
    errors: list[Exception] = [UsageError(message) for message, holds in wrong.items() if holds]
    if errors:
        raise Aggregate(errors)


VERB = Verb("image", "Set the image of containers.", run, examples=("kubectl set image deployment/web nginx=nginx:1.27",))
