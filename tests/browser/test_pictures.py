"""Every picture in JupyterLab and in Notebook 7: played, scrubbed, with no error, no request to another host, and users' text as text."""

import importlib.util
import json
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
EVIL = "<img src=x onerror=alert(1)>"
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "evil", "labels": {"app": "web"}}}
POD["spec"] = {"nodeSelector": {"there": "is-none"}, "containers": [{"name": "c", "image": "nginx"}]}  # type: ignore[assignment]
SETUP = f"""kubectl create deployment web --image=nginx --replicas=4
kubectl expose deployment web --port=80
%cluster settle
open("evil.json", "w").write({json.dumps(json.dumps(POD))});
kubectl apply -f evil.json
kubectl patch pod evil --subresource=status --type=merge -p '{{"status": {{"reason": "{EVIL}"}}}}'
kubectl set image deployment/web nginx=nginx:1.27
kubectl rollout status deployment/web
pod = %kubectl get pods -l app=web,pod-template-hash -o jsonpath={{.items[0].metadata.name}}
kubectl annotate deployment web note='{EVIL}'
kubectl label pod $pod app=sick --overwrite"""
PICTURES = {
    "selector": "%view selector 'app in (web),!canary' pods deployments",
    "service": "%view service/web",
    "deployment": "%view deployment/web",
    "why": "%view why $pod",
    "reconcile": "%view reconcile deployment/web",
    "tree": "%view tree deployment/web",
    "network": "%view network web",
    "placement": "%view placement",
}
ONE_STEP = {"why"}
"""A decision happens at an instant."""
FRONTS = {"lab": "lab/tree", "notebook": "notebooks"}
CELLS = ["%load_ext k8s_magic", SETUP, *PICTURES.values()]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(lab.chromium() is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("notebooks")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    for front in FRONTS:  # A notebook each, for each keeps its kernel.
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{front}.ipynb")
    busy = ["%load_ext k8s_magic", SETUP, "%view reconcile deployment/web", "import time\ntime.sleep(8)"]
    cells = [nbformat.v4.new_code_cell(source) for source in busy]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "busy.ipynb")
    SHOTS.mkdir(exist_ok=True)
    with lab.server(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        opened.set_default_timeout(30_000)
        yield opened
        browser.close()


@pytest.mark.parametrize("front", FRONTS)
def test_each_picture_is_played_and_scrubbed(base: str, page: Any, front: str) -> None:
    outside, complaints = [], []
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
    _open(page, f"{base}/{FRONTS[front]}/{front}.ipynb?reset&token=tok")
    complaints.clear()  # What the front end says of itself while it starts.
    for index in (0, 1):
        _run(page, index)
    for number, name in enumerate(PICTURES):
        _run(page, number + 2)
        root = page.locator(".k8sm").nth(number)
        root.locator(".k8sm-stage > svg[role=img]").wait_for()
        root.scroll_into_view_if_needed()
        if name not in ONE_STEP:
            _scrub(page, root)
        assert root.locator("parsererror").count() == 0, name
        root.screenshot(path=SHOTS / f"{front}-{name}.png")
    assert page.locator(".k8sm img").count() == 0
    assert EVIL in page.locator(".k8sm").nth(len(PICTURES) - 1).inner_text() + page.content().replace("&lt;", "<").replace("&gt;", ">")
    assert outside == []
    assert [words for words in complaints if "favicon" not in words] == []


def _open(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(lab.CONNECTED, timeout=60_000)


def _run(page: Any, index: int) -> None:
    lab.run_cell(page, index)
    lab.executed(page, index + 1)


def _is_outside(url: str) -> bool:
    return url.startswith("http") and "127.0.0.1" not in url


def _scrub(page: Any, root: Any) -> None:
    """The keyboard steps, plays and changes the speed; the pointer's controls are native ones."""
    frames = int(root.get_attribute("data-frames"))
    assert frames > 1
    page.wait_for_function("root => root.dataset.playing === 'no'", arg=root.element_handle())
    root.locator(".k8sm-stage").focus()
    page.keyboard.press("Home")
    assert root.get_attribute("data-step") == "0"
    page.keyboard.press("ArrowRight")
    assert root.get_attribute("data-step") == "1"
    assert root.locator("[aria-live]").inner_text().startswith("step 1/")
    page.keyboard.press("+")
    assert root.get_by_role("combobox", name="Speed").input_value() == "2"
    page.keyboard.press(" ")
    assert root.get_attribute("data-playing") == "yes"
    page.keyboard.press(" ")
    assert root.get_attribute("data-playing") == "no"
    page.keyboard.press("End")
    assert root.get_attribute("data-step") == str(frames - 1)


def test_a_picture_plays_while_the_kernel_is_busy(base: str, page: Any) -> None:
    _open(page, f"{base}/lab/tree/busy.ipynb?reset&token=tok")
    for index in (0, 1, 2):
        _run(page, index)
    lab.run_cell(page, 3)
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status === 'busy'")
    root = page.locator(".k8sm")
    root.locator(".k8sm-stage").focus()
    page.keyboard.press("Home")
    before = page.locator(".k8sm-stage").inner_html()
    page.keyboard.press("ArrowRight")
    assert page.locator(".k8sm-stage").inner_html() != before
    root.get_by_label("Since which command").wait_for(state="attached")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status") == "busy"
