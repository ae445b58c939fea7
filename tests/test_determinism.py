"""The same seed and commands give the same bytes, whatever Python's hashing does."""

import os
import subprocess
import sys
from pathlib import Path

SCENARIO = Path(__file__).parent / "pyodide" / "scenario.py"


def output(hash_seed: str, folder: Path) -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, SCENARIO], cwd=folder, env=environment, capture_output=True, check=True, timeout=120).stdout


def test_three_runs_are_alike(tmp_path: Path) -> None:
    first = output("0", tmp_path)
    assert b"deployment.apps/web" in first and len(first) > 10_000
    assert output("0", tmp_path) == first
    assert output("4242", tmp_path) == first
