"""The chapters run from top to bottom under nbval and give what is committed; nothing is tagged to be ignored."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbclient", reason="nbclient is not installed")
from k8s_magic import _notebooks

ROOT = Path(__file__).parent.parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHAPES = {"svg", "g", "rect", "path", "circle", "text", "tspan", "title", "desc"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def cells(chapter: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return found


def test_every_source_has_its_notebook() -> None:
    assert [_notebooks.target(source) for source in _notebooks.sources()] == CHAPTERS
    assert CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_it_passes_nbval(chapter: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout=60", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    done = subprocess.run([*command, chapter], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.mark.parametrize("source", _notebooks.sources(), ids=lambda path: path.stem)
def test_building_gives_what_is_committed(source: Path) -> None:
    assert _notebooks.build(source) == _notebooks.target(source).read_text(encoding="utf-8"), (
        "run: python -m k8s_magic._notebooks build, and review the difference"
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_output_is_ignored(chapter: Path) -> None:
    tags = {tag for cell in cells(chapter) for tag in cell["metadata"].get("tags", [])}
    assert tags <= {"raises-exception"}
    assert not [cell for cell in cells(chapter) if "NBVAL" in "".join(cell["source"])]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_it_is_executed_and_holds_no_widget_model(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    assert WIDGET not in text
    assert '"widgets"' not in text
    code = [cell for cell in cells(chapter) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_failures_are_only_those_that_are_meant(chapter: Path) -> None:
    for cell in cells(chapter):
        failed = [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
        assert bool(failed) == ("raises-exception" in cell["metadata"].get("tags", [])), cell["source"]
        assert not [output for output in failed if "Traceback" in "".join(output["traceback"])]


@pytest.mark.parametrize("name", _notebooks.PICTURES)
def test_the_readmes_pictures_are_the_chapters(name: str) -> None:
    chapter, line, number = _notebooks.PICTURES[name]
    text = (_notebooks.NOTEBOOKS / f"{chapter}.ipynb").read_text(encoding="utf-8")
    drawn = (_notebooks.NOTEBOOKS / f"{name}.svg").read_text(encoding="utf-8")
    assert _notebooks.picture(text, line, number) == drawn
    assert f"](notebooks/{name}.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
    # What GitHub shows: an image with nothing in it that runs, or that is fetched.
    assert {e.tag.rpartition("}")[2] for e in ET.fromstring(drawn).iter()} <= SHAPES
    assert "href" not in drawn and "url(" not in drawn


def test_a_source_is_cut_into_cells() -> None:
    notebook = _notebooks.parse(
        "# Title\n\ntext\n+++\nmore\n\n```{code-cell}\n:tags: [a, b]\n%x\n\ny\n```\nafter\n\n```sh\nnot a cell\n```\n"
    )
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# Title\n\ntext"),
        ("markdown", "more"),
        ("code", "%x\n\ny"),
        ("markdown", "after\n\n```sh\nnot a cell\n```"),
    ]
    assert notebook.cells[2].metadata == {"tags": ["a", "b"]}
