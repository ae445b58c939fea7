"""The README's commands, in a copy of the checkout with no environment: what a newcomer pastes works."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = re.compile(r"^```sh\n(python3 -m venv .*)\n```$", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "cache", "screenshots", ".hypothesis")


def commands(checkout: Path) -> list[str]:
    return COMMAND.findall((checkout / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout as a newcomer has it."""
    place = tmp_path_factory.mktemp("newcomer") / "k8s_magic"
    shutil.copytree(Path(__file__).parent.parent, place, ignore=LEFT_OUT)
    return place


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    yield port


def newcomers_environment() -> dict[str, str]:
    """Ours, without the environment that the tests run in."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def test_there_are_two_commands_of_one_line(checkout: Path) -> None:
    first, second = commands(checkout)
    assert first.endswith("k8s-magic lab")
    assert second.endswith("pytest")


@pytest.mark.slow
def test_the_first_command_opens_jupyterlab_on_the_first_chapter(fresh: Path, free_port: int) -> None:
    command = commands(fresh)[0] + f" --no-browser --ServerApp.port={free_port} --IdentityProvider.token=tok"
    with open(fresh.parent / "lab.log", "w") as log:
        process = subprocess.Popen(
            ["bash", "-c", command], cwd=fresh, env=newcomers_environment(), stdout=log, stderr=log, start_new_session=True
        )
        try:
            notebook = _get(f"http://127.0.0.1:{free_port}/api/contents/03-pods.ipynb?token=tok", process, log.name)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
    assert b"%load_ext k8s_magic" in notebook
    assert "/lab/tree/03-pods.ipynb" in (fresh.parent / "lab.log").read_text()


def _get(url: str, process: subprocess.Popen[bytes], log: str) -> bytes:
    deadline = time.monotonic() + 420
    while time.monotonic() < deadline:
        assert process.poll() is None, Path(log).read_text()[-3000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return bytes(answer.read())
        time.sleep(1)
    raise AssertionError("JupyterLab did not come up:\n" + Path(log).read_text()[-3000:])


@pytest.mark.slow
def test_the_kernel_of_the_new_environment_is_found_and_runs(fresh: Path) -> None:
    """Runs after the first command, in the environment that it made."""
    script = (
        "from jupyter_client.manager import start_new_kernel\n"
        "manager, client = start_new_kernel(kernel_name='k8s-magic')\n"
        "client.execute_interactive('kubectl get nodes -o name', output_hook=lambda m: print(m['content'].get('text') or '', end=''))\n"
        "manager.shutdown_kernel()\n"
    )
    done = subprocess.run([fresh / ".venv/bin/python", "-c", script], capture_output=True, encoding="utf-8", timeout=120, cwd=fresh)
    assert done.stdout == "node/node1\nnode/node2\nnode/node3\nnode/node4\n", done.stderr


@pytest.mark.slow
def test_the_second_command_installs_what_the_tests_import(fresh: Path) -> None:
    """The suite itself is run by .ci/run with this command; here it is enough that every test can be collected."""
    command = commands(fresh)[1] + " --collect-only -q"
    done = subprocess.run(
        ["bash", "-c", command], cwd=fresh, env=newcomers_environment(), capture_output=True, encoding="utf-8", timeout=600
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert "tests/test_tidy.py" in done.stdout


@pytest.mark.slow
def test_an_installed_wheel_brings_its_chapters(checkout: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, checkout]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    assert (tmp_path / "site/k8s_magic-0.1.0.data/data/share/jupyter/kernels/k8s-magic/kernel.json").exists()
    script = "from k8s_magic import cli, book; print(cli.notebooks()); print(len(book.names()) > 30)"
    environment = newcomers_environment() | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout == f"{tmp_path / 'k8s-magic-notebooks'}\nTrue\n", done.stderr
    assert (tmp_path / "k8s-magic-notebooks" / "03-pods.ipynb").exists()
