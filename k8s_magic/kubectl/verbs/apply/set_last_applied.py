"""kubectl apply set-last-applied: make a file the configuration that apply remembers. Models apply_set_last_applied.go."""

from __future__ import annotations

import json

from k8s_magic.kubectl import applying, builder, common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import LAST_APPLIED
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, not_found, source_error
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Set the annotation where it differs from the file."""
    dry = common.dry_run(call)
    show = common.object_printer(call, "configured", dry)
    if not call.flags["filename"]:
        raise UsageError(builder.NOTHING_NAMED)
    changes: list[tuple[Info, str]] = []

    def compare(info: Info) -> None:
        text = json.dumps(info.obj, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
        held = _held(call, info)
        if held is None and not call.flags["create-annotation"]:
            raise UsageError(
                f"no last-applied-configuration annotation found on resource: {info.name}, "
                "to create the annotation, run the command with --create-annotation"
            )
        if (held or "").strip() == text.strip():
            call.out(f"set-last-applied {info.name}: no changes required.\n")
        else:
            changes.append((info, text))

    builder.select(call, builder.query_of(call, continue_on_error=False)).visit(compare)
    for info, text in changes:
        if dry != "client":
            patch = {"metadata": {"annotations": {LAST_APPLIED: text}}}
            options = common.write_options(call, dry)
            info.obj = call.client.patch(info.mapping.resource, info.name, info.namespace, "merge", patch, options=options)
        show(info.obj)
    return None


def _held(call: Call, info: Info) -> str | None:
    """What the server's object holds in the annotation; `info` becomes that object."""
    try:
        builder.fetch(call, info)
    except UserError as error:
        if not_found(error):
            raise
        action = f"retrieving current configuration of:\n{applying.described(info)}\nfrom server for:"
        raise source_error(action, info.source, error) from None
    return (info.obj["metadata"].get("annotations") or {}).get(LAST_APPLIED)


VERB = Verb("set-last-applied", "Make a file count as applied last.", run, examples=("kubectl apply set-last-applied -f web.yaml",))
