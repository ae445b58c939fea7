"""kubectl apply edit-last-applied: the configuration that apply remembers, in an editor. Models apply_edit_last_applied.go."""

from __future__ import annotations

from dataclasses import replace

from k8s_magic.kubectl import applying, builder
from k8s_magic.kubectl.editing import Editing
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Edit the annotation's text."""
    infos = builder.select(call, builder.query_of(call, allow_empty_selector=True, latest=True)).all()
    held = [replace(info, obj=config) for info in infos if (config := applying.last_applied(info.obj)) is not None]
    if not held:
        raise UsageError(
            "no last-applied-configuration annotation found on resources, to create the annotation, "
            "use command `kubectl apply set-last-applied --create-annotation`"
        )
    Editing(call, held, "last-applied").run()
    return None


VERB = Verb(
    "edit-last-applied", "Change in an editor what was applied last.", run, examples=("kubectl apply edit-last-applied deploy/web",)
)
