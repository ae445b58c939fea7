"""The command socket: what a `kubectl` in a real shell (`!kubectl`, `%%bash`) says, and how it runs in the kernel's cluster.

A directory of its own, which only the user can enter, holds the socket and a script called kubectl; it stands first on PATH
until the kernel ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import select
import shlex
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_magic import live
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.run import Run, Settings
from k8s_magic.kubectl.main import resolve
from k8s_magic.server.listeners import RealListeners

if TYPE_CHECKING:
    from k8s_magic.server.outside import Outside

CLIENT = Path(__file__).with_name("command_client.py")
"""Run by its path, never imported: it is made for systems that have Unix sockets."""
PREFIX = "k8s-magic-shell-"
BEAT_S = 0.02
STEP_MODE_RATE = 20.0
"""In step mode, virtual seconds a second while somebody outside waits for an answer through a forwarded port."""
TALKS = ("exec", "attach", "run", "debug")
"""Verbs that read standard input where -i says so."""


def is_possible() -> bool:
    """Whether this machine has real shells, and a way from them to here."""
    return sys.platform != "emscripten" and hasattr(socket, "AF_UNIX")


class CommandSocket:
    """`target` gives the cluster that commands go to, which may be another one each time."""

    def __init__(self, target: Callable[[], Cluster | Outside]) -> None:
        self._target = target
        self._directory = Path()
        self._socket: socket.socket | None = None
        self._open: set[socket.socket] = set()

    # --- Life ---

    def start(self) -> CommandSocket:
        """Put a kubectl first on PATH; gives itself."""
        _sweep()
        self._directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        path = self._directory / "socket"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen(64)
        script = self.bin / "kubectl"
        self.bin.mkdir()
        words = [sys.executable, "-S", "-E", str(CLIENT), str(path)]
        script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        script.chmod(0o700)
        os.environ["PATH"] = os.pathsep.join([str(self.bin), *filter(None, [os.environ.get("PATH", "")])])
        atexit.register(self.stop)
        threading.Thread(target=self._accept, args=(self._socket,), name="kubectl of shells", daemon=True).start()
        return self

    @property
    def bin(self) -> Path:
        """The directory on PATH."""
        return self._directory / "bin"

    def stop(self) -> None:
        """Take everything back; a second call does nothing."""
        if self._socket is None:
            return
        atexit.unregister(self.stop)
        ended, self._socket = self._socket, None
        for each in (ended, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        ended.close()
        words = os.environ.get("PATH", "").split(os.pathsep)
        os.environ["PATH"] = os.pathsep.join(word for word in words if word != str(self.bin))
        shutil.rmtree(self._directory, ignore_errors=True)

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=self._serve, args=(connection,), name="kubectl", daemon=True).start()

    # --- A command ---

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            with connection, contextlib.suppress(OSError):
                target = self._target()
                process = Process(target, connection) if isinstance(target, Cluster) else OutsideProcess(target, connection)
                process.run()
        finally:
            self._open.discard(connection)


class Wire:
    """The other side: its command, what it is told."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._printed: list[tuple[bytes, str]] = []

    def command(self) -> tuple[str, dict[str, str], list[str]]:
        """(directory, environment, arguments)."""
        size = int(self._receive(8) or b"0")
        words = [os.fsdecode(word) for word in self._receive(size).split(b"\0")]
        if len(words) < 2:
            raise ConnectionResetError("no command")
        cwd, count, rest = words[0], int(words[1]), words[2:]
        pairs = (word.partition("=") for word in rest[:count])
        return cwd, {name: value for name, _, value in pairs}, rest[count:]

    def _receive(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (data := self.connection.recv(size - len(found))):
            found += data
        return found

    def stdin(self, argv: list[str]) -> str | None:
        """Standard input to its end, where the command line asks for it."""
        if not reads_stdin(argv):
            return None
        self.send(b"i", b"")
        data = b""
        while chunk := self.connection.recv(65536):
            data += chunk
        return data.decode("utf-8", "replace")

    def out(self, text: str) -> None:
        self._printed.append((b"o", text))

    def err(self, text: str) -> None:
        self._printed.append((b"e", text))

    def say(self) -> None:
        """Send what was printed; OSError where nobody hears it."""
        printed, self._printed = self._printed, []
        for kind, text in printed:
            self.send(kind, text.encode("utf-8", "surrogateescape"))

    def check(self, seconds: float) -> None:
        """Wait a little; ConnectionResetError where the other side has gone."""
        if select.select([self.connection], [], [], seconds)[0] and not self.connection.recv(1):
            raise ConnectionResetError("the shell's kubectl has ended")

    def end(self, code: int) -> None:
        self.say()
        self.send(b"x", str(code).encode())

    def send(self, kind: bytes, body: bytes) -> None:
        """One message."""
        self.connection.sendall(kind + b"%08d" % len(body) + body)


class OutsideProcess:
    """One kubectl of a shell, while a cluster outside is in use."""

    def __init__(self, outside: Outside, connection: socket.socket) -> None:
        self._outside, self._wire = outside, Wire(connection)

    def run(self) -> None:
        """Run the command that the other side wants, and tell it the exit code."""
        wire = self._wire
        cwd, _, argv = wire.command()
        stdin = wire.stdin(argv)
        goes_on = resolve(argv)[0] == ("port-forward",)
        wire.end(self._outside.kubectl(argv, stdin, cwd, wire.out, wire.err, self._look_in, goes_on).exit_code)

    def _look_in(self) -> None:
        self._wire.say()
        self._wire.check(0)


class Process:
    """One kubectl of a shell."""

    def __init__(self, cluster: Cluster, connection: socket.socket) -> None:
        live.share(cluster)
        self._cluster, self._wire = cluster, Wire(connection)
        self._listeners = RealListeners(cluster.loop, self._enter, cluster.workstation.ports)

    def run(self) -> None:
        """Run the command that the other side wants, and tell it the exit code."""
        cwd, env, argv = self._wire.command()
        stdin = self._wire.stdin(argv)
        forwards = resolve(argv)[0] == ("port-forward",)
        settings = Settings(env, self._listeners, goes_on=forwards, on_error=self._wire.err)
        if forwards or self._cluster.pace is not None:
            code = self._run_by_beats(argv, stdin, cwd, settings)
        else:
            code = self._cluster.kubectl(argv, stdin, cwd, self._wire.out, settings).exit_code
        self._wire.end(code)

    def _run_by_beats(self, argv: list[str], stdin: str | None, cwd: str, settings: Settings) -> int:
        """Run a command that takes real time, and end it when the other side goes."""
        cluster = self._cluster
        with cluster.lock:
            cluster.catch_up()
            run = cluster.start(argv, stdin, cwd, self._wire.out, settings)
        try:
            while not run.done:
                self._beat(run)
                self._wire.say()
        except OSError:
            with cluster.lock:
                run.cancel()
                cluster.advance(cluster.now)
            raise
        with cluster.lock:
            code = run.finish()
            cluster.after_command()
        return code

    def _beat(self, run: Run) -> None:
        """Let a little time pass. Without a wall clock a forwarded port moves time only while somebody waits for an answer."""
        cluster = self._cluster
        with cluster.lock:
            cluster.catch_up()
            seconds = BEAT_S * STEP_MODE_RATE if self._listeners.busy and cluster.pace is None and cluster.clock == "step" else 0.0
            cluster.advance(cluster.now + seconds)
        if not run.done:
            self._wire.check(BEAT_S)

    def _enter(self, callback: Callable[[], None]) -> None:
        with self._cluster.lock:
            callback()
            self._cluster.advance(self._cluster.now)


def reads_stdin(argv: list[str]) -> bool:
    """Whether the command line says that standard input is read: `-f -`, `-f-`, `--filename=-`, `exec -i`."""
    before = argv[: argv.index("--")] if "--" in argv else argv
    if any(word == "-" or word.endswith("=-") or word == "-f-" for word in before):
        return True
    talks = any(verb in before for verb in TALKS)
    return talks and any(word in ("--stdin", "--stdin=true") or re.fullmatch(r"-[a-hj-zA-Z]*i[a-z]*", word) is not None for word in before)


def _sweep() -> None:
    """Remove what a kernel that was killed has left behind."""
    for left in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        pid = left.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
