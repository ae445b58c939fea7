"""How fast the server answers: what `k8s-magic bench` prints of it."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time

from k8s_magic.cluster import Cluster
from k8s_magic.server.serving import Server

PODS = "/api/v1/namespaces/default/pods"
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


class Client:
    """One connection that is kept open."""

    def __init__(self, server: Server) -> None:
        context = ssl.create_default_context(cadata=server.ca_pem.decode())
        self._connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=60)
        self._headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}

    def ask(self, path: str, method: str = "GET", body: object = None) -> bytes:
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        return self._connection.getresponse().read()

    def count_lines(self, path: str, wanted: int) -> None:
        """Read a stream until `wanted` lines have come."""
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        for _ in range(wanted):
            response.readline()

    def close(self) -> None:
        self._connection.close()


def requests_per_second(server: Server, path: str, requests: int) -> float:
    """GETs of `path` a second, one after the other on one connection."""
    client = Client(server)
    client.ask(path)
    began = time.perf_counter()
    for _ in range(requests):
        client.ask(path)
    taken = time.perf_counter() - began
    client.close()
    return requests / taken


def events_per_second(server: Server, watchers: int = 10, writes: int = 200) -> float:
    """Watch events a second that reach `watchers` clients together while objects are created."""
    readers = [Client(server) for _ in range(watchers)]
    version = json.loads(readers[0].ask(CONFIG_MAPS))["metadata"]["resourceVersion"]
    path = f"{CONFIG_MAPS}?watch=true&resourceVersion={version}"
    threads = [threading.Thread(target=reader.count_lines, args=(path, writes)) for reader in readers]
    for thread in threads:
        thread.start()
    writer = Client(server)
    began = time.perf_counter()
    for number in range(writes):
        writer.ask(CONFIG_MAPS, "POST", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{number}"}, "data": {"k": "v"}})
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    for client in (*readers, writer):
        client.close()
    return watchers * writes / taken


def measure() -> dict[str, float]:
    """The figures by name, on a cluster of 100 pods."""
    cluster = Cluster(system=False)
    for number in range(100):
        cluster.kubectl(f"run p{number} --image=nginx")
    server = Server(cluster).start()
    try:
        return {
            "HTTP: GET of a pod": requests_per_second(server, f"{PODS}/p1", 300),
            "HTTP: list of 100 pods": requests_per_second(server, PODS, 50),
            "HTTP: watch events to 10 watchers": events_per_second(server),
        }
    finally:
        server.stop()
