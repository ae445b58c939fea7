"""A real JupyterLab in headless Chromium, as far as the browser tests need it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
CONNECTED = """() => {
  const kernel = window.jupyterapp?.shell?.currentWidget?.context?.sessionContext?.session?.kernel;
  return !!kernel && kernel.status === 'idle' && kernel.connectionStatus === 'connected';
}"""


def chromium() -> str | None:
    """The browser's path; None where there is none."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextlib.contextmanager
def server(notebooks: Path, home: Path) -> Iterator[str]:
    """JupyterLab on a free port, away from the user's settings; gives its address with the token."""
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    port = _free_port()
    places = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data"}
    places |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--ip=127.0.0.1", "--IdentityProvider.token=tok", f"--ServerApp.root_dir={notebooks}", "--expose-app-in-browser"]
    command += ["--JupyterNotebookApp.expose_app_in_browser=True"]  # Notebook 7, which the same server shows under /notebooks.
    environment = os.environ | {name: str(home / folder) for name, folder in places.items()}
    with open(home / "server.log", "w") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token=tok", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def open_notebook(page: Any, base: str, name: str) -> None:
    """Open a notebook and wait until its kernel answers."""
    page.goto(f"{base}/lab/tree/{name}?reset&token=tok")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(CONNECTED, timeout=60_000)


def command(page: Any, name: str) -> None:
    """Start one of JupyterLab's commands, without waiting for its promise."""
    page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{name}'); }}")


def run_cell(page: Any, index: int) -> None:
    """Run one cell of the open notebook."""
    page.evaluate(f"() => {{ window.jupyterapp.shell.currentWidget.content.activeCellIndex = {index}; }}")
    command(page, "notebook:run-cell")


def executed(page: Any, count: int, timeout: int = 60_000) -> None:
    """Wait until the kernel has run `count` cells and is idle."""
    script = """(count) => {
      const panel = window.jupyterapp.shell.currentWidget;
      const ran = panel.content.widgets.filter(cell => cell.model.executionCount).length;
      return ran >= count && panel.context.sessionContext.session.kernel.status === 'idle';
    }"""
    page.wait_for_function(script, arg=count, timeout=timeout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert process.poll() is None, "JupyterLab ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    raise AssertionError("JupyterLab did not answer within a minute")
