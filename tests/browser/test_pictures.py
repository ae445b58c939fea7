"""Every picture in JupyterLab and in Notebook 7: played, scrubbed, with no error, no request to another host, and users' text as text.

Screenshots are left in tests/browser/screenshots, to be looked at: what a person sees there no test can judge.
"""

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

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
CHAPTERS = ("04-labels.ipynb", "06-replicasets.ipynb", "10-deployments.ipynb")
EVIL = "<img src=x onerror=alert(1)>"
LONG = "a-name-as-long-as-that-of-a-container-may-be-nobody-reads-it-al"
POD: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "evil", "labels": {"app": "web"}}}
POD["spec"] = {"nodeSelector": {"there": "is-none"}, "containers": [{"name": "c", "image": "nginx"}]}
SETUP = f"""kubectl create deployment web --image=nginx --replicas=4
kubectl set resources deployment web --requests=cpu=250m,memory=128Mi --limits=cpu=900m,memory=256Mi
kubectl expose deployment web --port=80
kubectl taint node node2 dedicated=gpu:PreferNoSchedule
%cluster settle
open("evil.json", "w").write({json.dumps(json.dumps(POD))});
kubectl apply -f evil.json
kubectl patch pod evil --subresource=status --type=merge -p '{{"status": {{"reason": "{EVIL}"}}}}'
kubectl run {LONG} --image=nginx --labels=app=web
kubectl set image deployment/web nginx=nginx:1.27
kubectl rollout status deployment/web
kubectl cordon node3
pod = %kubectl get pods -l app=web,pod-template-hash -o jsonpath={{.items[0].metadata.name}}
kubectl annotate deployment web note='{EVIL}'
kubectl label pod $pod app=sick --overwrite"""
PICTURES = {
    "selector": "%view selector 'app in (web),!canary' pods deployments",
    "service": "%view service/web",
    "deployment": "%view deployment/web",
    "why": "%view why $pod",
    "why-nowhere": "%view why evil",
    "reconcile": "%view reconcile deployment/web",
    "tree": "%view tree deployment/web",
    "network": "%view network web",
    "placement": "%view placement",
}
ONE_STEP = {"why", "why-nowhere"}
"""A decision happens at an instant."""
FRONTS = {"lab": "lab/tree", "notebook": "notebooks"}
CELLS = ["%load_ext k8s_magic", SETUP, *PICTURES.values()]
BUSY = ["%load_ext k8s_magic", SETUP, "%view reconcile deployment/web", "import time\ntime.sleep(10)"]
LIVE = [
    "%load_ext k8s_magic",
    "%view placement default",
    "%cluster clock live 10\nkubectl create deployment web --image=nginx --replicas=3",
]
LARGE = [
    "%load_ext k8s_magic\n%cluster reset --nodes 50 --bare",
    "kubectl create deployment web --image=nginx --replicas=500\n%cluster settle",
    "%view placement",
    "kubectl rollout restart deployment web\n%cluster settle",
]
SANE_WORK_MS = 50
"""The page's own work for a frame, which hardly depends on who else works on the machine; with less than 16 ms there are 60 a second."""
DELTAS = """() => {
  window.deltas = [];
  window.measuring = true;
  let last = null;
  const next = (now) => {
    if (last !== null) window.deltas.push(now - last);
    last = now;
    if (window.measuring) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(lab.chromium() is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("notebooks")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebooks = {
        **dict.fromkeys([*FRONTS, "calm", "narrow"], CELLS),
        "busy": BUSY,
        "large": LARGE,
        "live": LIVE,
    }  # One each, for each keeps its kernel.
    for name, sources in notebooks.items():
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")
    for chapter in CHAPTERS:
        shutil.copy(HERE.parent.parent / "notebooks" / chapter, folder)
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


@pytest.fixture
def complaints(page: Any) -> Iterator[list[str]]:
    """What the browser complains about, and requests to other hosts; a test that has any fails."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if _is_outside(request.url) else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: found.append(dialog.message) or dialog.dismiss())
    yield found
    assert [words for words in found if "favicon" not in words] == []


