"""kubectl logs: what containers printed, and with -f what they go on to print. Models kubectl/pkg/cmd/logs."""

from __future__ import annotations

import codecs
from typing import Any, NamedTuple

from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, podpick, waiting
from k8s_magic.kubectl.deadline import Deadline
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import not_found
from k8s_magic.kubectl.race import Race
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

_USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"
_SELECTOR_TAIL = 10
_RETRY_S = 1.0


class Source(NamedTuple):
    """One container of one pod."""

    namespace: str
    pod: str
    container: str

    @property
    def prefix(self) -> str:
        return f"[pod/{self.pod}/{self.container}] "


async def run(call: Call) -> int | None:
    """Print the logs that were asked for."""
    obj = _object(call)
    _check(call)
    parameters = _parameters(call)
    sources = await _sources(call, obj)
    if not call.flags["follow"]:
        for source in sources:
            await _print(call, source, parameters)
        return None
    if len(sources) > call.flags["max-log-requests"]:
        raise UsageError(
            f"you are attempting to follow {len(sources)} log streams, but maximum allowed concurrency is "
            f"{call.flags['max-log-requests']}, use --max-log-requests to increase the limit"
        )
    waiting.check_may_wait(call.environment)
    await _follow(call, sources, parameters)
    return None


def _object(call: Call) -> Obj:
    """The object whose logs are asked for, or the list of pods that -l selects."""
    selector = call.flags["selector"]
    if len(call.args) > 2 or not (call.args or selector):
        raise call.usage_error(_USAGE)
    if len(call.args) == 1 and selector:
        raise call.usage_error("only a selector (-l) or a POD name is allowed")
    if selector:
        listed = call.client.list("pods", call.namespace, labels=selector)
        if not listed["items"]:
            call.err(f"No resources found in {call.namespace} namespace.\n")
        return {**listed, "kind": "PodList"}
    target = call.args[0] if "/" in call.args[0] else f"pods/{call.args[0]}"
    query = builder.query_of(call, [target], selector="", single_type=True, continue_on_error=False)
    try:
        return builder.select(call, query).all()[0].obj
    except ApiError as error:
        if not_found(error):
            raise UsageError(f'error from server (NotFound): {error.message} in namespace "{call.namespace}"') from None
        raise


def _check(call: Call) -> None:
    flags = call.flags
    if flags["since-time"] and flags["since"]:
        raise UsageError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if flags["all-containers"] and _wanted(call):
        raise UsageError(f"--all-containers=true should not be specified with container name {_wanted(call)}")
    if flags.changed("container") and len(call.args) == 2:
        raise UsageError("only one of -c or an inline [CONTAINER] arg is allowed")
    if flags["limit-bytes"] < 0:
        raise UsageError("--limit-bytes must be greater than 0")
    if flags["since"] < 0:
        raise UsageError("--since must be greater than 0")
    if flags["tail"] < -1:
        raise UsageError("--tail must be greater than or equal to -1")


def _wanted(call: Call) -> str:
    """The container that the command line names."""
    return str(call.args[1] if len(call.args) == 2 else call.flags["container"])


def _parameters(call: Call) -> dict[str, Any]:
    """Query parameters of the log subresource."""
    flags = call.flags
    parameters: dict[str, Any] = {key: True for key in ("follow", "previous", "timestamps") if flags[key]}
    if flags["since-time"]:
        try:
            parse_time(flags["since-time"])
        except ValueError:
            text = flags["since-time"]
            raise UsageError(f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}" as "2006"') from None
        parameters["sinceTime"] = flags["since-time"]
    if flags["since"]:
        parameters["sinceSeconds"] = round(flags["since"])
    if flags["limit-bytes"]:
        parameters["limitBytes"] = flags["limit-bytes"]
    if flags["selector"] and not flags.changed("tail"):
        parameters["tailLines"] = _SELECTOR_TAIL
    elif flags["tail"] != -1:
        parameters["tailLines"] = flags["tail"]
    return parameters


async def _sources(call: Call, obj: Obj) -> list[Source]:
    """The containers to read, in order. Models logsForObjectWithClient."""
    if obj["kind"] == "PodList":
        return [source for pod in obj["items"] for source in _of_pod(call, pod)]
    if obj["kind"] == "Pod":
        return _of_pod(call, obj)
    try:
        found = await podpick.all_pods(call, obj, podpick.for_logs, call.flags["pod-running-timeout"])
    except UsageError as error:
        if "not implemented" in str(error) or "without a selector" in str(error):
            kind = f"*{obj['apiVersion'].rpartition('/')[2]}.{obj['kind']}"
            raise UsageError(f"cannot get the logs from {kind}: {error}") from None
        raise
    if call.flags["all-pods"]:
        return [source for pod in found for source in _of_pod(call, pod)]
    if len(found) > 1:
        call.err(f"Found {len(found)} pods, using pod/{meta.name(found[0])}\n")
    return _of_pod(call, found[0])


