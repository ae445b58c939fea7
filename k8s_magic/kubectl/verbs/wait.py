"""kubectl wait: until objects are there, are gone, or have a condition. Models kubectl/pkg/cmd/wait."""

from __future__ import annotations

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, waiting
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.conditions import Test, parse
from k8s_magic.kubectl.deadline import Deadline
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, flatten, not_found, raise_all, raise_reduced
from k8s_magic.kubectl.verb import Call, Verb

_POLL_S = 0.5
_WEEK_S = 168 * 3600.0
_EXPIRED = "client rate limiter Wait returned an error: context deadline exceeded"


async def run(call: Call) -> int | None:
    """Wait for each object, one after the other, all within one timeout."""
    show = common.object_printer(call, "condition met")
    wishes = parse(call.flags["for"])
    timeout = call.flags["timeout"]
    deadline = Deadline(call.environment, _WEEK_S if timeout < 0 else timeout)
    query = builder.query_of(call, latest=True, all=False, allow_empty_selector=bool(call.flags["all"]))
    result = builder.select(call, query)
    if "create" in wishes:
        await _until_created(call, query, deadline)
        result = builder.select(call, query)
    if "delete" in wishes:
        result.ignored = not_found
    infos, error = result.infos()
    errors: list[Exception] = []
    for info in infos:
        try:
            for wish in wishes:
                show_info = await _wait(call, info, wish, deadline)
                show(show_info.obj)
        except UserError as failure:
            errors.append(failure)
    if error is not None:
        errors.append(error)
    if not infos and not errors and "delete" not in wishes:
        raise UsageError("no matching resources found")
    raise_reduced(errors) if len(errors) == 1 else raise_all(errors)
    return None


async def _until_created(call: Call, query: builder.Query, deadline: Deadline) -> None:
    """Look every half second whether something is there."""
    while True:
        infos, error = builder.select(call, query).infos()
        if infos:
            return
        if error is not None and not all(not_found(each) for each in flatten([error])):
            raise error
        left = deadline.seconds() or 0.0
        if left <= 0.0:
            raise UsageError("timed out waiting for the condition")
        waiting.check_may_wait(call.environment)
        await call.client.sleep(min(_POLL_S, left))


async def _wait(call: Call, info: Info, wish: str | Test, deadline: Deadline) -> Info:
    """Wait until one wish is true of one object; `info.obj` is then what it was last."""
    if wish == "create":
        return info
    if call.flags["timeout"] and deadline.seconds() == 0:
        # The time is up for all: what comes after the object that took too long is not looked at any more.
        raise UsageError(_EXPIRED if wish == "delete" else _timed_out(info))
    try:
        info.obj = call.client.get(info.mapping.resource, info.name, info.namespace)
    except ApiError as error:
        if wish == "delete" and not_found(error):
            return info
        raise
    if not isinstance(wish, str) and wish(info.obj):
        return info
    if not call.flags["timeout"]:
        raise UsageError(f"condition not met for {info.mapping.plural}/{info.name}")
    waiting.check_may_wait(call.environment)
    await _follow(call, info, wish, deadline)
    return info


def _timed_out(info: Info) -> str:
    return f"timed out waiting for the condition on {info.mapping.plural}/{info.name}"


async def _follow(call: Call, info: Info, wish: str | Test, deadline: Deadline) -> None:
    version = info.obj["metadata"].get("resourceVersion", "")
    watch = call.client.watch(info.mapping.resource, info.namespace, fields=f"metadata.name={info.name}", resource_version=version)
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, deadline.seconds())
            if timed_out or event is None:
                raise UsageError(_timed_out(info))
            if event.type == "DELETED":
                if wish == "delete":
                    return
                continue
            info.obj = event.object
            if not isinstance(wish, str) and wish(info.obj):
                return
    finally:
        watch.stop()


VERB = Verb(
    "wait",
    "Wait until objects are created, are gone, or have a condition or a value.",
    run,
    examples=(
        "kubectl wait --for=condition=Ready pod/web",
        "kubectl wait --for=delete pod/web --timeout=60s",
        "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web",
    ),
)
