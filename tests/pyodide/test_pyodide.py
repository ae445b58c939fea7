"""The wheel in Pyodide (Python in WebAssembly) under Node gives the same bytes as in CPython.

Pyodide comes from npm and pure wheels from PyPI; what was fetched stays in tests/pyodide/cache.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = HERE / "cache"
PYODIDE = "314.0.7"
PYTHON = ["--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "none", "--abi", "abi3"]
PLATFORM = ["--only-binary=:all:", "--platform", "any", "--platform", "pyemscripten_2026_0_wasm32"]
NEEDED = ["ipython==9.12.0", "ipywidgets", "anywidget", "jsonpatch", "cronsim", "just-bash==0.2.1"]
"""Of our dependencies, what these cells import; newer IPythons want psutil where pip runs, which is not where they will."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")]


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def runtime() -> Path:
    """Pyodide itself."""
    place = CACHE / f"pyodide-{PYODIDE}"
    if not (place / "node_modules" / "pyodide" / "pyodide.mjs").exists():
        place.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--no-audit", "--no-fund", "--prefix", place, f"pyodide@{PYODIDE}")
    return place / "node_modules" / "pyodide"


@pytest.fixture(scope="module")
def wheels(checkout_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, just built, beside the pure wheels of what it needs."""
    fetched = CACHE / "wheels"
    if not list(fetched.glob("just_bash-*.whl")):
        fetched.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "-m", "pip", "download", "-q", "-d", fetched, *PLATFORM, *PYTHON, *NEEDED)
    if not list(fetched.glob("pyyaml-*.whl")):
        pure = {"PYYAML_FORCE_CYTHON": "0", "PYYAML_FORCE_LIBYAML": "0"}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in pure.items():
                patch.setenv(name, value)
            run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-binary", "pyyaml", "-w", fetched, "pyyaml")
    place = tmp_path_factory.mktemp("wheels")
    for wheel in fetched.glob("*.whl"):
        shutil.copy(wheel, place)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", place, checkout_root)
    return place


@pytest.fixture(scope="module")
def checkout_root() -> Path:
    return HERE.parent.parent


@pytest.mark.parametrize(("script", "word"), [("scenario.py", "Running"), ("random_commands.py", "replayed"), ("three_modes.py", "live")])
def test_the_same_bytes_as_in_cpython(runtime: Path, wheels: Path, tmp_path: Path, script: str, word: str) -> None:
    in_pyodide = run("node", HERE / "run.mjs", runtime, wheels, HERE / script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONHASHSEED", "1")
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        in_cpython = run(sys.executable, HERE / script, cwd=tmp_path)
    assert word in in_cpython
    assert in_pyodide.splitlines() == in_cpython.splitlines()


def test_the_hash_of_a_hundred_random_commands_is_that_of_their_replay(tmp_path: Path) -> None:
    told = dict(line.split()[:2] for line in run(sys.executable, HERE / "random_commands.py", cwd=tmp_path).splitlines())
    assert told["run"] == told["replayed"] == told["loaded"]
