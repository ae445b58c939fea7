"""Lifecycle hooks: what runs right after a container's start and right before its end. Models pkg/kubelet/lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_magic.images import _http
from k8s_magic.kubelet import ports
from k8s_magic.kubelet.process import Exit
from k8s_magic.network import NetworkError
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.loop import Cancelled, Future

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container


async def run(container: Container, handler: Obj, until: Future[Exit] | None = None) -> bool:
    """Run a hook to its end, or until the container's program has ended; whether it went well."""
    task = container.loop.spawn(_run(container, handler), "hook")
    done: Future[None] = Future()
    task.when_done(lambda: done.set(None))
    if until is not None:
        until.when_done(lambda: done.set(None))
    try:
        await done
    except Cancelled:
        task.cancel()
        raise
    if not task.done:
        task.cancel()
        return True
    return task.result()


async def _run(container: Container, handler: Obj) -> bool:
    if "exec" in handler:
        try:
            process = container.execute(handler["exec"]["command"], lambda stream, text: None)
        except LookupError:
            return False
        return (await process.exited).code == 0
    if "sleep" in handler:
        await container.loop.sleep(handler["sleep"]["seconds"])
        return True
    if "httpGet" in handler:
        return await _get(container, handler["httpGet"])
    return True


async def _get(container: Container, wanted: Obj) -> bool:
    port = ports.number(container.spec, wanted["port"])
    node_ip = container.worker.kubelet.profile.ip

    async def connect(host: str, number: int) -> object:
        return await container.network.connect(node_ip, host, number)

    try:
        response = await _http.request(connect, "GET", wanted.get("host") or container.address, port, wanted.get("path") or "/")  # type: ignore[arg-type]
    except (NetworkError, _http.BadMessage):
        return False
    return 200 <= response.status < 400
