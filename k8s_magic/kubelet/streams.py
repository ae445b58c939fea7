"""Logs, exec, attach and port-forward of one Pod. Models pkg/kubelet/server and the streaming protocol's status channel."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError, bad_request
from k8s_magic.kubelet.logs import STDOUT, Line, Log
from k8s_magic.kubelet.process import Process
from k8s_magic.kubelet.terminal import Terminal
from k8s_magic.network import NetworkError, Socket
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time, rfc3339
from k8s_magic.sim.loop import Future

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container
    from k8s_magic.kubelet.pod_worker import PodWorker

STATUS = 3
Parameters = dict[str, Any]


class NodeStream:
    """Implements `Stream`: chunks that the node sends, and what is done with the client's bytes."""

    def __init__(self) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_end_of_stdin: Callable[[], None] = lambda: None
        self.on_close: Callable[[], None] = lambda: None
        self._chunks: deque[tuple[int, bytes]] = deque()
        self._waiter: Future[None] | None = None
        self._ended = False

    # --- The client's side ---

    async def read(self) -> tuple[int, bytes] | None:
        while not self._chunks:
            if self._ended:
                return None
            self._waiter = Future()
            await self._waiter
        return self._chunks.popleft()

    def write(self, data: bytes) -> None:
        if not self._ended:
            self.on_data(data)

    def close_stdin(self) -> None:
        if not self._ended:
            self.on_end_of_stdin()

    def close(self) -> None:
        self.end()
        self.on_close()

    # --- The node's side ---

    def send(self, channel: int, data: bytes) -> None:
        if not self._ended and data:
            self._chunks.append((channel, data))
            self._wake()

    def send_status(self, status: Obj) -> None:
        self.send(STATUS, json.dumps(status).encode())
        self.end()

    def end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)


async def open_stream(worker: PodWorker, subresource: str, parameters: Parameters) -> Stream:
    """The stream that a client asked for; `ApiError` where it cannot be had."""
    if subresource == "log":
        return _log(worker, parameters)
    if subresource == "exec":
        return _exec(worker, parameters)
    if subresource == "attach":
        return _attach(worker, parameters)
    if subresource == "portforward":
        return await _port_forward(worker, parameters)
    raise ApiError(404, "NotFound", "the server could not find the requested resource")


def _truth(value: Any) -> bool:
    """A boolean parameter, as Go's ParseBool reads it."""
    return value is True or str(value).lower() in ("1", "t", "true")


def _number(parameters: Parameters, name: str) -> int | None:
    value = parameters.get(name)
    return None if value in (None, "") else int(str(value))


def _chosen(worker: PodWorker, parameters: Parameters) -> Container:
    """The container that is meant. Models validateContainer in pkg/registry/core/pod/strategy.go."""
    pod_name, wanted = worker.key.name, parameters.get("container") or ""
    mains = [c for c in worker.containers if c.state.kind == "main"]
    if not wanted and len(mains) == 1:
        return mains[0]
    if not wanted:
        names, inits = _names(worker, ("main",)), _names(worker, ("init", "sidecar"))
        text = f"a container name must be specified for pod {pod_name}, choose one of: [{names}]"
        raise bad_request(text + (f" or one of the init containers: [{inits}]" if inits else ""))
    found = worker.container(wanted)
    if found is None:
        raise bad_request(f"container {wanted} is not valid for pod {pod_name}")
    return found


def _names(worker: PodWorker, kinds: tuple[str, ...]) -> str:
    return " ".join(c.state.name for c in worker.containers if c.state.kind in kinds)


# --- Logs ---


def _log(worker: PodWorker, parameters: Parameters) -> Stream:
    container = _chosen(worker, parameters)
    log = _log_of(worker, container, _truth(parameters.get("previous")))
    stream = NodeStream()
    stamped = _truth(parameters.get("timestamps"))
    for line in _selected(log, parameters, container.loop.now):
        stream.send(STDOUT, _shown(line, stamped))
    log.was_read()
    if not _truth(parameters.get("follow")) or log.closed:
        stream.end()
        return stream

    def hear(line: Line | None) -> None:
        if line is None:
            stream.end()
        else:
            stream.send(STDOUT, _shown(line, stamped))

    stream.on_close = log.follow(hear)
    return stream


def _log_of(worker: PodWorker, container: Container, previous: bool) -> Log:
    """Models validateContainerLogStatus."""
    name, pod_name, state = container.state.name, worker.key.name, container.state
    if previous:
        if container.previous_log is None and not (state.waiting and state.last):
            raise bad_request(f'previous terminated container "{name}" in pod "{pod_name}" not found')
        return container.log if state.waiting or container.previous_log is None else container.previous_log
    if state.waiting and not state.last:
        why = "trying and failing to pull image" if state.waiting in ("ErrImagePull", "ImagePullBackOff") else state.waiting
        if why is not state.waiting:
            raise bad_request(f'container "{name}" in pod "{pod_name}" is waiting to start: {why}')
        raise bad_request(f'container "{name}" in pod "{pod_name}" is waiting to start: {state.waiting}')
    return container.log


def _selected(log: Log, parameters: Parameters, now: float) -> list[Line]:
    lines = list(log.lines)
    since = _number(parameters, "sinceSeconds")
    oldest = now - since if since is not None else None
    if parameters.get("sinceTime"):
        oldest = parse_time(str(parameters["sinceTime"]))
    if oldest is not None:
        lines = [line for line in lines if line.time >= oldest]
    tail = _number(parameters, "tailLines")
    if tail is not None:
        lines = lines[-tail:] if tail else []
    limit = _number(parameters, "limitBytes")
    return lines if limit is None else _cut(lines, limit)