@pytest.mark.parametrize("front", FRONTS)
def test_each_picture_is_played_and_scrubbed(base: str, page: Any, complaints: list[str], front: str) -> None:
    _open(page, f"{base}/{FRONTS[front]}/{front}.ipynb?reset&token=tok")
    complaints.clear()  # What the front end says of itself while it starts.
    for index in (0, 1):
        _run(page, index)
    for number, name in enumerate(PICTURES):
        _run(page, number + 2)
        root = _root(page, number)
        assert root.locator("parsererror").count() == 0, name
        if name in ONE_STEP:
            assert not root.get_by_role("slider", name="Step").is_visible()
        else:
            _with_keyboard(page, root)
            _with_pointer(page, root)
        _still(page)
        root.screenshot(path=SHOTS / f"{front}-{name}.png")
    _points_out_a_workload(page, _root(page, list(PICTURES).index("placement")))
    assert page.locator(".k8sm img").count() == 0
    assert any(EVIL in words for words in page.locator(".k8sm svg text, .k8sm svg title").all_text_contents())
    _in_the_dark(page, front)


def _open(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(lab.CONNECTED, timeout=60_000)


def _run(page: Any, index: int) -> None:
    lab.run_cell(page, index)
    lab.executed(page, index + 1)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts() == []


def _root(page: Any, number: int) -> Any:
    root = page.locator(".k8sm").nth(number)
    root.locator(".k8sm-stage > svg[role=img]").wait_for()
    root.scroll_into_view_if_needed()
    return root


def _is_outside(url: str) -> bool:
    return url.startswith("http") and "127.0.0.1" not in url


def _plays(page: Any, root: Any, how: str) -> None:
    page.wait_for_function(f"root => root.dataset.playing === '{how}'", arg=root.element_handle())


def _still(page: Any) -> None:
    """Wait until nothing moves."""
    page.wait_for_function("() => document.getAnimations().every(animation => !animation.effect?.target?.closest?.('.k8sm-stage'))")


def _with_keyboard(page: Any, root: Any) -> None:
    """The keyboard alone steps, plays and changes the speed, and each step is said in a sentence."""
    frames = int(root.get_attribute("data-frames"))
    assert frames > 1
    _plays(page, root, "no")
    root.locator(".k8sm-stage").focus()
    page.keyboard.press("Home")
    assert root.get_attribute("data-step") == "0"
    told = []
    for number in range(1, min(frames, 4)):
        page.keyboard.press("ArrowRight")
        assert root.get_attribute("data-step") == str(number)
        told.append(root.locator("[aria-live]").inner_text())
        assert told[-1].startswith(f"step {number}/")
        assert len(told[-1].partition(": ")[2]) > 5
    page.keyboard.press("ArrowLeft")
    assert root.get_attribute("data-step") == str(len(told) - 1)
    page.keyboard.press("+")
    assert root.get_by_role("combobox", name="Speed").input_value() == "2"
    page.keyboard.press("-")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    assert root.get_attribute("data-playing") == "yes"
    page.keyboard.press(" ")
    assert root.get_attribute("data-playing") == "no"
    page.keyboard.press("End")
    assert root.get_attribute("data-step") == str(frames - 1)


def _with_pointer(page: Any, root: Any) -> None:
    """The same with buttons, a slider and a list, which are native, so that Tab reaches them."""
    frames = int(root.get_attribute("data-frames"))
    slider = root.get_by_role("slider", name="Step")
    slider.fill("0")
    assert root.get_attribute("data-step") == "0"
    root.get_by_role("button", name="Forward one step").click()
    assert root.get_attribute("data-step") == "1"
    root.get_by_role("button", name="Back one step").click()
    assert root.get_attribute("data-step") == "0"
    root.get_by_role("combobox", name="Speed").select_option("4")
    root.get_by_role("button", name="Play").click()
    assert root.get_by_role("button", name="Pause").is_visible()
    _plays(page, root, "no")
    assert root.get_attribute("data-step") == str(frames - 1)
    assert slider.get_attribute("aria-valuetext").startswith(f"step {frames - 1}/")


def _points_out_a_workload(page: Any, root: Any) -> None:
    """Resting on its name in the head, by pointer or by keyboard, leaves its own pods in full colour."""
    name = root.locator(".k8sm-key").first
    others = root.locator("[data-id].k8sm-other")
    assert others.count() == 0
    name.hover()
    assert others.count() == root.locator("[data-id]:not([data-of='deployment/web'])").count() > 0
    root.locator(".k8sm-step").hover()
    name.focus()
    assert others.count() > 0
    name.blur()
    assert others.count() == 0


def _in_the_dark(page: Any, front: str) -> None:
    """Every picture follows the theme: no text stands on a ground of its own brightness."""
    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'}); }")
    page.wait_for_selector(".k8sm-dark")
    page.wait_for_timeout(1000)
    for number, name in enumerate(PICTURES):
        root = _root(page, number)
        grounds = root.locator(".k8sm-paper, .k8sm-box").evaluate_all("all => all.map(e => getComputedStyle(e).fill)")
        inks = root.locator("svg text").evaluate_all("all => all.map(e => getComputedStyle(e).fill)")
        assert max(_brightness(colour) for colour in grounds) < 0.2 < 0.45 < min(_brightness(colour) for colour in inks), name
        root.screenshot(path=SHOTS / f"{front}-{name}-dark.png")
    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'}); }")
    page.wait_for_selector(".k8sm:not(.k8sm-dark)")


def _brightness(colour: str) -> float:
    if colour == "none":
        return 0
    red, green, blue = (int(part) for part in colour.strip("rgba()").split(",")[:3])
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def test_pictures_play_while_the_kernel_is_busy(base: str, page: Any, complaints: list[str]) -> None:
    _open(page, f"{base}/lab/tree/busy.ipynb?reset&token=tok")
    complaints.clear()
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
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press(" ")
    _plays(page, root, "no")
    assert root.get_attribute("data-step") == str(int(root.get_attribute("data-frames")) - 1)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status") == "busy"


def test_pictures_follow_a_live_clock_with_no_cell_running(base: str, page: Any, complaints: list[str]) -> None:
    _open(page, f"{base}/lab/tree/live.ipynb?reset&token=tok")
    complaints.clear()
    for index in (0, 1, 2):
        _run(page, index)
    page.wait_for_function("() => document.querySelectorAll('[data-id].k8sm-running').length === 3")
    _plays(page, page.locator(".k8sm"), "no")
    page.locator(".k8sm-stage").focus()
    page.keyboard.press("Home")
    assert page.locator("[data-id].k8sm-running").count() < 3


def test_who_wants_no_motion_sees_none(base: str, page: Any, complaints: list[str]) -> None:
    page.emulate_media(reduced_motion="reduce")
    _open(page, f"{base}/lab/tree/calm.ipynb?reset&token=tok")
    complaints.clear()
    for index in (0, 1):
        _run(page, index)
    for number, name in enumerate(PICTURES):
        _run(page, number + 2)
        root = _root(page, number)
        assert root.get_attribute("data-playing") in ("no", None)
        if name not in ONE_STEP:
            root.locator(".k8sm-stage").focus()
            page.keyboard.press("ArrowLeft")
            assert page.evaluate("() => document.getAnimations().filter(a => a.effect?.target?.closest?.('.k8sm-stage')).length") == 0


def test_in_a_narrow_window_nothing_shrinks_until_it_cannot_be_read(base: str, page: Any, complaints: list[str]) -> None:
    _open(page, f"{base}/lab/tree/narrow.ipynb?reset&token=tok")
    complaints.clear()
    page.set_viewport_size({"width": 620, "height": 900})
    for index in (0, 1):
        _run(page, index)
    for number, name in enumerate(PICTURES):
        _run(page, number + 2)
        root = _root(page, number)
        _plays(page, root, "no") if name not in ONE_STEP else None
        stage = root.locator(".k8sm-stage").bounding_box()
        drawn = root.locator(".k8sm-stage > svg").bounding_box()
        assert drawn["width"] >= 700 > stage["width"]  # It scrolls instead.
        controls = root.locator(".k8sm-controls").bounding_box()
        assert controls is None or controls["width"] <= stage["width"] + 1
        root.screenshot(path=SHOTS / f"narrow-{name}.png")
    page.emulate_media(media="print")
    assert not page.get_by_role("slider", name="Step").first.is_visible()
    assert page.locator(".k8sm-stage > svg").first.is_visible()


def test_frames_per_second(base: str, page: Any, complaints: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty nodes with five hundred pods that are all replaced: what the browser itself says of its frames."""
    _open(page, f"{base}/lab/tree/large.ipynb?reset&token=tok")
    complaints.clear()
    for index in range(3):
        lab.run_cell(page, index)
        lab.executed(page, index + 1, timeout=180_000)
    root = _root(page, 0)
    assert root.locator("[data-id]").count() == 500
    lab.run_cell(page, 3)
    _plays(page, root, "yes")
    rates = {"playing": _rate(page, lambda: _plays(page, root, "no"))}
    lab.executed(page, 4, timeout=180_000)
    root.locator(".k8sm-stage").focus()

    def scrub() -> None:
        for key in ["ArrowLeft"] * 20 + ["ArrowRight"] * 20:
            page.keyboard.press(key)
            page.wait_for_timeout(50)

    rates["scrubbing"] = _rate(page, scrub)
    root.screenshot(path=SHOTS / "large-placement.png")
    with capsys.disabled():
        print("\n50 nodes, 500 pods:")
        for how, rate in rates.items():
            print(f"  {how}: {rate.mean:.1f} frames/s (median {rate.median:.1f}), {rate.work_ms:.1f} ms of work a frame")
    assert max(rate.work_ms for rate in rates.values()) < SANE_WORK_MS


class Rate(NamedTuple):
    """Frames a second: all of them over the time, and the median's; and the processor time of the page's main thread for each."""

    mean: float
    median: float
    work_ms: float


def _rate(page: Any, action: Callable[[], None]) -> Rate:
    """While something happens."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _work(session)
    page.evaluate(DELTAS)
    action()
    deltas = sorted(page.evaluate("() => { window.measuring = false; return window.deltas; }"))
    assert len(deltas) > 20
    work = 1000 * (_work(session) - before) / len(deltas)
    return Rate(1000 * len(deltas) / sum(deltas), 1000 / deltas[len(deltas) // 2], work)


def _work(session: Any) -> float:
    """Seconds that the main thread has worked."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_saved_chapter_shows_its_pictures_without_kernel_or_trust(base: str, page: Any, complaints: list[str], chapter: str) -> None:
    page.goto(f"{base}/lab/tree/{chapter}?reset&token=tok")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(lab.CONNECTED, timeout=60_000)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel")
    assert not page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.some(cell => cell.model.trusted)")
    complaints.clear()
    saved = json.loads((HERE.parent.parent / "notebooks" / chapter).read_text(encoding="utf-8"))
    expected = sum("text/html" in output.get("data", {}) for cell in saved["cells"] for output in cell.get("outputs", ()))
    assert expected >= 4
    seen = set()
    for _ in range(60):  # JupyterLab draws a cell when it comes into sight.
        for picture in page.locator('.jp-OutputArea img[src^="data:image/svg+xml"]').all():
            seen.add((picture.evaluate("image => [image.naturalWidth > 500, image.alt.length > 20].join()"), picture.get_attribute("src")))
        if len(seen) >= expected:
            break
        page.mouse.move(700, 500)
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(200)
    assert len(seen) == expected and {good for good, _ in seen} == {"true,true"}
    assert page.locator(".k8sm").count() == 0
    assert "Error displaying widget" not in page.content()
    page.screenshot(path=SHOTS / f"saved-{chapter.removesuffix('.ipynb')}.png")
