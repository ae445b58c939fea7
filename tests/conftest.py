"""What all tests share: slow ones come last, and no test touches the user's own Jupyter or kubeconfig."""

from collections.abc import Iterator
from pathlib import Path

import pytest


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
