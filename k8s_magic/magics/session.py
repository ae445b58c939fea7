"""A shell's cluster, what was run in it, and the pictures that follow it."""

from __future__ import annotations

import importlib
import os
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from k8s_magic import live
from k8s_magic.cluster import Cluster
from k8s_magic.magics.shown import KubectlError, Output, has_failed

if TYPE_CHECKING:
    from k8s_magic.server.command_socket import CommandSocket
    from k8s_magic.server.serving import Server


class View(Protocol):
    """A picture that shows the steps after a revision."""

    def follow(self, since: int) -> None: ...


class Session:
    """Made when the extension is loaded; the cluster is born at its first use."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.magics: tuple[Any, ...] = ()
        self.shower: Any = None
        self.matcher: Any = None
        self.kubectl_of_shells: CommandSocket | None = None
        self.server: Server | None = None
        self.kubeconfig = Path()
        self.options: dict[str, Any] = {}
        self._cluster: Cluster | None = None
        self._views: weakref.WeakSet[Any] = weakref.WeakSet()
        self._before_last = 0
        self._shown = 0

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self.reset()
        assert self._cluster is not None
        return self._cluster

    @property
    def started(self) -> bool:
        """Whether there is a cluster yet, for those who must not start one (completion)."""
        return self._cluster is not None

    def reset(self, **changes: Any) -> Cluster:
        """A new cluster, made as the last one was but for `changes`; open pictures show it from now on."""
        self.options.update(changes)
        self.stop_serving()
        self._cluster = cluster = Cluster(**self.options)
        live.share(cluster)  # Commands of real shells come in threads of their own.
        self._before_last = self._shown = self.revision
        for view in list(self._views):
            view.attach(cluster.client, cluster.inspector)
            view.follow(self.revision)
        return cluster

    def serve(self) -> Path:
        """Answer real clients over HTTPS until the cluster or the session ends; gives the path of their kubeconfig."""
        if self.server is None:
            # Loaded when asked for: the server brings TLS and tornado.
            self.server = importlib.import_module("k8s_magic.server.serving").Server(self.cluster).start()
            self.kubeconfig = self.server.write_kubeconfig()
        return self.kubeconfig

    def stop_serving(self) -> None:
        """Close the port."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def close(self) -> None:
        """Leave nothing behind: no port, no file, no thread."""
        self.stop_serving()
        if self.kubectl_of_shells is not None:
            self.kubectl_of_shells.stop()

    @property
    def revision(self) -> int:
        """Of the newest write."""
        return self.cluster.inspector.revision

    def run(self, line: str, stdin: str | None = None) -> Output:
        """Run one top-level command; `KubectlError` where it fails, after its standard output has been shown."""
        cluster = self.cluster
        self._before_last = self.revision
        try:
            result = cluster.kubectl(line, stdin=stdin, cwd=os.getcwd())
        except KeyboardInterrupt:
            raise KubectlError("^C", 130) from None
        output = Output(result.stdout, result.stderr, result.exit_code, getattr(result, "background", ""))
        if has_failed(output):
            output.show_before_failure()
            raise KubectlError(output.stderr, output.exit_code)
        return output

    def moved(self) -> None:
        """Something that is not a kubectl command is about to change the cluster."""
        self._before_last = self.revision

    def add_view(self, view: Any) -> None:
        """Let a picture follow the cluster, starting with the steps of the last command."""
        self._views.add(view)
        view.follow(self._before_last)

    def cell_ended(self, result: Any = None) -> None:
        """After each cell open pictures play what happened in it."""
        if self._cluster is None:
            return
        if self.revision != self._shown:
            for view in list(self._views):
                view.follow(self._shown)
        self._shown = self.revision
