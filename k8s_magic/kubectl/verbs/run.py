"""kubectl run: one pod from flags; with -i or --attach also its output and exit code. Models kubectl/pkg/cmd/run."""

from __future__ import annotations

import re

from k8s_magic.kinds import names
from k8s_magic.kubectl import common, deletion, overrides, recording, running
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.generate import compact, in_order
from k8s_magic.kubectl.legacy import run as legacy
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.set import resources
from k8s_magic.objects.meta import Obj

_DOMAIN = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:{_DOMAIN}(?:\.{_DOMAIN})*(?::[0-9]+)?/)?{_PATH}(?:/{_PATH})*(?::[\w][\w.-]{{0,127}})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


async def run(call: Call) -> int | None:
    """Create the pod, and the Service of --expose."""
    dry = common.dry_run(call)
    attached = call.flags["attach"] if call.flags.changed("attach") else call.flags["stdin"]
    _check(call, dry, attached)
    deletion.parse_cascade(call, call.flags["cascade"])
    kind = legacy.kind_for(call)
    obj = overrides.apply(call, _pod(call), "pods")
    obj = recording.recorded(call, obj if kind == "Pod" else legacy.controller(call, obj, kind))
    show = common.object_printer(call, "created", dry, typed=True)
    obj = _create(call, obj, legacy.RESOURCES[kind], dry)
    created = [(legacy.RESOURCES[kind], obj)]
    if call.flags["expose"]:
        service = _create(call, recording.recorded(call, _service(call)), "services", dry)
        created.append(("services", service))
        show(service)
        if call.flags["output"] == "yaml":
            call.out("---\n")
    if attached:
        await running.attach(call, await running.pod_of(call, obj), created)
    else:
        show(obj)
    return None


def _check(call: Call, dry: common.DryRun, attached: bool) -> None:
    flags = call.flags
    if not call.args or call.dash == 0:
        raise call.usage_error("NAME is required for run")
    if flags["pod-running-timeout"] <= 0:
        raise call.usage_error("--pod-running-timeout must be higher than zero")
    if not flags["image"]:
        raise UsageError("--image is required")
    if not _IMAGE.fullmatch(flags["image"]):
        raise UsageError(f"Invalid image name {quoted(flags['image'])}: invalid reference format")
    wrong = {
        "-i/--stdin is required for containers with -t/--tty=true": flags["tty"] and not flags["stdin"],
        "--port must be set when exposing a service": flags["expose"] and not flags["port"],
        f"invalid restart policy: {flags['restart']}": flags["restart"] not in ("", "Always", "OnFailure", "Never"),
        "--rm should only be used for attached containers": flags["rm"] and not attached,
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)": attached
        and dry != "none",
        f"invalid image pull policy: {flags['image-pull-policy']}": flags["image-pull-policy"]
        not in ("", "Always", "IfNotPresent", "Never"),
    }
    for message, holds in wrong.items():
        if holds:
            raise call.usage_error(message)


def restart_policy(call: Call) -> str:
    """--restart; an interactive pod runs until it succeeds."""
    return str(call.flags["restart"] or ("OnFailure" if call.flags["stdin"] else "Always"))


def _pod(call: Call) -> Obj:
    flags, name = call.flags, call.args[0]
    env = [_variable(text) for text in flags["env"]]
    annotations, _ = common.parse_pairs(flags["annotations"], "annotations", may_remove=False)
    metadata = compact(name=name, labels=_labels(call, name), annotations=annotations or None)
    # The pod restarts as --restart says and not as an interactive run waits: upstream reads the flag anew here.
    spec = compact(
        containers=[_container(call, name, env)],
        restartPolicy=flags["restart"] or "Always",
        dnsPolicy="ClusterFirst",
        serviceAccountName=flags.get("serviceaccount") or None,
    )
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {}}


def _container(call: Call, name: str, env: list[Obj]) -> Obj:
    flags = call.flags
    words = call.args[1:]
    stdin = flags["stdin"] or None
    fields = compact(
        name=name,
        image=flags["image"],
        command=words if flags["command"] else [],
        args=[] if flags["command"] else words,
        ports=[{"containerPort": _port(flags["port"])}] if flags["port"] else [],
        env=env,
    )
    return {
        **fields,
        "resources": _resources(call),
        **compact(
            imagePullPolicy=flags["image-pull-policy"] or None,
            securityContext={"privileged": True} if flags["privileged"] else None,
            stdin=stdin,
            stdinOnce=True if stdin and not flags["leave-stdin-open"] else None,
            tty=flags["tty"] or None,
        ),
    }


def _resources(call: Call) -> Obj:
    """--requests and --limits, which are of 2017."""
    limits, requests = (resources.amounts(call.flags.get(name) or "") for name in ("limits", "requests"))
    return compact(limits=limits or None, requests=requests or None)


def _port(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise UsageError(f"strconv.Atoi: parsing {quoted(text)}: invalid syntax")
    return int(text)


def _variable(text: str) -> Obj:
    name, equals, value = text.partition("=")
    if not equals or names.strict_environment_name(name):
        raise UsageError(f"invalid env: {text}")
    return {"name": name, "value": value} if value else {"name": name}


def _labels(call: Call, name: str) -> dict[str, str]:
    """--labels, or run=NAME."""
    if not call.flags["labels"]:
        return {"run": name}
    found: dict[str, str] = {}
    for part in call.flags["labels"].split(","):
        pair = part.split("=")
        if len(pair) != 2:
            raise UsageError(f"unexpected label spec: {part}")
        if not pair[0]:
            raise UsageError("unexpected empty label key")
        found[pair[0]] = pair[1]
    return in_order(found)


def _service(call: Call) -> Obj:
    """The Service of --expose: named as the pod, on its port."""
    name, port = call.args[0], _port(call.flags["port"])
    labels = _labels(call, name) if call.flags["labels"] else None
    spec = {"ports": [{"protocol": "TCP", "port": port, "targetPort": port}], "selector": _labels(call, name)}
    metadata = compact(name=name, labels=labels)
    return {"kind": "Service", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}


def _create(call: Call, obj: Obj, resource: str, dry: common.DryRun) -> Obj:
    if dry == "client":
        return {**obj, "metadata": {**obj["metadata"], "namespace": call.namespace}} if call.explicit_namespace else obj
    obj = common.with_renewed_annotation(call, obj, typed=True)
    return call.client.create(resource, obj, call.namespace, options=common.write_options(call, dry))


VERB = Verb(
    "run",
    "Run an image in a pod.",
    run,
    examples=("kubectl run web --image=nginx --port=80", "kubectl run -i --rm once --image=busybox --restart=Never -- date"),
)
