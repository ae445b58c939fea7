"""As little of an API server as `kubectl apply` needs to read an object and send its patch; it remembers the patches."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from k8s_magic.objects.meta import Obj

RESOURCES = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [{"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "patch"]}],
    },
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
}


class ApplyServer(ThreadingHTTPServer):
    """Holds pods by name, and the patch that was last sent for each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pods: dict[str, Obj] = {}
        self.patches: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: ApplyServer
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # One packet an answer, so that nobody waits for an acknowledgement.

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.answer(RESOURCES.get(path) or self.server.pods.get(path.rpartition("/")[2]))

    def do_PATCH(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        self.server.patches[name] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(self.server.pods[name])

    def answer(self, body: Any) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
        data = json.dumps(body or status).encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def apply_server() -> Iterator[ApplyServer]:
    server = ApplyServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
