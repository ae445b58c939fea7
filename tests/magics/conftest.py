"""An IPython shell with the extension loaded, as a notebook has it."""

import atexit
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Cell(NamedTuple):
    """What running a cell gave."""

    stdout: str
    stderr: str
    error: BaseException | None


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """Ctrl+C as a kernel has it while a cell runs; a shell's background job (`pytest &`) is born ignoring it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.Completer.use_jedi = False
    shell.run_line_magic("load_ext", "k8s_magic")
    yield shell
    shell.run_line_magic("unload_ext", "k8s_magic")
    InteractiveShell.clear_instance()
    # Or each of hundreds of shells would be emptied at the end of the run, with a search for garbage through all that tests have left.
    atexit.unregister(shell.atexit_operations)


@pytest.fixture
def run(shell: Any, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Cell]:
    def run_cell(source: str) -> Cell:
        capsys.readouterr()
        result = shell.run_cell(source, store_history=False)
        captured = capsys.readouterr()
        return Cell(captured.out, captured.err, result.error_before_exec or result.error_in_exec)

    return run_cell
