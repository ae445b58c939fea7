"""Marking nodes as unschedulable and back: `cordon`, `uncordon` and the first step of `drain`."""

from __future__ import annotations

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call


def nodes(call: Call) -> list[Info]:
    """The nodes that arguments or --selector name."""
    if not call.args and not call.flags.changed("selector"):
        raise call.usage_error(f"USAGE: {call.path[-1]} NODE [flags]")
    if call.args and call.flags["selector"]:
        raise call.usage_error("error: cannot specify both a node name and a --selector option")
    names = [arg if "/" in arg else f"nodes/{arg}" for arg in call.args] or ["nodes"]
    found = builder.select(call, builder.query_of(call, names, continue_on_error=False)).all()
    for info in found:
        if info.mapping.resource != "nodes":
            raise UsageError(f"expected resource of type node, got {quoted(info.mapping.gvr)}")
    return found


def mark(call: Call, infos: list[Info], dry: DryRun, *, unschedulable: bool) -> None:
    """Set spec.unschedulable where it differs; a node that cannot be written is told and passed over."""
    verb = "cordon" if unschedulable else "uncordon"
    for info in infos:
        if bool(info.obj["spec"].get("unschedulable")) == unschedulable:
            common.object_printer(call, f"already {verb}ed", dry)(info.obj)
            continue
        if dry != "client":
            patch = {"spec": {"unschedulable": True if unschedulable else None}}
            try:
                info.obj = call.client.patch(
                    "nodes", info.name, "", "strategic", patch, options=common.write_options(call, dry, validate=False)
                )
            except ApiError as error:
                call.err(f"error: unable to {verb} node {quoted(info.name)}: {error}\n")
                continue
        common.object_printer(call, f"{verb}ed", dry)(info.obj)


def run(call: Call, *, unschedulable: bool) -> None:
    """The whole of `cordon` or `uncordon`."""
    dry = common.dry_run(call)
    mark(call, nodes(call), dry, unschedulable=unschedulable)
