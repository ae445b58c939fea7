"""kubectl create token: a token for a ServiceAccount. Models kubectl/pkg/cmd/create/create_token.go."""

from __future__ import annotations

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_BOUND_KINDS = {"Node": "v1", "Pod": "v1", "Secret": "v1"}


async def run(call: Call) -> int | None:
    """Ask the API for a token and print it."""
    name = common.one_name(call)
    _check(call)
    request: Obj = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "spec": _spec(call)}
    try:
        answer = call.client.create("serviceaccounts", request, call.namespace, name=name, subresource="token")
    except ApiError as error:
        raise UsageError(f"failed to create token: {error}") from None
    if call.flags["output"] or call.flags["template"]:
        common.object_printer(call, "created", typed=True)(answer)
    else:
        call.out(answer["status"]["token"] + "\n")
    return None


def _check(call: Call) -> None:
    flags = call.flags
    if flags["duration"] < 0:
        raise UsageError("--duration must be greater than or equal to 0")
    if flags["duration"] % 1:
        raise UsageError("--duration cannot be expressed in units less than seconds")
    if "" in flags["audience"]:
        raise UsageError("--audience must not be an empty string")
    kind = flags["bound-object-kind"]
    for flag in ("name", "uid"):
        if not kind and flags[f"bound-object-{flag}"]:
            raise UsageError(f"--bound-object-{flag} can only be set if --bound-object-kind is provided")
    if kind and kind not in _BOUND_KINDS:
        raise UsageError(f"supported --bound-object-kind values are {', '.join(_BOUND_KINDS)}")
    if kind and not flags["bound-object-name"]:
        raise UsageError("--bound-object-name is required if --bound-object-kind is provided")


def _spec(call: Call) -> Obj:
    flags = call.flags
    spec: Obj = {"audiences": flags["audience"]}
    if flags["duration"]:
        spec["expirationSeconds"] = int(flags["duration"])
    if kind := flags["bound-object-kind"]:
        spec["boundObjectRef"] = {"kind": kind, "apiVersion": _BOUND_KINDS[kind], "name": flags["bound-object-name"]}
        if flags["bound-object-uid"]:
            spec["boundObjectRef"]["uid"] = flags["bound-object-uid"]
    return spec


VERB = Verb("token", "Ask for a token of a ServiceAccount.", run, examples=("kubectl create token robot --duration=1h",))
