"""Our kubectl through HTTP against our own server, with the same methods as a cluster's own, so that one replayer drives both."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from k8s_magic.cluster import Cluster, Result
from k8s_magic.server.outside import Outside
from k8s_magic.server.real_loop import LONGEST_REST_S
from k8s_magic.server.serving import Server

LET_BEGIN_S, LET_END_S = 0.2, 0.3
TIMEOUT_S = 60
QUICK_S, RATE = 0.5, 10.0
"""A command that has not ended after so many seconds waits for something: so many virtual seconds a second pass for it."""


class Ended(Exception):
    """Raised into a command that is to end."""


class HttpRun:
    """A command left on, in a thread; what it printed is taken when it is cancelled."""

    def __init__(self, outside: Outside, argv: Sequence[str], stdin: str | None, cwd: str | None) -> None:
        self._printed: tuple[list[str], list[str]] = ([], [])
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, args=(outside, argv, stdin, cwd), daemon=True)
        self._thread.start()

    def _run(self, outside: Outside, argv: Sequence[str], stdin: str | None, cwd: str | None) -> None:
        out, err = self._printed
        try:
            outside.kubectl(argv, stdin, cwd, out.append, err.append, self._look_in, goes_on=True)
        except Ended:
            return

    def _look_in(self) -> None:
        if self._cancelled:
            raise Ended

    def cancel(self) -> None:
        """End it, when what has just happened has come through."""
        time.sleep(LET_END_S)
        self._cancelled = True
        self._thread.join(5)

    def take_stdout(self) -> str:
        return "".join(self._printed[0])

    def take_stderr(self) -> str:
        return "".join(self._printed[1])


class HttpKubectl:
    """Runs our kubectl with a kubeconfig for a server on `cluster`; after each command the clock makes its step."""

    def __init__(self, cluster: Cluster, home: str) -> None:
        self._cluster, self._home = cluster, home
        self._server = Server(cluster)

    def __enter__(self) -> HttpKubectl:
        self._server.start()
        self._outside = Outside(self._server.write_kubeconfig(), legacy=self._cluster.legacy)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def kubectl(self, line: str, stdin: str | None = None, cwd: str | Path | None = None) -> Result:
        """Run one command to its end; time passes for one that waits by asking again and again, which the server cannot know."""
        began = time.monotonic()

        def look_in() -> None:
            passed = time.monotonic() - began
            if passed > TIMEOUT_S:
                raise Ended
            if passed > QUICK_S:
                self._cluster.tick(RATE * LONGEST_REST_S)

        try:
            result = self._outside.kubectl(line, stdin=stdin, cwd=cwd, look_in=look_in)
        except Ended:
            result = Result("", f"error: no end after {TIMEOUT_S} s\n", 1)
        self._cluster.tick(self._cluster.step_s)
        return result

    def start(self, argv: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> HttpRun:
        """Start one and leave it."""
        run = HttpRun(self._outside, argv, stdin, cwd)
        time.sleep(LET_BEGIN_S)
        return run
