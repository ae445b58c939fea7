"""kubectl apply: make the cluster what files say. Models kubectl/pkg/cmd/apply."""

from __future__ import annotations

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.kubectl import applysets, builder, common, deletion, recording
from k8s_magic.kubectl.applying import Applying
from k8s_magic.kubectl.applysets import ApplySet
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, UserError
from k8s_magic.kubectl.printers import list_of
from k8s_magic.kubectl.pruning import Pruning
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create what is not there, patch what is."""
    flags = call.flags
    dry = common.dry_run(call)
    if call.args:
        raise call.usage_error(f"Unexpected args: [{' '.join(call.args)}]")
    cascade = deletion.parse_cascade(call, flags["cascade"])
    if not flags["filename"] and not flags["kustomize"]:
        raise UsageError("must specify one of -f and -k")
    options = _write_options(call, dry)
    owner = applysets.of_call(call, dry, options)
    _check(call, dry, owner)
    pruning = Pruning(call, dry, cascade, flags["grace-period"])
    applying = Applying(call, dry, options, flags["server-side"], flags["force"], cascade, flags["grace-period"])
    query = builder.query_of(call, all=False, validate=options.field_validation != "Ignore")
    infos, error = builder.select(call, query).infos()
    errors = [error] if error is not None else []
    if not infos and not errors:
        raise UsageError("no objects passed to apply")
    if owner is not None:
        owner.before(infos)
    errors += await _apply_all(call, applying, infos, pruning)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Aggregate(errors)
    _print_objects(call, dry, infos)
    if owner is not None:
        owner.prune(pruning.uids, cascade, flags["grace-period"])
    elif flags["prune"]:
        pruning.run()
    return None


async def _apply_all(call: Call, applying: Applying, infos: list[Info], pruning: Pruning) -> list[Exception]:
    errors: list[Exception] = []
    for info in infos:
        try:
            info.obj = recording.recorded(call, info.obj)
            operation = await applying.one(info)
            pruning.visited(info)
            if not _whole_objects(call):
                common.object_printer(call, operation, applying.dry)(info.obj)
        except UserError as error:
            errors.append(error)
    return errors


def _whole_objects(call: Call) -> bool:
    """Whether objects are printed together at the end and not a line each as they are applied."""
    return call.flags["output"] not in ("", "name")


def _print_objects(call: Call, dry: DryRun, infos: list[Info]) -> None:
    if _whole_objects(call):
        show = common.object_printer(call, "", dry, typed=len(infos) > 1)
        show(infos[0].obj if len(infos) == 1 else list_of([info.obj for info in infos], typed=True))


def _write_options(call: Call, dry: DryRun) -> WriteOptions:
    flags = call.flags
    manager = (
        flags["field-manager"] if flags.changed("field-manager") else ("kubectl" if flags["server-side"] else "kubectl-client-side-apply")
    )
    return WriteOptions(
        dry_run=dry == "server", field_manager=manager, field_validation=common.validation(call), force=flags["force-conflicts"]
    )


def _check(call: Call, dry: DryRun, owner: ApplySet | None) -> None:
    flags = call.flags
    if owner is not None:
        owner.check()
    wrong = {
        "--force-conflicts only works with --server-side": flags["force-conflicts"] and not flags["server-side"],
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)": dry == "client"
        and flags["server-side"],
        "--force cannot be used with --server-side": flags["server-side"] and flags["force"],
        "--dry-run=server cannot be used with --force": dry == "server" and flags["force"],
        "cannot set --all and --selector at the same time": flags["all"] and flags["selector"],
        "--force cannot be used with --prune": flags["prune"] and flags["force"],
        "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. "
        "If you did not mean to prune all resources, specify a label selector": flags["prune"]
        and owner is None
        and not flags["all"]
        and not flags["selector"],
        "--prune is in alpha and doesn't currently work on objects created by server-side apply": flags["prune"]
        and owner is None
        and flags["server-side"],
        "--subresource can only be specified for --server-side": flags["subresource"] and not flags["server-side"],
    }
    for message, holds in wrong.items():
        if holds:
            raise UsageError(message)


VERB = Verb(
    "apply",
    "Make the cluster what files say: create, or change what differs.",
    run,
    examples=("kubectl apply -f web.yaml", "kubectl apply -R -f manifests/"),
)
