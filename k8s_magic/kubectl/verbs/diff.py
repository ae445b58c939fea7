"""kubectl diff: what apply would change, as `diff -u -N` shows it. Models kubectl/pkg/cmd/diff.

Not modelled: KUBECTL_EXTERNAL_DIFF.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import applying, builder, common, yamls
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit, UserError, not_found, report
from k8s_magic.kubectl.printers import without_managed_fields
from k8s_magic.kubectl.pruning import Pruning
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.unified import unified
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_CLIENT_MANAGER, _SERVER_MANAGER = "kubectl-client-side-apply", "kubectl"
_FAILED = 2


async def run(call: Call) -> int | None:
    """Print the differences: 0 where there are none, 1 where there are, 2 for failures."""
    try:
        texts = _texts(call)
    except UserError as error:
        text, _ = report(error)
        call.err(text)
        raise Exit(_FAILED) from None
    different = False
    for name, (live, merged) in sorted(texts.items()):
        hunks = unified(live, merged)
        if hunks:
            different = True
            call.out(_header(call, name) + hunks)
    return 1 if different else 0


def _texts(call: Call) -> dict[str, tuple[str, str]]:
    """(live, merged) as YAML by the name of the file that kubectl would write."""
    if call.args:
        raise call.usage_error(f"Unexpected args: [{' '.join(call.args)}]")
    if not call.flags["filename"] and not call.flags["kustomize"]:
        raise UsageError("must specify one of -f and -k")
    if call.flags["force-conflicts"] and not call.flags["server-side"]:
        raise UsageError("--force-conflicts only works with --server-side")
    texts: dict[str, tuple[str, str]] = {}
    pruning = Pruning(call, "server", "Background", -1)
    prunable = pruning.mappings() if call.flags["prune"] else []

    def compare(info: Info) -> None:
        live = _live(call, info)
        merged = _merged(call, info, live)
        pruning.visited(Info(info.mapping, info.name, info.namespace, obj=merged))
        if not call.flags["show-managed-fields"]:
            live, merged = without_managed_fields(live) if live else None, without_managed_fields(merged)
        if info.mapping.kind == "Secret" and not info.mapping.group and not call.flags["show-secrets"]:
            live, merged = _masked(live, merged)
        texts[_file_name(info.mapping, info.namespace, info.name)] = (yamls.dump(live) if live else "", yamls.dump(merged))

    builder.select(call, builder.query_of(call, continue_on_error=False)).visit(compare)
    for mapping, obj in pruning.left_over(prunable):
        texts[_file_name(mapping, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])] = (yamls.dump(obj), "")
    return texts


def _file_name(mapping: Mapping, namespace: str, name: str) -> str:
    group = f"{mapping.group}." if mapping.group else ""
    return f"{group}{mapping.version}.{mapping.kind}.{namespace}.{name}"


def _live(call: Call, info: Info) -> Obj | None:
    try:
        return call.client.get(info.mapping.resource, info.name, info.namespace)
    except ApiError as error:
        if not_found(error):
            return None
        raise


def _merged(call: Call, info: Info, live: Obj | None) -> Obj:
    """What the object would be after apply: the server tries it without keeping it."""
    flags, resource = call.flags, info.mapping.resource
    manager = flags["field-manager"] if flags.changed("field-manager") else ""
    if flags["server-side"]:
        options = WriteOptions(dry_run=True, field_manager=manager or _SERVER_MANAGER, force=flags["force-conflicts"])
        return call.client.patch(resource, info.name, info.namespace, "apply", info.obj, options=options)
    options = WriteOptions(dry_run=True, field_manager=manager or _CLIENT_MANAGER)
    if live is None:
        return call.client.create(resource, info.obj, info.namespace, options=options)
    modified: Any = json.loads(common.encoded(info.obj))
    patch_type, patch = applying.three_way(call, info.mapping, live, modified)
    return call.client.patch(resource, info.name, info.namespace, patch_type, patch, options=options)


def _masked(live: Obj | None, merged: Obj) -> tuple[Obj | None, Obj]:
    """Secrets whose values only tell whether they change. Models Masker."""
    before, after = dict((live or {}).get("data") or {}), dict(merged.get("data") or {})
    differ = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    before = {key: "*** (before)" if key in differ else "***" for key in before}
    after = {key: "*** (after)" if key in differ else "***" for key in after}
    if live and live.get("data"):
        live = {**live, "data": before}
    return live, {**merged, "data": after} if merged.get("data") else merged


def _header(call: Call, name: str) -> str:
    """The command and the two files, in directories that were never made."""
    now = call.client.now()
    number = zlib.crc32(f"{now}".encode())
    live, merged = f"/tmp/LIVE-{number}/{name}", f"/tmp/MERGED-{number ^ 0x5A5A5A5A}/{name}"
    time = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f000 +0000")
    return f"diff -u -N {live} {merged}\n--- {live}\t{time}\n+++ {merged}\t{time}\n"


VERB = Verb(
    "diff",
    "Show what apply would change.",
    run,
    examples=("kubectl diff -f web.yaml",),
)
