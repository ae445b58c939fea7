"""A shell's cluster, what was run in it, and the pictures that follow it."""

from __future__ import annotations

import contextlib
import importlib
import os
import weakref
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from k8s_magic import live
from k8s_magic.apiserver.client import Client
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster import Cluster, Inspector
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.magics.shown import KubectlError, Output, ended, interruptible, shower

if TYPE_CHECKING:
    from k8s_magic.server.command_socket import CommandSocket
    from k8s_magic.server.outside import Outside
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
        self.outside: Outside | None = None
        self.options: dict[str, Any] = {}
        self.name = "main"
        self.clusters: dict[str, Cluster] = {}
        """The other copies, by their names (`%cluster fork`)."""
        self._driver: live.Driver | None = None
        self._cluster: Cluster | None = None
        self._views: weakref.WeakSet[Any] = weakref.WeakSet()
        self._before_last = 0
        self._shown = 0

    @property
    def cluster(self) -> Cluster:
        """The simulated one; `KubectlError` while another cluster is in use."""
        if self.outside is not None:
            only = "this is for the simulated cluster alone, and a cluster outside is in use"
            raise KubectlError(f"error: {only}\n`%cluster use embedded` goes back to the simulated one.")
        if self._cluster is None:
            self.reset()
        assert self._cluster is not None
        return self._cluster

    @property
    def target(self) -> Cluster | Outside:
        """Whichever cluster is in use."""
        return self.outside or self.cluster

    @property
    def client(self) -> Client:
        return self.target.client

    @property
    def inspector(self) -> Inspector | None:
        """What only a simulation can tell; None for a cluster outside."""
        return self.target.inspector

    def go_outside(self, outside: Outside | None) -> None:
        """Work on a cluster outside, or come back; open pictures go along."""
        self.outside = outside
        self.turned_back()

    @property
    def started(self) -> bool:
        """Whether there is a cluster yet, for those who must not start one (completion)."""
        return self._cluster is not None or self.outside is not None

    def reset(self, **changes: Any) -> Cluster:
        """A new cluster, made as the last one was but for `changes`; open pictures show it from now on."""
        self.options.update(changes)
        return self.adopt(Cluster(**self.options))

    def adopt(self, cluster: Cluster) -> Cluster:
        """From now on this is the cluster, and open pictures show it."""
        self.stop_following()
        self.stop_serving()
        if self._cluster is not None:
            live.stop(self._cluster)
        self._cluster = cluster
        live.share(cluster)  # Commands of real shells come in threads of their own.
        self.turned_back()
        return cluster

    def switch(self, name: str) -> None:
        """Go to a copy; the present one keeps its name and waits."""
        if name == self.name:
            return
        self.clusters[self.name] = self.cluster
        self.name, cluster = name, self.clusters.pop(name)
        self.adopt(cluster)

    def turned_back(self) -> None:
        """The cluster is another one, or stands elsewhere in its past: pictures begin anew."""
        with self.alone():
            self._before_last = self._shown = self.revision
            for view in list(self._views):
                view.attach(self.client, self.inspector)
                view.follow(self.revision)

    def alone(self) -> AbstractContextManager[object]:
        """Meanwhile the live clock's thread leaves cluster and pictures alone."""
        return self._cluster.lock if self._cluster is not None else contextlib.nullcontext()

    def go_live(self, rate: float) -> None:
        """Let the cluster and its pictures go on by themselves; ValueError for a rate that it cannot have."""
        live.go_live(self.cluster, rate).refresh = self.cell_ended
        if self._driver is None:
            self._driver = live.Driver(self.cluster, self.cell_ended)

    def stop_following(self) -> None:
        """Leave the cluster alone again."""
        if self._driver is not None:
            self._driver.stop()
            self._driver = None

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
        self.stop_following()
        self.stop_serving()
        if self.kubectl_of_shells is not None:
            self.kubectl_of_shells.stop()

    @property
    def revision(self) -> int:
        """Of the newest write; 0 where nobody tells."""
        return self.inspector.revision if self.inspector is not None else 0

    def run(self, line: str, stdin: str | None = None) -> Output:
        """Run one top-level command; `KubectlError` where it fails, after its standard output has been shown."""
        target, printer = self.target, shower()
        self._before_last = self.revision
        on_output, on_error = (printer.out, printer.err) if printer is not None else (None, None)
        with interruptible(printer):
            result = target.kubectl(line, stdin=stdin, cwd=os.getcwd(), on_output=on_output, on_error=on_error)
        return ended(Output(result.stdout, result.stderr, result.exit_code, result.background, printer is not None), printer)

    def moved(self) -> None:
        """Something that is not a kubectl command is about to change the cluster."""
        self._before_last = self.revision

    def add_view(self, view: Any) -> None:
        """Let a picture follow the cluster, starting with the steps of the last command."""
        with self.alone():
            self._views.add(view)
            view.follow(self._before_last)

    def cell_ended(self, result: Any = None) -> None:
        """After each cell open pictures play what happened in it."""
        if self.outside is not None:
            with contextlib.suppress(UsageError, ApiError):  # The cell itself has said why the cluster does not answer.
                for view in list(self._views):
                    view.follow(0)
            return
        if self._cluster is None:
            return
        with self._cluster.lock:
            if self.revision != self._shown:
                for view in list(self._views):
                    view.follow(self._shown)
            self._shown = self.revision
