"""Builds the chapters: `python -m k8s_magic._notebooks build` runs each source in notebooks/sources and writes the executed notebook,
and takes the README's pictures from them.

A source is Markdown; a fence that says {code-cell} is a cell, `:tags: [a, b]` its tags, a line `+++` parts two text cells.
The cluster's clock and names come from its seed, so that building twice gives the same bytes; a test holds us to it.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PICTURES = {
    "placement": ("10-deployments", "%view placement", 0),
    "selector": ("04-labels", "%view service/alpaca", 1),
    "quarantine": ("06-replicasets", "%view rs/kuard", 0),
    "network": ("04-labels", "%view network alpaca", 0),
    "rollout": ("10-deployments", "%view reconcile deployment/nginx", 0),
    "tree": ("10-deployments", "%view tree deployment/nginx", 0),
    "why": ("10-deployments", "%view why $pod", 0),
}
"""What the README shows: each file is what a chapter's cell shows that says this, the first of them or a later one."""
CODE = re.compile(r"^```\{code-cell\}\n(?:^:tags: \[(?P<tags>[^\]]*)\]\n)?(?P<source>.*?)^```\n", re.DOTALL | re.MULTILINE)
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_TIMEOUT_S = 120


def parse(text: str) -> Any:
    """The notebook that a source says, not yet run."""
    cells, position = [], 0
    for match in CODE.finditer(text):
        cells += _texts(text[position : match.start()])
        tags = [tag.strip() for tag in (match["tags"] or "").split(",") if tag.strip()]
        cells.append(nbformat.v4.new_code_cell(match["source"].rstrip("\n"), metadata={"tags": tags} if tags else {}))
        position = match.end()
    cells += _texts(text[position:])
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index:02}"
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def _texts(text: str) -> list[Any]:
    return [nbformat.v4.new_markdown_cell(part.strip("\n")) for part in re.split(r"^\+\+\+\n", text, flags=re.MULTILINE) if part.strip()]


def run(notebook: Any) -> Any:
    """The notebook with its outputs, run in an empty folder by a new kernel; raises where a cell fails that should not."""
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name=KERNEL["name"], resources=resources, store_widget_state=False)
        return tidied(client.execute())


def tidied(notebook: Any) -> Any:
    """Without what differs from run to run or needs a kernel: widget models, timings, how streams were cut."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.outputs)
    return notebook


def _outputs(outputs: list[Any]) -> list[Any]:
    """Streams joined, standard output first: in which order a kernel sends what was written to both is chance."""
    joined: list[Any] = []
    streams: dict[str, Any] = {}
    for output in [*outputs, None]:
        if output is not None and output.output_type == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
            else:
                streams[output.name] = output
            continue
        joined += [streams[name] for name in ("stdout", "stderr") if name in streams]
        streams = {}
        if output is not None:
            output.get("data", {}).pop(WIDGET, None)
            joined.append(output)
    return joined


def written(notebook: Any) -> str:
    """The file's text."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def build(source: Path) -> str:
    """The finished notebook's text."""
    return written(_split(run(parse(source.read_text(encoding="utf-8")))))


def _split(notebook: Any) -> Any:
    """Texts as lists of lines, as Jupyter writes them, so that changes can be read."""
    return json.loads(nbformat.writes(notebook))


def picture(notebook: str, line: str, number: int = 0) -> str:
    """The picture of a cell of a notebook's text that says `line`, as an SVG file."""
    cells = [cell for cell in json.loads(notebook)["cells"] if line in "".join(cell["source"]).splitlines()]
    shown = [output["data"]["text/html"] for output in cells[number]["outputs"] if "text/html" in output.get("data", {})]
    found = re.search(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", "".join(shown[-1]))
    assert found is not None
    return base64.b64decode(found[1]).decode() + "\n"


def sources() -> list[Path]:
    """Every chapter's source."""
    return sorted((NOTEBOOKS / "sources").glob("*.md"))


def target(source: Path) -> Path:
    """The notebook that a source becomes."""
    return NOTEBOOKS / f"{source.stem}.ipynb"


def main(argv: list[str]) -> int:
    """`build [NAME...]` writes chapters and pictures; `check [NAME...]` only says which differ, and exits with 1 if any does."""
    if not argv or argv[0] not in ("build", "check"):
        sys.stderr.write("usage: python -m k8s_magic._notebooks build|check [NAME...]\n")
        return 2
    built = {target(source): build(source) for source in sources() if source.stem in argv[1:] or not argv[1:]}
    for name, (chapter, line, number) in PICTURES.items():
        if NOTEBOOKS / f"{chapter}.ipynb" in built:
            built[NOTEBOOKS / f"{name}.svg"] = picture(built[NOTEBOOKS / f"{chapter}.ipynb"], line, number)
    stale = [path for path, text in built.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in built.items():
        sys.stdout.write(f"{path.name}: {'unchanged' if path not in stale else 'differs' if argv[0] == 'check' else 'written'}\n")
        if argv[0] == "build":
            path.write_text(text, encoding="utf-8")
    return 1 if stale and argv[0] == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
