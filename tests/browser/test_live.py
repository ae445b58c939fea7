"""A live cluster in a real JupyterLab: a picture follows for a minute while cells run, then the clock steps, then it goes back.

Screenshots are left in tests/browser/screenshots.
"""

import importlib.util
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("jupyterlab_in_chromium", HERE / "jupyterlab.py")
assert spec and spec.loader
lab = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lab)

SHOTS = HERE / "screenshots"
MINUTE_S = 60
OWN = "{thread.name for thread in threading.enumerate() if type(thread) is threading.Thread}"
"""Not those that ipykernel and pyzmq make for themselves, which are classes of their own."""
THREADS = f"print(sorted({OWN} - before))"
CELLS = [
    "%load_ext k8s_magic\n%cluster reset --seed 1\nimport threading, time",
    "%view placement",
    f"before = {OWN}\n%cluster live 5",
    "kubectl create deployment web --image=nginx --replicas=4\nbegan = time.monotonic()",
    "for replicas in (8, 3, 6):\n    kubectl scale deployment web --replicas=$replicas\n    time.sleep(7)",
    "kubectl set image deployment/web nginx=nginx:1.27\nkubectl rollout status deployment/web",
    "%cluster kill-node node3\nwhile time.monotonic() < began + 60:\n    kubectl get deployment web --no-headers\n    time.sleep(4)",
    THREADS,
    "%cluster step",
    THREADS,
    "%cluster tick 10s\nkubectl get nodes",
    "%cluster rewind 2",
    "kubectl get deployment web\n%cluster history",
]
COUNT = "document.querySelectorAll('.k8sm-pod:not(.k8sm-system)').length"
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code').map(cell => {
  const found = [];
  for (let i = 0; i < cell.model.outputs.length; i++) { found.push(cell.model.outputs.get(i).toJSON()); }
  return found;
})"""
RUNS = "window.jupyterapp.shell.currentWidget.content.activeCell.inputArea.promptNode.textContent.includes('*')"
"""The cell has not ended. The kernel's status would not do: what the picture tells is answered in a thread beside, and then says idle."""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(lab.chromium() is None, reason="Chromium is not installed")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


@pytest.fixture
def page(tmp_path: Path, home: Path) -> Iterator[Any]:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "live.ipynb")
    SHOTS.mkdir(exist_ok=True)
    with lab.server(folder, home) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        opened.set_default_timeout(30_000)
        lab.open_notebook(opened, base, "live.ipynb")
        yield opened
        browser.close()


def test_a_minute_live_then_stepped_then_rewound(page: Any, home: Path) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for index in range(4):
        _run(page, index)
    began = time.monotonic()
    lab.run_cell(page, 4)
    for replicas in (8, 3, 6):
        page.wait_for_function(f"() => {COUNT} === {replicas} && {RUNS}")
        page.screenshot(path=SHOTS / f"live-1-{replicas}-pods-while-a-cell-runs.png")
    lab.executed(page, 5)
    _run(page, 5)
    lab.run_cell(page, 6)
    page.wait_for_function(f"() => document.querySelector('.k8sm-node-lost') && {RUNS}")
    page.screenshot(path=SHOTS / "live-2-a-node-is-lost-while-a-cell-runs.png")
    lab.executed(page, 7, timeout=90_000)
    assert time.monotonic() - began > MINUTE_S - 2
    for index in range(7, 11):
        _run(page, index)
    page.screenshot(path=SHOTS / "live-3-stepped.png")
    _run(page, 11)
    page.wait_for_function(f"() => {COUNT} === 8")
    _run(page, 12)
    page.locator(".jp-Notebook .jp-Cell").last.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "live-4-rewound.png")
    _nothing_went_wrong(page, home)
    assert [words for words in complaints if "favicon" not in words] == []


def _run(page: Any, index: int) -> None:
    lab.run_cell(page, index)
    lab.executed(page, index + 1)


def _nothing_went_wrong(page: Any, home: Path) -> None:
    outputs = page.evaluate(OUTPUTS)
    kinds = {output["output_type"] for cell in outputs for output in cell}
    assert kinds == {"stream", "display_data"}
    texts = ["".join("".join(output["text"]) for output in cell if output["output_type"] == "stream") for cell in outputs]
    assert not [output for cell in outputs for output in cell if output.get("name") == "stderr"]
    assert len(outputs[1]) == 1, "nothing was put under the picture's cell"
    assert texts[2] == "The clock runs, 5 seconds a second.\n"
    assert texts[4] == "deployment.apps/web scaled\n" * 3
    assert texts[5].endswith('deployment "web" successfully rolled out\n')
    assert texts[7] == "['k8s-magic live']\n"
    assert texts[9] == "[]\n"
    assert "again, after command 2: kubectl scale deployment web --replicas=8" in texts[11]
    assert re.match(r"web +\d/8 +8 ", texts[12].splitlines()[1])
    assert "set image" not in texts[12]
    assert "Traceback" not in (home / "server.log").read_text()
