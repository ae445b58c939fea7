"""A bare API server: a clock, the store, and two clients, with nobody else about."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.http import Handler, Request, Response
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop


@pytest.fixture
def client() -> LocalClient:
    """A user's client on a server that holds the namespace default with its service account."""
    api = ApiServer(Loop(1_767_603_600.0), Lineage(0))
    client = LocalClient(api, Caller("kubectl"))
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
    return client


@pytest.fixture
def ask(client: LocalClient) -> Any:
    """(method, path, body, **query or headers) -> (code, decoded body)."""
    handler = Handler(client.api, yaml.safe_load)

    def ask(method: str, path: str, body: Any = None, *, accept: str = "", content_type: str = "", **query: str) -> tuple[int, Any]:
        headers = {"accept": accept, "content-type": content_type, "user-agent": "test/1.0"}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = handler.handle(Request(method, path, client.caller, {k: [v] for k, v in query.items()}, headers, data))
        assert isinstance(answer, Response)
        return answer.code, json.loads(answer.body) if answer.content_type.startswith("application/json") else answer.body.decode()

    return ask
