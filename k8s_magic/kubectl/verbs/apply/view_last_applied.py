"""kubectl apply view-last-applied: the configuration that apply remembers. Models apply_view_last_applied.go."""

from __future__ import annotations

import json

from k8s_magic.kubectl import builder, yamls
from k8s_magic.kubectl.common import LAST_APPLIED
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import gojson


async def run(call: Call) -> int | None:
    """Print the annotation's text as YAML or JSON."""
    texts: list[str] = []

    def remember(info: builder.Info) -> None:
        text = (info.obj["metadata"].get("annotations") or {}).get(LAST_APPLIED)
        if text:
            texts.append(text)

    query = builder.query_of(call, allow_empty_selector=call.explicit_namespace, continue_on_error=False, latest=True)
    builder.select(call, query).visit(remember)
    for text in texts:
        _print(call, text)
    return None


def _print(call: Call, text: str) -> None:
    output = call.flags["output"]
    try:
        if output == "json":
            call.out(json.dumps(gojson.loads(text), indent=2, ensure_ascii=False) + ("\n" if text.endswith("\n") else ""))
        elif output == "yaml":
            call.out(yamls.dump(yamls.load(text)))
    except gojson.JSONSyntaxError as error:
        raise UsageError(str(error)) from None
    if output not in ("json", "yaml"):
        raise call.usage_error(f"Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json")


VERB = Verb("view-last-applied", "Show what was applied last.", run, examples=("kubectl apply view-last-applied deploy/web",))
