"""kubectl create: objects from files; its subcommands make one object each from flags. Models kubectl/pkg/cmd/create."""

from __future__ import annotations

import json

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.editing import Editing
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import source_error
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create what -f names."""
    if call.args:
        raise call.usage_error(f"Unexpected args: [{' '.join(call.args)}]")
    dry = common.dry_run(call)
    strict = common.validation(call)
    show = common.object_printer(call, "created", dry)
    if not call.flags["filename"] and not call.flags["kustomize"]:
        raise UsageError("must specify one of -f and -k")
    if call.flags["raw"]:
        _raw(call)
        return None
    if call.flags["edit"]:
        _edited(call, strict)
        return None
    created: list[Info] = []
    options = common.write_options(call, dry)

    def create(info: Info) -> None:
        info.obj = recording.recorded(call, common.with_renewed_annotation(call, info.obj))
        if dry != "client":
            try:
                info.refresh(call.client.create(info.mapping.resource, common.creatable(info.obj), info.namespace, options=options))
            except ApiError as error:
                raise source_error("creating", info.source, error) from None
        created.append(info)
        show(info.obj)

    builder.select(call, builder.query_of(call, validate=strict != "Ignore")).visit(create)
    if not created:
        raise UsageError("no objects passed to create")
    return None


def _edited(call: Call, strict: common.Validation) -> None:
    """--edit: each object goes through the editor before it is created."""
    builder.select(call, builder.query_of(call, validate=strict != "Ignore")).visit(lambda info: Editing(call, [info], "create").run())


def _raw(call: Call) -> None:
    if call.flags["selector"]:
        raise UsageError("--raw and --selector (-l) are mutually exclusive")
    if call.flags["output"]:
        raise UsageError("--raw and --output are mutually exclusive")
    name = call.flags["filename"][0]
    text = (call.environment.stdin or "") if name == "-" else call.environment.files.read(name).decode()
    body = call.client.raw(call.flags["raw"], "POST", text)
    call.out(body if isinstance(body, str) else json.dumps(body, separators=(",", ":")) + "\n")


VERB = Verb(
    "create",
    "Create objects from files or standard input; with a subcommand, one object from flags.",
    run,
    examples=("kubectl create -f pod.yaml", "kubectl create deployment web --image=nginx"),
)
