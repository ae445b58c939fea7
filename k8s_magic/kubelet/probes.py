"""Probes: the kubelet asks a container whether it has started, lives, is ready. Models pkg/kubelet/prober and pkg/probe.

A probe really asks the program. It is only left out while the program has promised that its answers stay the same,
and takes up its rhythm again as soon as anything reaches the container from outside.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from k8s_magic.images import _http
from k8s_magic.images.context import Connection
from k8s_magic.kubelet import ports
from k8s_magic.kubelet.waiting import TimedOut, within
from k8s_magic.network import NetworkError
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.loop import Task, Timer

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container

Kind = Literal["Startup", "Liveness", "Readiness"]
KINDS: tuple[Kind, ...] = ("Startup", "Liveness", "Readiness")
FIRST_S = 1.0
"""The first question comes a second after the initial delay: the kubelet must first see that the container runs."""
AGENT = "kube-probe/1.36"
LONGEST_OUTPUT = 10 * 1024


class Answer(NamedTuple):
    """What a probe found; `output` is what its event tells."""

    success: bool
    output: str = ""


class Prober:
    """The probes of one container."""

    def __init__(self, container: Container) -> None:
        self.asking = False
        """A connection that arises now is the kubelet's own."""
        self._container = container
        specs = [(kind, container.spec.get(f"{kind.lower()}Probe")) for kind in KINDS]
        self._probes = {kind: _Probe(self, container, kind, spec) for kind, spec in specs if spec}

    def ports(self) -> list[int]:
        """Ports that probes ask on."""
        asked = [
            spec[way]["port"]
            for p in self._probes.values()
            for spec in (p.spec,)
            for way in ("httpGet", "tcpSocket", "grpc")
            if way in spec
        ]
        return [found for port in asked if (found := ports.number(self._container.spec, port))]

    def start(self) -> None:
        """The container has just been started."""
        for probe in self._probes.values():
            probe.reset()
        if "Startup" in self._probes:
            self._probes["Startup"].start()
        else:
            self.after_startup()

    def after_startup(self) -> None:
        self._container.set_started()
        if "Readiness" not in self._probes:
            self._container.set_ready(True)
        for kind in KINDS[1:]:
            if kind in self._probes:
                self._probes[kind].start()

    def stop(self) -> None:
        for probe in self._probes.values():
            probe.reset()

    def wake(self) -> None:
        """Something has reached the container: what was promised no longer holds."""
        process = self._container.process
        if self._probes and process is not None:
            process.is_steady = False
            for probe in self._probes.values():
                probe.wake()

    def concluded(self, kind: Kind, success: bool) -> None:
        """A probe's threshold is reached."""
        container = self._container
        if kind == "Readiness":
            container.set_ready(success)
        elif kind == "Startup" and success:
            self._probes["Startup"].reset()
            self.after_startup()
        elif not success:
            self.stop()
            spec = self._probes[kind].spec
            grace = spec.get("terminationGracePeriodSeconds", container.worker.grace_s)
            container.restart_because(f"Container {container.state.name} failed {kind.lower()} probe", grace)


class _Probe:
    """One probe and its rhythm."""

    def __init__(self, prober: Prober, container: Container, kind: Kind, spec: Obj) -> None:
        self.spec = spec
        self._prober = prober
        self._container = container
        self._kind = kind
        self._timer: Timer | None = None
        self._task: Task[None] | None = None
        self._last: bool | None = None
        self._run = 0
        self._asked_at = 0.0
        self._parked = False

    def start(self) -> None:
        self._plan(self.spec.get("initialDelaySeconds", 0) + FIRST_S)

    def reset(self) -> None:
        """Ask no more, and forget what was found."""
        if self._timer is not None:
            self._timer.cancel()
        task, self._timer, self._task = self._task, None, None
        self._last, self._run, self._parked = None, 0, False
        if task is not None:
            task.cancel()

    def wake(self) -> None:
        if self._parked:
            self._parked = False
            period = self.spec.get("periodSeconds", 10)
            missed = math.floor((self._container.loop.now - self._asked_at) / period) + 1
            self._plan(self._asked_at + missed * period - self._container.loop.now)

    def _plan(self, delay_s: float) -> None:
        self._timer = self._container.loop.call_later(delay_s, self._begin)

    def _begin(self) -> None:
        self._asked_at = self._container.loop.now
        self._task = self._container.loop.spawn(self._ask(), f"{self._kind} probe")

    async def _ask(self) -> None:
        answer = await _answer(self._prober, self._container, self.spec)
        self._task = None
        process = self._container.process
        if process is None:
            return
        if not answer.success:
            self._container.event("Warning", "Unhealthy", f"{self._kind} probe failed: {answer.output}")
        concluded = self._count(answer.success)
        if concluded and answer.success and process.is_steady and self._kind != "Startup":
            self._parked = True
        else:
            self._plan(self._asked_at + self.spec.get("periodSeconds", 10) - self._container.loop.now)
        if concluded:
            self._prober.concluded(self._kind, answer.success)

    def _count(self, success: bool) -> bool:
        """Count equal answers in a row; whether there are enough of them."""
        self._run = self._run + 1 if success == self._last else 1
        self._last = success
        return self._run >= int(self.spec.get("successThreshold", 1) if success else self.spec.get("failureThreshold", 3))


