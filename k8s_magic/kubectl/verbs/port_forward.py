"""kubectl port-forward: carries connections to ports here on to a pod's ports. Models kubectl/pkg/cmd/portforward.

Not modelled: --address; the port is open on localhost alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, forwarded_ports, waiting
from k8s_magic.kubectl.environment import Connection, Listener, Listeners, UsageError
from k8s_magic.kubectl.race import Race
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.exec import pod_of
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

STDOUT = 1


async def run(call: Call) -> int | None:
    """Open the ports, and serve them until the pod is gone."""
    if len(call.args) < 2:
        raise call.usage_error("TYPE/NAME and list of ports are required for port-forward")
    target, *wanted = call.args
    pod = await pod_of(call, target)
    numbers = forwarded_ports.numbered(wanted, _target(call, target), pod)
    phase = pod.get("status", {}).get("phase", "")
    if phase != "Running":
        raise UsageError(f"unable to forward port because pod is not running. Current status={phase}")
    ports = forwarded_ports.parse(numbers)
    if call.environment.listeners is None:
        raise UsageError(
            f"nobody could connect to a port here. Ask from inside: kubectl exec {meta.name(pod)} -- curl -s localhost:{ports[0][1]}"
        )
    listeners = _listen(call, call.environment.listeners, pod, ports)
    try:
        await _until_gone(call, pod)
    finally:
        for listener in listeners:
            listener.close()
    return None


def _listen(call: Call, machine: Listeners, pod: Obj, ports: list[tuple[int, int]]) -> list[Listener]:
    """Open what can be opened; UsageError where that is nothing."""
    found = (Port(call, pod, local, remote).listen(machine) for local, remote in ports)
    opened = [listener for listener in found if listener is not None]
    if not opened:
        raise UsageError(
            f"unable to listen on any of the requested ports: [{' '.join(f'{{{local} {remote}}}' for local, remote in ports)}]"
        )
    return opened


@dataclass
class Port:
    """A port here and the pod's port that it stands for; `local` 0 is any."""

    call: Call
    pod: Obj
    local: int
    remote: int

    def listen(self, machine: Listeners) -> Listener | None:
        """Open it; None, said on stderr, where it is taken."""
        try:
            listener = machine.listen(self.local, self.serve)
        except OSError as error:
            why = ": bind: " + (error.strerror or str(error)).lower()
            both = " ".join(
                f"unable to create listener: Error listen {where}:{self.local}{why}" for where in ("tcp4 127.0.0.1", "tcp6 [::1]")
            )
            self.call.err(f"Unable to listen on port {self.local}: Listeners failed to create with the following errors: [{both}]\n")
            return None
        self.local = listener.port
        for address in ("127.0.0.1", "[::1]"):
            self.call.out(f"Forwarding from {address}:{self.local} -> {self.remote}\n")
        return listener

    async def serve(self, connection: Connection) -> None:
        """Carry one connection."""
        self.call.out(f"Handling connection for {self.local}\n")
        parameters = {"port": str(self.remote)}
        try:
            stream = await self.call.client.connect("pods", meta.name(self.pod), meta.namespace(self.pod), "portforward", parameters)
        except ApiError as error:
            where = f"{self.local} -> {self.remote}"
            self.call.err(f'E portforward.go:424] "Unhandled Error" err="an error occurred forwarding {where}: {error.message}"\n')
        else:
            await _carry(connection, stream)
        connection.close()


async def _carry(connection: Connection, stream: Stream) -> None:
    """Both directions, until either ends."""
    race = Race()
    race.enter("in", connection.read())
    race.enter("out", stream.read())
    try:
        while True:
            name, data = await race
            if not data:
                return
            if name == "in":
                stream.write(data)
                race.enter("in", connection.read())
            else:
                if data[0] == STDOUT:
                    connection.write(data[1])
                race.enter("out", stream.read())
    finally:
        race.leave("in")
        race.leave("out")
        stream.close()


async def _until_gone(call: Call, pod: Obj) -> None:
    """Wait for the pod's end; then the connection is lost. In a notebook's foreground it ends sooner, because nobody could use it."""
    waiting.check_may_wait(call.environment)
    fields, version = f"metadata.name={meta.name(pod)}", pod["metadata"].get("resourceVersion", "")
    watch = call.client.watch("pods", meta.namespace(pod), fields=fields, resource_version=version)
    patience = waiting.Patience(call.environment)
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, patience.seconds())
            if timed_out:
                patience.explain()
                call.err("(put & behind the command to leave the port open)\n")
                return
            if event is None or event.type == "DELETED" or event.object.get("status", {}).get("phase") in ("Succeeded", "Failed"):
                raise UsageError("lost connection to pod")
    finally:
        watch.stop()


def _target(call: Call, name: str) -> Obj:
    query = builder.query_of(call, [name if "/" in name else f"pods/{name}"], continue_on_error=False)
    return builder.select(call, query).all()[0].obj


VERB = Verb(
    "port-forward",
    "Forward local ports to a pod.",
    run,
    examples=("kubectl port-forward web 8080:80 &",),
)
