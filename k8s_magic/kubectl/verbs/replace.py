"""kubectl replace: an object as a whole; with --force it is deleted and made anew. Models kubectl/pkg/cmd/replace."""

from __future__ import annotations

import json
from dataclasses import replace

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, deletion, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.deletion import Deletion
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import not_found, source_error
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in


async def run(call: Call) -> int | None:
    """Replace what files name."""
    flags, strict, dry = call.flags, common.validation(call), common.dry_run(call)
    common.check_flags(call)
    deletion.parse_cascade(call, flags["cascade"])
    if not flags["filename"] and not flags["kustomize"]:
        raise UsageError("must specify one of -f and -k")
    _check(call, dry)
    if flags["raw"]:
        name = flags["filename"][0]
        text = (call.environment.stdin or "") if name == "-" else call.environment.files.read(name).decode()
        body = call.client.raw(flags["raw"], "PUT", text)
        call.out(body if isinstance(body, str) else json.dumps(body, separators=(",", ":")) + "\n")
        return None
    query = builder.query_of(call, validate=strict != "Ignore", subresource=flags["subresource"])
    if flags["force"]:
        await _force(call, query)
    else:
        _replace(call, query, dry)
    return None


def _check(call: Call, dry: DryRun) -> None:
    flags = call.flags
    if flags["grace-period"] >= 0 and not flags["force"]:
        raise UsageError("--grace-period must have --force specified")
    if flags["timeout"] and not flags["force"]:
        raise UsageError("--timeout must have --force specified")
    if flags["force"] and dry != "none":
        raise UsageError("--dry-run can not be used when --force is set")


def _replace(call: Call, query: builder.Query, dry: DryRun) -> None:
    show = common.object_printer(call, "replaced", dry)
    options = common.write_options(call, dry)

    def act(info: Info) -> None:
        info.obj = recording.recorded(call, common.with_renewed_annotation(call, info.obj))
        if dry == "client":
            return show(info.obj)
        try:
            _replace_one(call, info, options)
        except (ApiError, UsageError) as error:
            raise source_error("replacing", info.source, error) from None
        return show(info.obj)

    builder.select(call, query).visit(act)


def _replace_one(call: Call, info: Info, options: WriteOptions) -> None:
    """An object without a version replaces whatever version there is. Models resource.Helper.Replace."""
    obj = info.obj
    if not obj["metadata"].get("resourceVersion"):
        if not info.name:
            raise UsageError("resource name may not be empty")
        version = _version(call, info)
        obj = set_in(obj, ["metadata", "resourceVersion"], version) if version else obj
    info.refresh(call.client.update(info.mapping.resource, obj, info.namespace, subresource=info.subresource, options=options))


def _version(call: Call, info: Info) -> str:
    """What is there now; where nothing is, the server will say so."""
    try:
        return str(call.client.get(info.mapping.resource, info.name, info.namespace)["metadata"]["resourceVersion"])
    except ApiError as error:
        if not_found(error):
            return ""
        raise


async def _force(call: Call, query: builder.Query) -> None:
    flags = call.flags
    grace = flags["grace-period"]
    work = Deletion(
        call,
        grace_seconds=1 if grace == 0 else grace,
        cascade=deletion.parse_cascade(call, flags["cascade"]),
        output=flags["output"],
        timeout_s=flags["timeout"],
        wait=True,
    )
    result = builder.select(call, replace(query, require_object=False))
    result.ignored = not_found
    await work.run(result)
    show = common.object_printer(call, "replaced")
    created: list[Info] = []

    def create(info: Info) -> None:
        obj = common.creatable(recording.recorded(call, common.with_renewed_annotation(call, info.obj)))
        info.refresh(call.client.create(info.mapping.resource, obj, info.namespace, options=common.write_options(call)))
        created.append(info)
        show(info.obj)

    builder.select(call, query).visit(create)
    if not created:
        raise UsageError("no objects passed to replace")


VERB = Verb(
    "replace", "Replace objects by what files say.", run, examples=("kubectl replace -f web.yaml", "kubectl replace --force -f web.yaml")
)
