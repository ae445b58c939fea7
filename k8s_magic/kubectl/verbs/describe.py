"""kubectl describe: objects in detail, with what belongs to them. Models kubectl/pkg/cmd/describe."""

from __future__ import annotations

from dataclasses import replace

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder
from k8s_magic.kubectl.describe import Describer, describe_with
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import flatten, not_found, raise_all
from k8s_magic.kubectl.verb import Call, Verb

SUGGEST = 'Use "kubectl api-resources" for a complete list of supported resources.'


async def run(call: Call) -> int | None:
    """Describe each object that was asked for; events only where it is one."""
    if not call.args and not call.flags["filename"] and not call.flags["kustomize"]:
        raise UsageError(f"You must specify the type of resource to describe. {SUGGEST}")
    query = builder.query_of(call, allow_empty_selector=True, limit=call.flags["chunk-size"])
    infos, error = builder.select(call, query).infos()
    events = call.flags["show-events"] and (call.flags.changed("show-events") or (error is None and len(infos) <= 1))
    if error is not None and len(call.args) == 2 and all(not_found(each) for each in flatten([error])):
        _describe_matching(call, query, error, events)
        return None
    errors: list[Exception] = [error] if error is not None else []
    texts = []
    for info in infos:
        try:
            if info.source:  # What a file says of it is not what it is.
                builder.fetch(call, info)
            texts.append(describe(call, info, events))
        except ApiError as failure:
            errors += [] if any(str(each) == str(failure) for each in errors) else [failure]
    call.out("\n\n".join(texts))
    if not infos and not errors:
        where = "No resources found" if call.flags["all-namespaces"] else f"No resources found in {call.namespace} namespace."
        call.err(f"{where}\n")
    raise_all(errors)
    return None


def describe(call: Call, info: builder.Info, events: bool) -> str:
    """The description of one object as it is now."""
    return describe_with(info.mapping.group_resource)(info.obj, Describer(call.client, events))


def _describe_matching(call: Call, query: builder.Query, error: Exception, events: bool) -> None:
    """No object has that name: describe those whose names begin with it."""
    kind, prefix = call.args
    every = replace(query, args=[kind], single_type=True, continue_on_error=False)
    found = [info for info in builder.select(call, every).all() if info.name.startswith(prefix)]
    for info in found:
        call.out(describe(call, info, events) + "\n")
    if not found:
        raise error


VERB = Verb(
    "describe",
    "Show an object in detail, with its events and what belongs to it.",
    run,
    examples=("kubectl describe pod web", "kubectl describe nodes", "kubectl describe deploy/web", "kubectl describe pods -l app=web"),
)
