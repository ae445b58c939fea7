"""binder/ installs this package and nothing more; checked by the files, since no Docker is here."""

import re
import tomllib
from pathlib import Path


def test_python_is_new_enough(checkout: Path) -> None:
    version = re.fullmatch(r"python-3\.(\d+)\n", (checkout / "binder/runtime.txt").read_text())
    assert version and int(version[1]) >= 11


def test_it_installs_this_package_with_its_lab(checkout: Path) -> None:
    lines = [line for line in (checkout / "binder/requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == [".[lab]"]
    extras = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert any(requirement.startswith("jupyterlab") for requirement in extras["lab"])


def test_the_requirements_are_not_taken_for_utf_16(checkout: Path) -> None:
    assert len((checkout / "binder/requirements.txt").read_bytes()) > 40


def test_nothing_else_slows_the_build(checkout: Path) -> None:
    assert sorted(path.name for path in (checkout / "binder").iterdir()) == ["postBuild", "requirements.txt", "runtime.txt"]
    assert (checkout / "binder/postBuild").stat().st_mode & 0o111
