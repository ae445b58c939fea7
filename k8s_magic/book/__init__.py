"""The book's examples, by the URLs that the course's notes give: manifests of our own with the same objects.

They keep the form of 2017 where the notes show it (`extensions/v1beta1`, no selector): meeting what v1.36 refuses is part
of the course.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

HOSTS = ("raw.githubusercontent.com", "github.com")
REPOSITORY = "/kubernetes-up-and-running/examples/"

# File names that the notes spell otherwise.
ALIASES = {
    "5-3-kaurd-pod-resreq.yaml": "5-3-kuard-pod-resreq.yaml",
    "5-4-kaurd-pod-reslim.yaml": "5-4-kuard-pod-reslim.yaml",
    "14-2-parse-service,yaml": "14-2-parse-service.yaml",
}


def fetch(url: str) -> bytes | None:
    """The example at `url`; None where it is none of the book's."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in HOSTS or not parts.path.startswith(REPOSITORY):
        return None
    name = unquote(parts.path).rsplit("/", 1)[-1]
    return example(ALIASES.get(name, name))


def example(name: str) -> bytes | None:
    """The example in the file `name`; None where there is none."""
    if name not in names():
        return None
    return _directory().joinpath(name).read_bytes()


def names() -> list[str]:
    """The examples' file names, sorted."""
    return sorted(entry.name for entry in _directory().iterdir())


def _directory() -> Traversable:
    from importlib import resources  # Few commands name an example, and it takes some milliseconds.

    return resources.files(__package__).joinpath("examples")
