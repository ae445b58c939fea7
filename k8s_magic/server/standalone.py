"""`k8s-magic serve`: a cluster of its own, by the wall clock, for whatever speaks the Kubernetes API."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

from k8s_magic import live
from k8s_magic.cluster import Cluster
from k8s_magic.server.kubeconfig import CLUSTER
from k8s_magic.server.serving import Server


def main(argv: list[str] | None = None) -> int:
    """Serve until told to end; prints the path of the kubeconfig. 1 where that cannot be."""
    wish = _parsed(argv)
    if wish.kubeconfig is not None and wish.kubeconfig.exists() and CLUSTER not in wish.kubeconfig.read_text(encoding="utf-8"):
        print(f"error: {wish.kubeconfig} is there already, and is not ours to overwrite", file=sys.stderr)
        return 1
    cluster = Cluster(seed=wish.seed, nodes=wish.nodes, opened_at=float(int(time.time())))
    live.share(cluster)
    live.go_live(cluster)
    try:
        server = Server(cluster, wish.port).start()
    except OSError as error:
        print(f"error: cannot listen on port {wish.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"export KUBECONFIG={server.write_kubeconfig(wish.kubeconfig)}")
    print(f"Serving Kubernetes on {server.url}; Ctrl+C ends it.", file=sys.stderr, flush=True)
    sys.stdout.flush()
    _wait_for_the_end()
    server.stop()
    return 0


def _parsed(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="k8s-magic serve", description="Serve a simulated cluster on loopback, by the wall clock.")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; by default any that is free")
    parser.add_argument("--nodes", type=int, default=3, help="how many workers (3)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument(
        "--kubeconfig", type=Path, metavar="FILE", help="where to write the kubeconfig; by default a file that goes at the end"
    )
    return parser.parse_args(argv)


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
