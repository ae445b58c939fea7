"""A real kubectl against our server, with the same methods as a cluster's own, so that one replayer drives both."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from k8s_magic.cluster import Cluster, Result
from k8s_magic.server.serving import Server

TIMEOUT_S = 60
LET_WATCH_BEGIN_S, LET_WATCH_END_S = 0.4, 0.3


class Process:
    """A kubectl left on; what it printed is taken when it is cancelled."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._printed: dict[str, str] = {"stdout": "", "stderr": ""}
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._printed]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str) -> None:
        for line in getattr(self._process, name):
            self._printed[name] += line

    def cancel(self) -> None:
        time.sleep(LET_WATCH_END_S)  # What has just happened is still on its way through the process.
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(1)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def take_stdout(self) -> str:
        return self._printed["stdout"]

    def take_stderr(self) -> str:
        return self._printed["stderr"]


class RealKubectl:
    """Runs `program` with a kubeconfig for a server on `cluster`; after each command the clock makes its step."""

    def __init__(self, cluster: Cluster, program: Path, home: str) -> None:
        self._cluster, self._program, self._home = cluster, program.absolute(), home
        self._server = Server(cluster)

    def __enter__(self) -> RealKubectl:
        self._server.start()
        config = self._server.write_kubeconfig()
        self._environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(config.parent), "KUBECONFIG": str(config)}
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def kubectl(self, line: str, stdin: str | None = None, cwd: str | None = None) -> Result:
        """Run one command to its end."""
        argv = [str(self._program), *shlex.split(line)[1:]]
        try:
            done = subprocess.run(
                argv, input=stdin or "", capture_output=True, text=True, env=self._environment, cwd=cwd, timeout=TIMEOUT_S, check=False
            )
            result = Result(done.stdout, done.stderr, done.returncode)
        except subprocess.TimeoutExpired:
            result = Result("", f"error: no end after {TIMEOUT_S} s\n", 1)
        self._cluster.tick(self._cluster.step_s)
        return result

    def start(self, argv: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Process:
        """Start one and leave it."""
        words = [str(self._program), *argv[1:]]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self._environment, cwd=cwd)
        time.sleep(LET_WATCH_BEGIN_S)
        return Process(process)
