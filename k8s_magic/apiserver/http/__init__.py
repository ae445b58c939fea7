"""HTTP semantics without a socket: `Handler.handle(request)` gives a response or a stream of events.

The server in `k8s_magic.server` carries bytes to it; Pyodide and tests call it as it is.
"""

from k8s_magic.apiserver.http.handler import Handler
from k8s_magic.apiserver.http.messages import EventStream, Request, Response

__all__ = ["EventStream", "Handler", "Request", "Response"]