def _of_pod(call: Call, pod: Obj) -> list[Source]:
    spec = pod["spec"]
    if call.flags["all-containers"]:
        kinds = ("initContainers", "containers", "ephemeralContainers")
        names = [each["name"] for key in kinds for each in spec.get(key) or ()]
    else:
        names = [podpick.checked(pod, _wanted(call) or _default(call, pod))]
    return [Source(meta.namespace(pod), meta.name(pod), name) for name in names]


def _default(call: Call, pod: Obj) -> str:
    name = meta.annotations(pod).get(podpick.DEFAULT_CONTAINER, "")
    if name and podpick.has_container(pod, name):
        return name
    if name:
        call.err(f'Default container name "{name}" not found in pod {meta.name(pod)}\n')
    first: str = pod["spec"]["containers"][0]["name"]
    if not podpick.is_alone(pod) and not call.flags["all-pods"]:
        call.err(f'Defaulted container "{first}" out of: {podpick.container_names(pod)}\n')
    return first


# --- Reading ---------------------------------------------------------------------------------------------------------


class _Printer:
    """Turns bytes into lines, with the source before each where that is asked for."""

    def __init__(self, call: Call, source: Source) -> None:
        self._out = call.out
        self._prefix = source.prefix if call.flags["prefix"] or call.flags["all-pods"] else ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes, *, last: bool = False) -> None:
        text = self._decoder.decode(data, last)
        if not self._prefix:
            self._out(text) if text else None
            return
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._out(f"{self._prefix}{line}\n")
        if last and self._rest:
            self._out(self._prefix + self._rest)


async def _open(call: Call, source: Source, parameters: dict[str, Any]) -> Stream:
    return await call.client.connect("pods", source.pod, source.namespace, "log", {"container": source.container, **parameters})


async def _print(call: Call, source: Source, parameters: dict[str, Any]) -> None:
    """All that there is of one log."""
    printer = _Printer(call, source)
    try:
        stream = await _open(call, source, parameters)
    except ApiError as error:
        if not call.flags["ignore-errors"]:
            raise
        call.out(f"error: {error.message}\n")
        return
    while (chunk := await stream.read()) is not None:
        printer.feed(chunk[1] if chunk[0] != 3 else b"")
    printer.feed(b"", last=True)


async def _follow(call: Call, sources: list[Source], parameters: dict[str, Any]) -> None:
    """Several logs at once, line by line as they are written, until all have ended or patience does."""
    race, printers, streams = Race(), {}, {}
    for source in sources:
        stream = await _open_for_following(call, source, parameters)
        if stream is not None:
            printers[source], streams[source] = _Printer(call, source), stream
            race.enter(source, stream.read())
    patience = waiting.Patience(call.environment)
    try:
        while streams:
            race.leave(None)
            seconds = patience.seconds()
            if seconds is not None:
                race.enter(None, call.client.sleep(seconds))
            name, chunk = await race
            if name is None:
                patience.explain()
                return
            assert isinstance(name, Source)
            printers[name].feed(b"" if chunk is None else chunk[1], last=chunk is None)
            if chunk is None:
                del streams[name]
            else:
                race.enter(name, streams[name].read())
    finally:
        for stream in streams.values():
            stream.close()


async def _open_for_following(call: Call, source: Source, parameters: dict[str, Any]) -> Stream | None:
    """A container that has not started is asked for again every second. Models consumeWithRetry."""
    deadline = Deadline(call.environment, call.flags["pod-running-timeout"])
    while True:
        try:
            return await _open(call, source, parameters)
        except ApiError as error:
            if call.flags["ignore-errors"]:
                call.out(f"error: {error.message}\n")
                return None
            call.err(f"{error.message}\n")
        left = deadline.seconds() or 0.0
        if left <= 0.0:
            raise UsageError("context deadline exceeded")
        await call.client.sleep(min(_RETRY_S, left))


VERB = Verb(
    "logs",
    "Print what a container wrote to its standard output and error.",
    run,
    examples=("kubectl logs web", "kubectl logs -f deploy/web -c web", "kubectl logs web --previous", "kubectl logs -l app=web --prefix"),
)
