"""kubectl events: what happened, oldest first. Models kubectl/pkg/cmd/events."""

from __future__ import annotations

from k8s_magic.kubectl import printers, waiting
from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit
from k8s_magic.kubectl.printers.tabwriter import escape_terminal
from k8s_magic.kubectl.table import TabWriter
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Print a table of events, and with -w those that come."""
    fields = _about(call)
    types = {kind.lower() for kind in call.flags["types"]}
    if not types <= {"normal", "warning"}:
        raise UsageError("valid --types are Normal or Warning")
    namespace = "" if call.flags["all-namespaces"] else call.namespace
    show = _Show(call)
    if call.flags["watch"]:
        await _watch(call, namespace, fields, types, show)
        return None
    found = [event for event in call.client.list("events", namespace, fields=fields)["items"] if _wanted(event, types)]
    if not found:
        call.err(f"No events found in {namespace} namespace.\n" if namespace else "No events found.\n")
        return None
    show.several(sorted(found, key=parts.last_seen))
    return None


def _about(call: Call) -> str:
    """The field selector for --for TYPE/NAME."""
    text = call.flags["for"]
    if not text:
        return ""
    if "/" not in text:
        raise UsageError("--for must be in resource/name form")
    if text.count("/") > 1:
        raise UsageError("arguments in resource/name form may not have more than one slash")
    kind, _, name = text.partition("/")
    try:
        mapping = call.mapper.by_type(kind)
    except UsageError as error:
        call.err(f"{error}\n")
        raise Exit(1) from None
    return f"involvedObject.kind={mapping.kind},involvedObject.apiVersion={mapping.api_version},involvedObject.name={name}"


def _wanted(event: Obj, types: set[str]) -> bool:
    return not types or event.get("type", "").lower() in types


class _Show:
    """Prints as -o asks: a table by default, whose header stands once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._rows = TabWriter()
        self._headed = bool(call.flags["no-headers"])
        output = call.flags["output"]
        self._printer = None
        if output or call.flags["template"]:
            self._printer = printers.printer_for(
                output,
                template=call.flags["template"],
                allow_missing=call.flags["allow-missing-template-keys"],
                show_managed_fields=call.flags["show-managed-fields"],
                files=call.environment.files,
            )

    def several(self, events: list[Obj]) -> None:
        if self._call.flags["output"] == "name":
            return  # Upstream's printer of names refuses a list, and its complaint is not heard.
        if self._printer is not None:
            listed = {"apiVersion": "v1", "items": events, "kind": "EventList", "metadata": {}}
            self._printer.write(listed, self._call.out)
            return
        self._table(events)

    def one(self, event: Obj) -> None:
        if self._printer is not None:
            self._printer.write(event, self._call.out)
            return
        self._table([event])

    def _table(self, events: list[Obj]) -> None:
        spaced = self._call.flags["all-namespaces"]
        if not self._headed:
            self._rows.lines.append([*(["NAMESPACE"] if spaced else []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"])
            self._headed = True
        self._rows.lines += [([meta.namespace(event)] if spaced else []) + _cells(self._call, event) for event in events]
        self._call.out(self._rows.flush())


def _cells(call: Call, event: Obj) -> list[str]:
    about = event.get("involvedObject", {})
    texts = (
        event.get("type", ""),
        event.get("reason", ""),
        f"{about.get('kind', '')}/{about.get('name', '')}",
        event.get("message", "").strip(),
    )
    return [parts.age_of_event(Describer(call.client), event), *map(escape_terminal, texts)]


async def _watch(call: Call, namespace: str, fields: str, types: set[str], show: _Show) -> None:
    waiting.check_may_wait(call.environment)
    watch, patience = call.client.watch("events", namespace, fields=fields), waiting.Patience(call.environment)
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, patience.seconds())
            if timed_out:
                patience.explain()
                return
            if event is None:
                return
            if event.type != "DELETED" and _wanted(event.object, types):
                show.one(event.object)
    finally:
        watch.stop()


VERB = Verb(
    "events",
    "List events, oldest first.",
    run,
    examples=("kubectl events", "kubectl events --for pod/web", "kubectl events --types=Warning -A", "kubectl events -w"),
)
