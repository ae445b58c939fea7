"""What all tests share: slow ones come last, and no test touches the user's own Jupyter or kubeconfig."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from k8s_magic.apiserver.store import Entry, Store

# The same examples in every run, however busy the machine: a test that fails now and then tells nothing.
settings.register_profile("k8s_magic", derandomize=True, deadline=None)
settings.load_profile("k8s_magic")

WATCHED_ENTRIES = 2000
"""So many entries a test are held against change; more would cost more than they could tell."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        patch.setenv("JUPYTER_CONFIG_DIR", str(home / "jupyter-config"))
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        patch.delenv("KUBECONFIG", raising=False)
        yield


@pytest.fixture
def checkout() -> Path:
    """The repository's root."""
    return Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _stored_objects_are_never_changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The mutation detector: an object that was stored reads the same at the end of the test. Models client-go's."""
    seen: list[tuple[Entry, str]] = []

    def witness(entry: Entry) -> None:
        if len(seen) < WATCHED_ENTRIES:
            seen.append((entry, _fingerprint(entry.object)))

    monkeypatch.setattr(Store, "witness", staticmethod(witness))
    yield
    changed = [f"{entry.resource} {entry.key} at revision {entry.revision}" for entry, was in seen if _fingerprint(entry.object) != was]
    assert changed == [], "somebody changed a stored object in place; use objects.edit.set_in"


def _fingerprint(obj: Any) -> str:
    return json.dumps(obj, sort_keys=True)
