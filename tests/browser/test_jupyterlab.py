"""The first chapter in a real JupyterLab: it runs, the picture moves Pods onto nodes, and a saved notebook shows it without a kernel.

Screenshots are left in tests/browser/screenshots.
"""

import importlib.util
import shutil
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
CHAPTER = "03-pods.ipynb"
DEMO = [
    "%load_ext k8s_magic",
    "%view placement",
    "kubectl create deployment web --image=nginx --replicas=6",
    "%cluster tick 20s",
    "kubectl get po",
]
MOVING = """() => document.getAnimations().some(animation =>
  animation.effect.target?.matches?.('[data-id].k8sm-pod:not(.k8sm-system)') &&
  animation.effect.getKeyframes().some(frame => /translate\\([^0]/.test(frame.transform ?? '')) &&
  animation.currentTime > 120)"""
"""A Pod is on its way; a little after it has left."""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(lab.chromium() is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copy(HERE.parent.parent / "notebooks" / CHAPTER, folder)
    cells = [nbformat.v4.new_code_cell(source) for source in DEMO]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "demo.ipynb")
    SHOTS.mkdir(exist_ok=True)
    with lab.server(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1400, "height": 1000})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


def test_a_saved_notebook_shows_the_picture_without_a_kernel(base: str, page: Any) -> None:
    page.goto(f"{base}/lab/tree/{CHAPTER}?reset&token=tok")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    picture = page.locator('img[src^="data:image/svg+xml"]').first
    picture.wait_for()
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.naturalWidth") > 500
    assert "node1 (control plane)" in picture.get_attribute("alt")
    assert page.locator(".k8sm").count() == 0
    assert "Error displaying widget" not in page.content()
    page.screenshot(path=SHOTS / "1-saved-notebook.png")


def test_pods_move_onto_nodes(base: str, page: Any) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    lab.open_notebook(page, base, "demo.ipynb")
    for index in (0, 1):
        lab.run_cell(page, index)
        lab.executed(page, index + 1)
    page.wait_for_selector(".k8sm-stage svg .k8sm-node")
    assert page.locator("[data-id].k8sm-pod:not(.k8sm-system)").count() == 0
    lab.run_cell(page, 2)
    page.wait_for_function("() => document.querySelector('.k8sm')?.dataset.playing === 'yes'")
    page.wait_for_function(MOVING)
    page.screenshot(path=SHOTS / "2-pods-moving.png")
    page.wait_for_function("() => document.querySelector('.k8sm').dataset.playing === 'no'")
    assert page.locator("[data-id].k8sm-pod:not(.k8sm-system)").count() == 6
    page.screenshot(path=SHOTS / "3-pods-placed.png")
    _scrub(page)
    lab.run_cell(page, 3)
    page.wait_for_function("() => document.querySelectorAll('.k8sm-pod.k8sm-running:not(.k8sm-system)').length === 6")
    page.screenshot(path=SHOTS / "4-pods-running.png")
    _dark(page)
    assert outside == []


def _is_outside(url: str) -> bool:
    return url.startswith("http") and "127.0.0.1" not in url


def _scrub(page: Any) -> None:
    """The steps can be gone through with the keyboard, and are told."""
    stage = page.locator(".k8sm-stage")
    stage.focus()
    page.keyboard.press("Home")
    assert page.locator(".k8sm").get_attribute("data-step") == "0"
    assert page.locator("[data-id].k8sm-pod:not(.k8sm-system)").count() == 0
    page.keyboard.press("ArrowRight")
    assert page.locator(".k8sm").get_attribute("data-step") == "1"
    assert "created" in page.locator(".k8sm [aria-live]").inner_text()
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("End")
    assert page.locator("[data-id].k8sm-pod:not(.k8sm-system)").count() == 6


def _dark(page: Any) -> None:
    """The picture follows JupyterLab's theme."""
    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'}); }")
    page.wait_for_selector(".k8sm-dark")
    page.wait_for_timeout(1000)
    page.screenshot(path=SHOTS / "5-dark.png")
    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'}); }")
    page.wait_for_selector(".k8sm:not(.k8sm-dark)")


def test_reduced_motion_shows_the_last_step_at_once(base: str, browser: Any) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    lab.open_notebook(page, base, "demo.ipynb")
    for index in (0, 1, 2):
        lab.run_cell(page, index)
        lab.executed(page, index + 1)
    page.wait_for_function("() => document.querySelectorAll('[data-id].k8sm-pod:not(.k8sm-system)').length === 6")
    assert page.locator(".k8sm").get_attribute("data-playing") == "no"
    context.close()


def test_the_chapter_runs(base: str, page: Any) -> None:
    lab.open_notebook(page, base, CHAPTER)
    count = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code').length")
    lab.command(page, "notebook:restart-run-all")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.wait_for_timeout(3000)
    page.wait_for_function(lab.CONNECTED)
    lab.executed(page, count, timeout=120_000)
    errors = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
    assert [text for text in errors if "Traceback" in text] == []
    page.screenshot(path=SHOTS / "6-chapter.png")
