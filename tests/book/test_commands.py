"""The notes' command lines, chapter by chapter, in a cluster of the course: each does what its chapter says."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s_magic import book
from k8s_magic.cluster import Cluster
from k8s_magic.kubectl.environment import Legacy

CHAPTERS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "commands.yaml").read_text(encoding="utf-8"))
POD_MAKERS = ("Pods", "Jobs", "Deployments")
"""Chapters in which a plain `kubectl run` makes a Deployment or a Job: that is 2017's, and today's kubectl makes a pod of it."""


class Learner:
    """Types the lines of one chapter, in a working directory of its own."""

    def __init__(self, chapter: dict[str, Any], legacy: Legacy, cwd: Path) -> None:
        self.cluster = Cluster(legacy=legacy, nodes=chapter.get("nodes", 3))
        self.cwd = cwd
        self.variables: dict[str, str] = {}
        for name, source in chapter.get("files", {}).items():
            self.write(name, source)

    def write(self, name: str, source: dict[str, str]) -> None:
        text = source["text"] if "text" in source else (book.example(source["book"]) or b"").decode()
        (self.cwd / name).write_text(_changed(text, {old: new for old, new in source.items() if old not in ("text", "book")}))

    def take(self, step: dict[str, Any]) -> None:
        """Take one step and check what the notes say of it."""
        if "pass" in step:
            self.cluster.tick(step["pass"])
        if "add_node" in step:
            self.cluster.add_node()
            return
        for name, changes in step.get("change_file", {}).items():
            (self.cwd / name).write_text(_changed((self.cwd / name).read_text(), changes))
        if "waits" in step:
            return
        self.cluster.editor = lambda suffix, text: _changed(text, step.get("edit", {}))
        stdout, stderr, exit_code, background = self.run(step["run"], step.get("stdin"))
        said = f"{step['run']}\n{stdout}{stderr}{background}"
        assert exit_code == step.get("exit", 0), said
        self.check(step, stdout, stderr, background, said)
        self.keep(step, stdout)

    def check(self, step: dict[str, Any], stdout: str, stderr: str, background: str, said: str) -> None:
        for key, text in (("says", stdout), ("warns", stderr), ("background", stdout + background)):
            for words in step.get(key, ()):
                assert words in text, f"no {words!r} in {key} of {said}"
        for words in step.get("lacks", ()):
            assert words not in stdout, said
        if "lines" in step:
            assert len(stdout.rstrip("\n").split("\n")) == step["lines"], said
        for name, words in step.get("writes", {}).items():
            assert words in (self.cwd / name).read_text(), said

    def keep(self, step: dict[str, Any], stdout: str) -> None:
        if "captures" in step:
            self.variables[step["captures"]] = stdout.strip()
        if "saves" in step:
            (self.cwd / step["saves"]).write_text(_changed(stdout, step.get("change", {})))

    def run(self, line: str, stdin: str | None) -> tuple[str, str, int, str]:
        """What a shell would make of a line: variables, a pipe, an assignment."""
        line = re.sub(r"\$\{?([A-Z_]+)\}?", lambda match: self.variables[match[1]], line)
        assigned = re.fullmatch(r"([A-Z_]+)=\$\((.*)\)", line)
        stdout, stderr, background, exit_code = stdin, "", "", 0
        for part in (assigned[2] if assigned else line).split(" | "):
            words = [word for word in shlex.split(part) if not word.startswith("KUBE_EDITOR=")]
            result = self.cluster.kubectl(words, stdin=stdout, cwd=self.cwd)
            stdout, exit_code = result.stdout, result.exit_code
            stderr, background = stderr + result.stderr, background + result.background
        if assigned:
            self.variables[assigned[1]] = (stdout or "").strip()
        return stdout or "", stderr, exit_code, background


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in\n{text}"
        text = text.replace(old, new)
    return text


def _live(chapter: dict[str, Any], legacy: Legacy, cwd: Path) -> None:
    learner = Learner(chapter, legacy, cwd)
    for step in chapter["steps"]:
        learner.take(step)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter["chapter"] for chapter in CHAPTERS])
def test_a_chapter_of_2017(chapter: dict[str, Any], tmp_path: Path) -> None:
    _live(chapter, "book", tmp_path)


TODAY = [chapter for chapter in CHAPTERS if chapter["chapter"] not in POD_MAKERS]


@pytest.mark.parametrize("chapter", TODAY, ids=[chapter["chapter"] for chapter in TODAY])
def test_a_chapter_where_only_what_is_refused_is_rewritten(chapter: dict[str, Any], tmp_path: Path) -> None:
    _live(chapter, "accept", tmp_path)


def test_a_plain_run_makes_a_pod_today() -> None:
    cluster = Cluster(legacy="accept")
    assert cluster.kubectl("run kuard --image=gcr.io/kuar-demo/kuard-amd64:1").stdout == "pod/kuard created\n"


def test_few_lines_wait() -> None:
    steps = [step for chapter in CHAPTERS for step in chapter["steps"] if "waits" in step]
    assert Counter(step["waits"] for step in steps) == {
        "mongo's shell": 2,
        "mysql's shell": 1,
        "redis-sentinel": 1,
        "replication between redis servers": 4,
        "a ping that ends by Ctrl-C only": 1,
    }


def test_lines_are_in_the_notes_order() -> None:
    numbers = [step["line"] for chapter in CHAPTERS for step in chapter["steps"] if "line" in step]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 234
