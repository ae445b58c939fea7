"""A cluster outside of this process, with the part of a `Cluster`'s surface that any cluster has: kubectl, a client, its own clock."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from k8s_magic.cluster.command import DiskFiles, Result
from k8s_magic.kubectl import flags, main
from k8s_magic.kubectl.discovery import Discovery
from k8s_magic.kubectl.environment import Environment, Legacy, UsageError
from k8s_magic.server.access import load
from k8s_magic.server.client import HttpClient
from k8s_magic.server.listeners import RealListeners
from k8s_magic.server.real_loop import RealLoop

OTHERWISE = ("--kubeconfig", "--server", "-s", "--cluster", "--user")
"""Flags that mean another cluster or user: what they say must not reach this one."""
OnOutput = Callable[[str], None]


class Outside:
    """The cluster of one context. Errors: UsageError."""

    def __init__(self, kubeconfig: Path, context: str = "", legacy: Legacy = "accept") -> None:
        self.kubeconfig, self.context, self.legacy = kubeconfig, context, legacy
        self.editor: Callable[[str, str], str] | None = None
        self.access = load(kubeconfig, context)
        self._discoveries: dict[str, Discovery] = {}
        self.client = HttpClient(self.access, RealLoop())
        self.inspector = None

    @property
    def now(self) -> float:
        """Seconds since the epoch on the cluster's clock."""
        return self.client.now()

    def kubectl(
        self,
        line: str | Sequence[str],
        stdin: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
        look_in: Callable[[], None] = lambda: None,
        goes_on: bool = False,
    ) -> Result:
        """Run one command; `look_in` is called now and then, and may raise."""
        out: list[str] = []
        err: list[str] = []
        try:
            words = shlex.split(line) if isinstance(line, str) else list(line)
            argv = words[1:] if words[:1] == ["kubectl"] else words
            loop = RealLoop()
            environment = self._environment(argv, loop, stdin, cwd)
        except (UsageError, ValueError) as error:
            return Result("", f"error: {error}\n", 1)
        environment.out, environment.err = _both(out, on_output), _both(err, on_error or on_output)
        if goes_on:
            environment.wait_limit_s = environment.quiet_limit_s = None
        task = loop.spawn(main.run(self._with_context(argv), environment), "kubectl")
        task.when_done(lambda: None)  # Its errors are ours to raise.
        try:
            loop.drive(task, look_in)
        except BaseException:
            task.cancel()
            raise
        return Result("".join(out), "".join(err), task.result())

    def _environment(self, argv: list[str], loop: RealLoop, stdin: str | None, cwd: str | os.PathLike[str] | None) -> Environment:
        before = argv[: argv.index("--")] if "--" in argv else argv
        if argv[-1:] == ["&"]:
            raise UsageError("on a cluster outside nothing goes on in the background of a notebook; run it in a terminal")
        if (other := _other(before)) is not None:
            raise UsageError(f"{other} means another cluster; `%cluster use KUBECONFIG [--context NAME]` goes there")
        access = self.access if _is_config(argv) else load(self.kubeconfig, _context(before) or self.context)
        return Environment(
            client=HttpClient(access, loop),
            files=DiskFiles(cwd),
            out=lambda text: None,
            err=lambda text: None,
            stdin=stdin,
            env={"KUBECONFIG": str(self.kubeconfig)},
            discovery=self._discoveries.setdefault(access.server, Discovery()),
            namespace=access.namespace,
            legacy=self.legacy,
            edit=self.editor,
            listeners=RealListeners(loop, loop.post),
        )

    def _with_context(self, argv: list[str]) -> list[str]:
        """The command line, with the context where it names none."""
        return [f"--context={self.context}", *argv] if self.context and not _context(argv) and not _is_config(argv) else argv

    def take_background(self) -> str:
        """Nothing runs in the background."""
        return ""


def _other(argv: list[str]) -> str | None:
    """The flag that means another cluster; the verb's own (`create rolebinding --user`) and those of `config` do not."""
    path, rest = main.resolve(argv)
    command = flags.table().get(" ".join(path))
    own = {word for flag in (command.flags if command else ()) for word in (f"--{flag.name}", f"-{flag.short}")}
    found = (word.partition("=")[0] for word in rest if not _is_config(argv))
    return next((word for word in found if word in OTHERWISE and word not in own), None)


def _is_config(argv: list[str]) -> bool:
    """Whether the command is about files alone."""
    return main.resolve(argv)[0][:1] == ("config",)


def _context(argv: list[str]) -> str:
    """What --context says."""
    for place, word in enumerate(argv):
        if word.startswith("--context="):
            return word.partition("=")[2]
        if word == "--context" and argv[place + 1 :]:
            return argv[place + 1]
    return ""


def _both(into: list[str], then: OnOutput | None) -> OnOutput:
    def write(text: str) -> None:
        into.append(text)
        if then is not None:
            then(text)

    return write
