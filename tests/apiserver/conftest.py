"""A bare API server: a clock, the store, and two clients, with nobody else about."""

from __future__ import annotations

import pytest

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
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
