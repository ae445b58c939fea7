"""kubectl create deployment. Models kubectl/pkg/cmd/create/create_deployment.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.lineage import Lineage


async def run(call: Call) -> int | None:
    """Create a Deployment of one container an image."""
    name, images, command = common.one_name(call), call.flags["image"], generate.command_of(call)
    if len(images) > 1 and command:
        raise UsageError("cannot specify multiple --image options and command")
    generate.submit(call, deployment(call, name, images, command), "deployments.apps", "failed to create deployment:")
    return None


def deployment(call: Call, name: str, images: list[str], command: list[str]) -> Obj:
    """The Deployment that the flags describe."""
    labels = {"app": name}
    containers = [generate.container(container_name(image), image, command) for image in images]
    if call.flags["port"] >= 0:
        first = containers[0]
        containers[0] = generate.container(first["name"], first["image"], command, [{"containerPort": call.flags["port"]}])
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    selector = {"matchLabels": labels}
    return {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": generate.metadata(call, name, labels=labels),
        "spec": {"replicas": call.flags["replicas"], "selector": selector, "template": template, "strategy": {}},
        "status": {},
    }


def container_name(image: str) -> str:
    """The last part of an image's name, without tag and digest."""
    name = image.rpartition("/")[2].split(":")[0].split("@")[0]
    if "_" not in name and "." not in name:
        return name
    # Upstream draws a suffix, because two images may come out alike; here it is a function of the image.
    return f"{name.replace('_', '-').replace('.', '-')}-{Lineage().suffix(5, image)}"


VERB = Verb(
    "deployment",
    "Create a Deployment.",
    run,
    examples=(
        "kubectl create deployment web --image=nginx --replicas=3 --port=80",
        "kubectl create deployment d --image=busybox -- sleep 1d",
    ),
)
