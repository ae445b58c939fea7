"""kubectl get: what there is, as a table or in a machine's format; with -w also what happens to it. Models kubectl/pkg/cmd/get."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from k8s_magic.kubectl import builder, sorter, table, waiting
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, message_for, not_found, raise_all, raise_reduced
from k8s_magic.kubectl.flags import request_timeout
from k8s_magic.kubectl.legacy.export import exported
from k8s_magic.kubectl.printers import Printer, list_of, printer_for
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.table import TableOptions, TablePrinter, TabWriter
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

SUGGEST = 'Use "kubectl api-resources" for a complete list of supported resources.'


async def run(call: Call) -> int | None:
    """Print what was asked for."""
    if call.flags["raw"]:
        await _raw(call)
        return None
    _check(call)
    if call.flags["watch"] or call.flags["watch-only"]:
        await _watch(call)
    elif human(call):
        _print_tables(call)
    else:
        _print_generic(call)
    return None


def human(call: Call) -> bool:
    """Whether a table is asked for."""
    return call.flags["output"] == "wide" or not (call.flags["output"] or call.flags["template"])


async def _raw(call: Call) -> None:
    if call.args:
        raise UsageError("arguments may not be passed when --raw is specified")
    if call.flags["watch"] or call.flags["watch-only"] or call.flags["selector"]:
        raise UsageError("--raw may not be specified with other flags that filter the server request or alter the output")
    if call.flags["output"]:
        raise UsageError("--raw and --output are mutually exclusive")
    path = call.flags["raw"]
    if not path.startswith("/"):
        raise UsageError(f'--raw must be a valid URL path: parse "{path}": invalid URI for request')
    body = await call.client.fetch(path)
    call.out(body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n")


def _check(call: Call) -> None:
    flags = call.flags
    watching = flags["watch"] or flags["watch-only"]
    if watching and flags["sort-by"]:
        ignored = "--watch requested, --sort-by will be ignored for watch events received"
        call.err(f"warning: {ignored if flags['watch'] else '--watch-only requested, --sort-by will be ignored'}\n")
    if not watching and not call.args and not flags["filename"] and not flags["kustomize"]:
        call.err(f"You must specify the type of resource to get. {SUGGEST}\n\n")
        explain = 'Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).'
        raise call.usage_error(f"Required resource not specified.\n{explain}")
    if flags["show-labels"] and flags["output"] not in ("", "wide"):
        raise UsageError(f"--show-labels option cannot be used with {flags['output']} printer")
    if flags["output-watch-events"] and not watching:
        raise UsageError("--output-watch-events option can only be used with --watch or --watch-only")


def _query(call: Call, **more: Any) -> builder.Query:
    flags = call.flags
    return builder.query_of(
        call,
        allow_empty_selector=True,
        latest=True,
        subresource=flags["subresource"],
        table=_table_objects(call),
        limit=0 if flags["sort-by"] else flags["chunk-size"],
        **more,
    )


def _table_objects(call: Call) -> Any:
    """What rows are to hold where the server makes the table; None where it sends objects."""
    if not human(call) or not call.flags["server-print"]:
        return None
    return "Object" if call.flags["sort-by"] else "Metadata"


def _options(call: Call) -> TableOptions:
    flags = call.flags
    return TableOptions(
        wide=flags["output"] == "wide",
        no_headers=flags["no-headers"],
        show_labels=flags["show-labels"],
        label_columns=tuple(flags["label-columns"]),
    )


def _printer(call: Call) -> Printer:
    flags = call.flags
    return printer_for(
        flags["output"],
        template=flags["template"],
        allow_missing=flags["allow-missing-template-keys"],
        show_managed_fields=flags["show-managed-fields"],
        columns=True,
        no_headers=flags["no-headers"],
        files=call.environment.files,
    )


# --- Tables ----------------------------------------------------------------------------------------------------------


@dataclass
class _Tables:
    """Tables one below the other, a blank line between those of different resources."""

    call: Call
    with_kind: bool
    writer: TabWriter = field(default_factory=TabWriter)
    printer: TablePrinter | None = None
    mapping: Mapping | None = None
    written: bool = False
    gap: bool = False

    def add(self, info: builder.Info) -> None:
        if self.printer is None or self.mapping != info.mapping:
            self.flush()
            self.gap = self.mapping is not None and not self.call.flags["no-headers"] and self.written
            options = table.for_mapping(
                _options(self.call), info.mapping, with_kind=self.with_kind, all_namespaces=self.call.flags["all-namespaces"]
            )
            self.printer, self.writer, self.mapping = TablePrinter(options), TabWriter(), info.mapping
        self.writer.lines += self.printer.lines(self._sorted(info.obj))

    def flush(self) -> None:
        text = self.writer.flush()
        if text:
            self.call.out(("\n" if self.gap else "") + text)
            self.written, self.gap = True, False

    def _sorted(self, obj: Obj) -> Obj:
        rows = as_table(self.call, obj)
        field = self.call.flags["sort-by"]
        if not field or len(rows.get("rows") or []) < 2:
            return rows
        try:
            return sorter.sort_rows(rows, field)
        except UsageError:
            return {**rows, "rows": []}  # As upstream, where a table that cannot be sorted is not printed and nothing is said.


def as_table(call: Call, obj: Obj) -> Obj:
    """The Table that the server sent, or one of names and ages."""
    return obj if obj.get("kind") == "Table" else table.plain_table(obj, call.client.now())


def _print_tables(call: Call) -> None:
    if call.flags["output"] not in ("", "wide"):
        _printer(call)
    result = builder.select(call, _query(call))
    if call.flags["ignore-not-found"]:
        result.ignored = not_found
    infos, error = result.infos()
    # Of several tables upstream sorts the tables, not their rows, by a field that tables hardly have.
    if call.flags["sort-by"] and (len(infos) > 1 or not call.flags["server-print"]):
        infos = _sorted_infos(call, infos)
    tables = _Tables(call, call.flags["show-kind"] or len({info.mapping for info in infos}) > 1)
    for info in infos:
        tables.add(info)
    tables.flush()
    if not tables.written and error is None and not call.flags["ignore-not-found"]:
        _say_nothing_found(call, infos)
    raise_all([error] if error is not None else [])


def _sorted_infos(call: Call, infos: list[builder.Info]) -> list[builder.Info]:
    order = sorter.sort_objects([info.obj for info in infos], call.flags["sort-by"])
    by_identity = {id(info.obj): info for info in infos}
    return [by_identity[id(obj)] for obj in order]


def _say_nothing_found(call: Call, infos: list[builder.Info]) -> None:
    namespaced = not call.flags["all-namespaces"] and all(info.mapping.namespaced for info in infos)
    call.err(f"No resources found in {call.namespace} namespace.\n" if namespaced else "No resources found\n")


# --- Machines' formats -----------------------------------------------------------------------------------------------


def _print_generic(call: Call) -> None:
    result = builder.select(call, _query(call))
    if call.flags["ignore-not-found"]:
        result.ignored = not_found
    infos, error = result.infos()
    errors: list[Exception] = [error] if error is not None else []
    if errors and result.single_item:
        raise errors[0]
    if not infos and call.flags["ignore-not-found"]:
        return raise_reduced(errors)
    objects = [exported(info.obj) if call.flags.get("export") else info.obj for info in infos]
    printer = _printer(call)
    try:
        if result.single_item and len(objects) == 1:
            printer.write(objects[0], call.out)
        else:
            if call.flags["sort-by"] and len(objects) > 0:
                objects = sorter.sort_objects(objects, call.flags["sort-by"])
            printer.write(list_of(objects), call.out)
    except UserError as failure:
        errors.append(failure)
    return raise_reduced(errors)


# --- Watching --------------------------------------------------------------------------------------------------------


@dataclass
class _Watching:
    """Prints what is there and what comes, each as it is known."""

    call: Call
    mapping: Mapping
    writer: TabWriter = field(default_factory=TabWriter)

    def __post_init__(self) -> None:
        options = table.for_mapping(
            _options(self.call), self.mapping, with_kind=self.call.flags["show-kind"], all_namespaces=self.call.flags["all-namespaces"]
        )
        self.rows = TablePrinter(options)
        self.printer = None if human(self.call) else _printer(self.call)

    def show(self, obj: Obj, event: str = "ADDED") -> None:
        event = event if self.call.flags["output-watch-events"] else ""
        if self.printer is not None:
            whole = event and self.call.flags["output"] != "name"
            self.printer.write({"type": event, "object": obj} if whole else obj, self.call.out)
            return
        self.writer.lines += self.rows.lines(as_table(self.call, obj), event)
        text = self.writer.flush()
        if text:
            self.call.out(text)


async def _watch(call: Call) -> None:
    result = builder.select(call, replace(_query(call), flatten=False, single_type=True, continue_on_error=False))
    infos, error = result.infos()
    if error is not None:
        if not_found(error) and call.flags["ignore-not-found"]:
            return
        raise error
    info = infos[0]
    watching = _Watching(call, info.mapping)
    if not call.flags["watch-only"]:
        for obj in _initial(call, infos):
            try:
                watching.show(obj)
            except UserError as failure:
                raise UsageError(f"unable to output the provided object: {message_for(failure)}") from None
    if len(infos) > 1 and (result.targets_single or infos[0].mapping != infos[-1].mapping):
        raise UsageError("you may only watch a single resource or type of resource at a time")
    await _follow(call, watching, info, single=result.targets_single)


def _initial(call: Call, infos: list[builder.Info]) -> list[Obj]:
    """Objects to print one by one; tables whole."""
    found: list[Obj] = []
    for info in infos:
        found += info.obj["items"] if isinstance(info.obj.get("items"), list) else [info.obj]
    return found


async def _follow(call: Call, watching: _Watching, info: builder.Info, *, single: bool) -> None:
    waiting.check_may_wait(call.environment)
    query = _query(call)
    watch = call.client.watch(
        info.mapping.resource,
        info.namespace,
        labels="" if single else query.selector.strip(),
        fields=f"metadata.name={info.name}" if single else query.field_selector.strip(),
        resource_version="" if single else (info.obj.get("metadata") or {}).get("resourceVersion", ""),
        table=query.table or "",
    )
    patience, skip = waiting.Patience(call.environment, request_timeout(call.flags["request-timeout"])), single
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, patience.seconds())
            if timed_out:
                return patience.explain()
            if event is None:
                return None
            if not skip:  # Of a single object the watch brings first what has been printed already.
                watching.show(event.object, event.type)
            skip = False
    finally:
        watch.stop()


VERB = Verb(
    "get",
    "Show objects of one or several types as a table, or in another format.",
    run,
    examples=("kubectl get pods", "kubectl get deploy,svc -o wide", "kubectl get pod web -o yaml", "kubectl get pods -w"),
)