async def _answer(prober: Prober, container: Container, spec: Obj) -> Answer:
    timeout = spec.get("timeoutSeconds", 1)
    way = next((w for w in ("exec", "httpGet", "tcpSocket", "grpc") if w in spec), "")
    asks = {"exec": _by_command, "httpGet": _by_http, "tcpSocket": _by_connection, "grpc": _by_connection}
    if not way:
        return Answer(True)
    try:
        return await within(container.loop, timeout, asks[way](prober, container, spec[way]))
    except TimedOut:
        return Answer(False, _late(container, spec, way, timeout))


def _late(container: Container, spec: Obj, way: str, timeout: int) -> str:
    if way == "exec":
        return f'command timed out: "{" ".join(spec[way]["command"])}" timed out after {timeout}s'
    where = f"{spec[way].get('host') or container.address}:{ports.number(container.spec, spec[way]['port'])}"
    if way == "httpGet":
        return f'Get "{_url(container, spec[way])}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    if way == "grpc":
        return f'timeout: failed to connect service "{where}" within {timeout}s: context deadline exceeded'
    return f"dial tcp {where}: i/o timeout"


def _url(container: Container, wanted: Obj) -> str:
    scheme = wanted.get("scheme", "HTTP").lower()
    host, port = wanted.get("host") or container.address, ports.number(container.spec, wanted["port"])
    return f"{scheme}://{host}:{port}{_path(wanted)}"


def _path(wanted: Obj) -> str:
    path = str(wanted.get("path") or "/")
    return path if path.startswith("/") else "/" + path


async def _connect(prober: Prober, container: Container, host: str, port: int) -> Connection:
    prober.asking = True
    try:
        return await container.network.connect(container.worker.kubelet.profile.ip, host, port)
    finally:
        prober.asking = False


async def _by_http(prober: Prober, container: Container, wanted: Obj) -> Answer:
    async def connect(host: str, port: int) -> Connection:
        return await _connect(prober, container, host, port)

    headers = {"User-Agent": AGENT, **{h["name"]: h.get("value", "") for h in wanted.get("httpHeaders") or ()}}
    port = ports.number(container.spec, wanted["port"])
    try:
        response = await _http.request(connect, "GET", wanted.get("host") or container.address, port, _path(wanted), headers=headers)
    except NetworkError as error:
        return Answer(False, f'Get "{_url(container, wanted)}": {error}')
    except _http.BadMessage as error:
        return Answer(False, f'Get "{_url(container, wanted)}": {error}')
    if 200 <= response.status < 400:
        return Answer(True)
    return Answer(False, f"HTTP probe failed with statuscode: {response.status}")


async def _by_connection(prober: Prober, container: Container, wanted: Obj) -> Answer:
    try:
        connection = await _connect(
            prober, container, wanted.get("host") or container.address, ports.number(container.spec, wanted["port"])
        )
    except NetworkError as error:
        return Answer(False, str(error))
    connection.close()
    return Answer(True)


async def _by_command(prober: Prober, container: Container, wanted: Obj) -> Answer:
    printed: list[str] = []
    prober.asking = True
    try:
        process = container.execute(wanted["command"], lambda stream, text: printed.append(text))
    except LookupError:
        name = wanted["command"][0]
        why = f'exec: "{name}": executable file not found in $PATH'
        return Answer(False, f"error executing command in container: failed to exec in container: OCI runtime exec failed: {why}")
    finally:
        prober.asking = False
    try:
        code = (await process.exited).code
    finally:
        process.kill()
    return Answer(code == 0, "".join(printed)[:LONGEST_OUTPUT])
