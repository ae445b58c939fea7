"""A bare cluster served over HTTPS on loopback, and the path of its kubeconfig."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.server.serving import Server

pytest.importorskip("trustme", reason="serving over TLS needs the extra [tls]")


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(Cluster(system=False)).start()
    yield server
    server.stop()


@pytest.fixture
def kubeconfig(server: Server, tmp_path: Path) -> Path:
    return server.write_kubeconfig(tmp_path / "config")
