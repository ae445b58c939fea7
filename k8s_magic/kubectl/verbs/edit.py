"""kubectl edit: objects in an editor, changes as a patch. Models kubectl/pkg/cmd/edit."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.editing import Editing
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Edit what was named."""
    common.validation(call)
    query = builder.query_of(call, allow_empty_selector=True, latest=True, subresource=call.flags["subresource"])
    infos = builder.select(call, query).all()
    if not infos:
        raise UsageError("edit cancelled, no objects found")
    Editing(call, infos).run()
    return None


VERB = Verb("edit", "Change objects in an editor.", run, examples=("kubectl edit deployment web",))
