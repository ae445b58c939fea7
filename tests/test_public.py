"""The package's surface: what `import k8s_magic` gives, and that it gives it quickly."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import k8s_magic
from k8s_magic import cli


def test_the_version_is_the_distributions(checkout: Path) -> None:
    assert tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["version"] == k8s_magic.__version__


def loaded_after(statement: str, *modules: str) -> str:
    """Which of `modules` (or of the modules below one that ends in a dot) a new Python has loaded after `statement`."""
    found = f"(m for m in sorted(sys.modules) for w in {modules!r} if m == w or w[-1] == '.' and m.startswith(w))"
    script = f"import sys; {statement}; print(*{found})"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True).stdout.strip()


def test_importing_loads_nothing() -> None:
    assert loaded_after("import k8s_magic", "k8s_magic.", "IPython", "yaml", "anywidget") == ""


def test_a_cluster_needs_no_ipython() -> None:
    assert loaded_after("from k8s_magic import Cluster; Cluster()", "IPython", "anywidget", "just_bash", "gotpl") == ""


def test_the_command_line_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert "k8s-magic COMMAND" in capsys.readouterr().out
    assert cli.main([]) == cli.main(["bogus"]) == 2
    assert "k8s-magic COMMAND" in capsys.readouterr().err


def test_the_version_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"{k8s_magic.__version__}\n"


def test_one_kubectl(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["kubectl", "get", "ns", "default", "-o", "name"]) == 0
    assert capsys.readouterr().out == "namespace/default\n"
    assert cli.main(["kubectl", "get", "pod", "nope"]) == 1
    assert capsys.readouterr().err == 'Error from server (NotFound): pods "nope" not found\n'


def test_lab_opens_the_first_chapter_of_the_checkout(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda path, arguments: started.append(arguments))
    cli.main(["lab", "--no-browser"])
    assert "--LabApp.default_url=/lab/tree/03-pods.ipynb" in started[0]
    assert f"--ServerApp.root_dir={checkout / 'notebooks'}" in started[0]
    assert started[0][-1] == "--no-browser"


def test_lab_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lab", str(tmp_path / "nope.ipynb")]) == 1
    assert "no notebook at" in capsys.readouterr().err