def _cut(lines: list[Line], limit: int) -> list[Line]:
    kept: list[Line] = []
    for line in lines:
        if limit <= 0:
            break
        kept.append(line._replace(text=line.text.encode()[:limit].decode("utf-8", "ignore")))
        limit -= len(line.text.encode())
    return kept


def _shown(line: Line, stamped: bool) -> bytes:
    if not stamped:
        return line.text.encode()
    whole = int(line.time)
    return f"{_rfc3339_nano(whole, round((line.time - whole) * 1000))} {line.text}".encode()


def _rfc3339_nano(second: int, millisecond: int) -> str:
    return rfc3339(second)[:-1] + f".{millisecond:03d}000000Z"


# --- Exec and attach ---


def _running(worker: PodWorker, parameters: Parameters) -> Container:
    container = _chosen(worker, parameters)
    if container.process is None or container.process.exited.done:
        raise _not_running(container)
    return container


def _not_running(container: Container) -> ApiError:
    return ApiError(500, "InternalError", f'unable to upgrade connection: container not found ("{container.state.name}")')


def _exec(worker: PodWorker, parameters: Parameters) -> Stream:
    container = _running(worker, parameters)
    command = parameters.get("command") or []
    argv = [command] if isinstance(command, str) else [str(word) for word in command]
    if not argv:
        raise bad_request("you must specify at least one command for the container")
    stream = NodeStream()
    wants_input = _truth(parameters.get("stdin"))
    try:
        process = container.execute(
            argv, _sender(stream, parameters), keeps_stdin_open=wants_input, is_terminal=wants_input and _truth(parameters.get("tty"))
        )
    except LookupError:
        stream.send_status(_no_such_command(argv[0]))
        return stream
    _feed(stream, process, wants_input)
    stream.on_close = process.kill
    process.exited.when_done(lambda: stream.send_status(_ended(process.exited.result().code)))
    return stream


def _sender(stream: NodeStream, parameters: Parameters) -> Callable[[int, str], None]:
    """Where a program's output goes; a terminal has one stream only, with carriage returns."""
    tty = _truth(parameters.get("tty"))

    def send(channel: int, text: str) -> None:
        stream.send(STDOUT if tty else channel, (text.replace("\n", "\r\n") if tty else text).encode("utf-8", "surrogateescape"))

    return send


def _feed(stream: NodeStream, process: Process, wants_input: bool) -> None:
    if wants_input and process.is_terminal:
        stream.on_data = Terminal(process, lambda text: stream.send(STDOUT, text.encode())).type
        stream.on_end_of_stdin = process.close_stdin
    elif wants_input:
        stream.on_data, stream.on_end_of_stdin = process.feed, process.close_stdin


def _ended(code: int) -> Obj:
    if not code:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def _no_such_command(name: str) -> Obj:
    why = (
        "failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: "
        f'exec: "{name}": executable file not found in $PATH'
    )
    message = f"Internal error occurred: error executing command in container: {why}"
    return {
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "InternalError",
        "details": {"causes": [{"message": message.removeprefix("Internal error occurred: ")}]},
        "code": 500,
    }


def _attach(worker: PodWorker, parameters: Parameters) -> Stream:
    """What the program prints from now on; to the first who attaches to an interactive one, what nobody has heard yet.

    Upstream that one usually comes too late for the first lines; here he would for all of a short program. Who has read
    the log before, as `kubectl run -it` does, has heard what stands in it.
    """
    container = _chosen(worker, parameters)
    process = container.process
    if process is None:
        raise _not_running(container)
    stream = NodeStream()
    send = _sender(stream, parameters)
    if container.spec.get("stdin"):
        for line in container.log.unheard():
            send(line.stream, line.text)
    _feed(stream, process, _truth(parameters.get("stdin")) and bool(container.spec.get("stdin")))
    stream.on_close = container.log.attach(send)
    process.exited.when_done(lambda: stream.send_status(_ended(0)))
    return stream


# --- Port-forward ---


async def _port_forward(worker: PodWorker, parameters: Parameters) -> Stream:
    """One connection to one port of the Pod."""
    port = int(str(parameters.get("port") or (parameters.get("ports") or [0])[0]))
    kubelet = worker.kubelet
    if not worker.view.sandbox_ready:
        raise bad_request(
            f"unable to forward port because pod is not running. Current status={(worker.pod.get('status') or {}).get('phase')}"
        )
    try:
        socket = await kubelet.network.connect(worker.view.ip, worker.view.ip, port)
    except NetworkError:
        where = f"failed to connect to localhost:{port} inside namespace"
        why = f"dial tcp4 127.0.0.1:{port}: connect: connection refused"
        text = f'error forwarding port {port} to pod {worker.uid}, uid : {where} "{worker.uid}", IPv4: {why}'
        raise ApiError(500, "InternalError", text) from None
    stream = NodeStream()
    stream.on_data, stream.on_end_of_stdin, stream.on_close = socket.write, lambda: None, socket.close
    kubelet.loop.spawn(_copy(socket, stream), "port-forward")
    return stream


async def _copy(socket: Socket, stream: NodeStream) -> None:
    while data := await socket.read():
        stream.send(STDOUT, data)
    stream.end()
