"""kubectl auth whoami. Models kubectl/pkg/cmd/auth/whoami.go."""

from __future__ import annotations

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common
from k8s_magic.kubectl.describe.writer import go_list
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

_RESOURCE = "selfsubjectreviews.authentication.k8s.io"


async def run(call: Call) -> int | None:
    """Print user, uid and groups."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview", "metadata": {}}
    try:
        answer = call.client.create(_RESOURCE, review)
    except ApiError as error:
        if error.reason in ("Forbidden", "NotFound"):
            more = " or you do not have permission to call it" if error.reason == "Forbidden" else ""
            raise UsageError(f"the selfsubjectreviews API is not enabled in the cluster{more}") from None
        raise
    if call.flags.changed("output"):
        common.object_printer(call, "", typed=True)(_in_order(answer))
        return None
    user = meta.get_in(answer, "status", "userInfo", default={})
    rows = [["ATTRIBUTE", "VALUE"], ["Username", user.get("username", "")], ["UID", user.get("uid", "")]]
    rows.append(["Groups", go_list(user["groups"]) if user.get("groups") else ""])
    rows += [[f"Extra: {key}", go_list(values)] for key, values in sorted((user.get("extra") or {}).items())]
    call.out(table(row for row in rows if row[1]))
    return None


def _in_order(answer: Obj) -> Obj:
    """As Go writes the struct."""
    user = meta.get_in(answer, "status", "userInfo", default={})
    ordered = {key: user[key] for key in ("username", "uid", "groups", "extra") if user.get(key)}
    kinds = {"kind": answer["kind"], "apiVersion": answer["apiVersion"], "metadata": answer.get("metadata") or {}}
    return {**kinds, "status": {"userInfo": ordered}}


VERB = Verb("whoami", "Show who you are to the cluster.", run, examples=("kubectl auth whoami", "kubectl auth whoami --as=jane"))
