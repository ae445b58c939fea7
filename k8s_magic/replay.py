"""`k8s-magic replay`: runs recorded transcripts in a bare cluster and compares, step by step, with what a real one printed."""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from k8s_magic.cluster import Cluster
from k8s_magic.cluster.run import Run
from k8s_magic.server.http_kubectl import HttpKubectl, HttpRun
from k8s_magic.server.real_kubectl import Process, RealKubectl

# Recorded commands followed each other at once, and a `settle` waited for three quiet seconds.
STEP, SETTLE_QUIET_S, SETTLE_LIMIT_S = "100ms", 3.0, 90.0


@dataclass
class Outcome:
    """How one transcript went."""

    name: str
    steps: int = 0
    matching: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.matching / self.steps if self.steps else 1.0


class Replay:
    """One transcript in one fresh cluster."""

    def __init__(self, transcript: dict[str, Any], normalizer: ModuleType, program: Path | None = None, *, http: bool = False) -> None:
        self._transcript = transcript
        self._program, self._http = program, http
        self._normalizer = normalizer
        self._cluster = Cluster(nodes=transcript.get("nodes", 3), system=False, legacy="reject", step=STEP)
        self._captured: dict[str, str] = {}
        self._watches: dict[str, tuple[dict[str, Any], Run | Process | HttpRun]] = {}

    def run(self) -> Outcome:
        outcome = Outcome(self._transcript["name"])
        with tempfile.TemporaryDirectory() as cwd, self._commands(cwd):
            for path, text in (self._transcript.get("files") or {}).items():
                target = Path(cwd) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            for step in self._transcript["steps"]:
                for recorded, ours in self._take(step, cwd):
                    self._compare(outcome, recorded, ours)
            for name in list(self._watches):
                self._compare(outcome, *self._unwatch(name))
        return outcome

    @contextmanager
    def _commands(self, home: str) -> Iterator[None]:
        """What runs the commands: our kubectl in process; or against our server, over HTTP, ours or a real one."""
        self._starter: Cluster | RealKubectl | HttpKubectl = self._cluster
        if self._http:
            with HttpKubectl(self._cluster, home) as self._starter:
                yield
            return
        if self._program is None:
            yield
            return
        with RealKubectl(self._cluster, self._program, home) as self._starter:
            yield

    def _take(self, step: Any, cwd: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Do one step; gives the recorded and our result where the step has one."""
        if step == "settle":
            self._cluster.settle(SETTLE_QUIET_S, SETTLE_LIMIT_S)
        elif "sleep" in step:
            self._cluster.tick(float(step["sleep"]))
        elif "unwatch" in step:
            yield self._unwatch(step["unwatch"])
        elif "watch" in step:
            argv = shlex.split(self._filled(step["run"]))
            self._watches[step["watch"]] = (step, self._starter.start(argv, step.get("stdin"), cwd))
            self._cluster.tick(STEP)
        else:
            yield step, self._kubectl(step, cwd)

    def _filled(self, line: str) -> str:
        for name, value in self._captured.items():
            line = line.replace("${" + name + "}", value)
        return line

    def _kubectl(self, step: dict[str, Any], cwd: str) -> dict[str, Any]:
        result = self._starter.kubectl(self._filled(step["run"]), stdin=step.get("stdin"), cwd=cwd)
        if "capture" in step:
            self._captured[step["capture"]] = result.stdout.strip()
        return {"run": step["run"], "rc": result.exit_code, "stdout": result.stdout, "stderr": result.stderr}

    def _unwatch(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        step, run = self._watches.pop(name)
        run.cancel()
        return step, {"run": step["run"], "stdout": run.take_stdout(), "stderr": run.take_stderr()}

    def _compare(self, outcome: Outcome, recorded: dict[str, Any], ours: dict[str, Any]) -> None:
        outcome.steps += 1
        keep_nodes = self._transcript.get("keep_nodes", False)
        if self._normalizer.same(recorded, ours, keep_nodes):
            outcome.matching += 1
        else:
            outcome.differences.append(_difference(self._normalizer, recorded, ours, keep_nodes))


def _difference(normalizer: ModuleType, recorded: dict[str, Any], ours: dict[str, Any], keep_nodes: bool) -> str:
    lines = [f"--- {recorded['run']}  rc {recorded.get('rc')} / {ours.get('rc')}"]
    for stream in ("stdout", "stderr"):
        theirs, mine = (normalizer.normalize(side.get(stream), keep_nodes) for side in (recorded, ours))
        diff = difflib.unified_diff(theirs, mine, lineterm="", n=0)
        lines += [f"    {line}" for line in diff if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(lines)


def load_normalizer(near: Path) -> ModuleType:
    """The comparison that belongs to the transcripts: `normalize.py` beside them, or in `transcripts` beside their folder."""
    folder = near if near.is_dir() else near.parent
    places = (folder, folder.absolute().parent / "transcripts")
    path = next((place / "normalize.py" for place in places if (place / "normalize.py").exists()), folder / "normalize.py")
    spec = importlib.util.spec_from_file_location("transcripts_normalize", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"error: there is no normalize.py beside {near}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def replay_file(path: Path, normalizer: ModuleType, program: Path | None = None, *, http: bool = False) -> Outcome:
    """Replay one transcript; with `program`, by that kubectl over HTTP; with `http`, by ours."""
    return Replay(yaml.safe_load(path.read_text(encoding="utf-8")), normalizer, program, http=http).run()


def _crashed(path: Path, error: Exception) -> Outcome:
    """Our own mistake costs the whole transcript, and is said as loudly as a comparison allows."""
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["steps"]
    count = sum(1 for step in steps if isinstance(step, dict) and "stdout" in step)
    return Outcome(path.stem, count, 0, [f"CRASHED: {type(error).__name__}: {error}"])


def main(argv: list[str] | None = None) -> int:
    """Replay the transcripts named; prints a line each, and last how many steps match. 0 when all do."""
    parser = argparse.ArgumentParser(prog="k8s-magic replay", description="Replay recorded transcripts in a bare simulated cluster.")
    parser.add_argument("path", nargs="+", type=Path, help="transcripts, or directories that hold them")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what differs")
    parser.add_argument("--raise", dest="raises", action="store_true", help="let our own errors out with their traceback")
    parser.add_argument("--kubectl", type=Path, metavar="PATH", help="run this kubectl against our server instead of our own")
    parser.add_argument("--http", action="store_true", help="run our own kubectl over HTTP, against our server")
    arguments = parser.parse_args(argv)
    files = [f for path in arguments.path for f in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    total = matching = 0
    for path in files:
        normalizer = load_normalizer(path)
        try:
            outcome = replay_file(path, normalizer, arguments.kubectl, http=arguments.http)
        except Exception as error:  # One crash must not hide how the other transcripts go.
            if arguments.raises:
                raise
            outcome = _crashed(path, error)
        total, matching = total + outcome.steps, matching + outcome.matching
        print(f"{outcome.name:32} {outcome.matching:4} of {outcome.steps:4}  {outcome.share:4.0%}", flush=True)
        for difference in outcome.differences if arguments.verbose else ():
            print(difference)
    print(f"{matching} of {total} steps match")
    return 0 if matching == total else 1


if __name__ == "__main__":
    sys.exit(main())
