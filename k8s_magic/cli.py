"""The `k8s-magic` command: open the course, replay transcripts, measure, run one kubectl."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

USAGE = """usage: k8s-magic COMMAND [ARGS]

  lab [NOTEBOOK] [JUPYTERLAB ARGS]   open JupyterLab on the first chapter (or on NOTEBOOK), with a cluster in it
  serve [--port N] [--nodes N] [--kubeconfig FILE]
                                     a cluster by the wall clock for kubectl, helm and client libraries, until Ctrl+C
  kubectl ARGS                       run one kubectl command in a new cluster
  replay [-v] DIR|FILE...            replay transcripts of a real cluster and count the steps that match
  bench                              measure against the budgets of the design
  version                            print the version
"""

FIRST_CHAPTER = "03-pods.ipynb"


def main(argv: list[str] | None = None) -> int:
    """Run one command; gives the exit code (2 for a wrong command line)."""
    arguments = sys.argv[1:] if argv is None else argv
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        help_asked = arguments[:1] in (["-h"], ["--help"], ["help"])
        print(USAGE, end="", file=sys.stdout if help_asked else sys.stderr)
        return 0 if help_asked else 2
    return command(arguments[1:])


def lab(argv: list[str]) -> int:
    """Open JupyterLab; replaces this process, so that Ctrl-C and the exit code are JupyterLab's."""
    named = argv[:1] if argv and argv[0].endswith(".ipynb") else []
    chapter = Path(named[0]).resolve() if named else notebooks() / FIRST_CHAPTER
    if not chapter.is_file():
        print(f"error: no notebook at {chapter}", file=sys.stderr)
        return 1
    if importlib.util.find_spec("jupyterlab") is None:
        print("error: JupyterLab is not installed; pip install 'k8s-magic[lab]'", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "jupyterlab", *_root_allowed(), f"--ServerApp.root_dir={chapter.parent}"]
    command += [f"--LabApp.default_url=/lab/tree/{chapter.name}", *argv[len(named) :]]
    sys.stdout.flush()
    os.execv(sys.executable, command)


def notebooks() -> Path:
    """The folder of chapters: the checkout's; from an installed wheel, a copy in ./k8s-magic-notebooks, which one may change."""
    package = Path(__file__).parent
    checkout = package.parent / "notebooks"
    if (package.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    copy = Path.cwd() / "k8s-magic-notebooks"
    copy.mkdir(exist_ok=True)
    for original in sorted((package / "notebooks").glob("*.ipynb")):
        if not (copy / original.name).exists():
            shutil.copy(original, copy)
    return copy


def _root_allowed() -> list[str]:
    """JupyterLab refuses to run as root, which is who one is in most containers."""
    return ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def kubectl(argv: list[str]) -> int:
    """One command in a new cluster; standard input is read where the command names it ("-f -")."""
    cluster = importlib.import_module("k8s_magic.cluster").Cluster()
    stdin = sys.stdin.read() if any(word.rpartition("=")[2] == "-" for word in argv) else None
    result = cluster.kubectl(argv, stdin=stdin, cwd=os.getcwd())
    sys.stdout.write(result.stdout)
    sys.stderr.write(result.stderr)
    return int(result.exit_code)


def serve(argv: list[str]) -> int:
    """Serve a cluster over HTTPS."""
    return int(importlib.import_module("k8s_magic.server.standalone").main(argv))


def replay(argv: list[str]) -> int:
    """Replay transcripts."""
    return int(importlib.import_module("k8s_magic.replay").main(argv))


def bench(argv: list[str]) -> int:
    """Measure the budgets."""
    return int(importlib.import_module("k8s_magic.bench").main(argv))


def version(argv: list[str]) -> int:
    """Print the version."""
    print(importlib.import_module("k8s_magic").__version__)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "lab": lab,
    "serve": serve,
    "kubectl": kubectl,
    "replay": replay,
    "bench": bench,
    "version": version,
    "--version": version,
}
