"""How a command's result is shown: its streams as streams, every command of a cell, and a failure as kubectl's own line.

What stands alone in a cell prints while it runs, as in a terminal; what is assigned (`x = %kubectl …`) is silent.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

_PRINTS = ContextVar("_PRINTS", default=False)
"""Whether what runs now stands alone in its cell."""


@dataclass(frozen=True)
class Output:
    """What one kubectl printed. Shown as its streams; assigned (`x = %kubectl …`) it is silent, and `str(x)` is its standard output."""

    stdout: str
    stderr: str = ""
    exit_code: int = 0
    background: str = ""
    """What watches in the background have printed meanwhile."""
    printed: bool = False
    """The streams have been shown while the command ran."""

    def __str__(self) -> str:
        return self.stdout

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()

    def _ipython_display_(self) -> None:
        self.show_before_failure()
        if not self.printed:
            sys.stderr.write(self.stderr)

    def show_before_failure(self) -> None:
        """Print all but standard error, which becomes the error."""
        if not self.printed:
            sys.stdout.write(self.stdout)
        sys.stdout.write(self.background)


@dataclass(frozen=True)
class Outputs:
    """The commands of one `%%kubectl` cell, already shown one by one."""

    results: tuple[Output, ...]

    def _ipython_display_(self) -> None:
        pass


class KubectlError(Exception):
    """A command that failed; its text is what it printed on standard error. Shown as that text alone, and the cell fails."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message.rstrip("\n"))
        self.exit_code = exit_code

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def has_failed(output: Output) -> bool:
    """Whether the cell fails: an exit code, and something said on standard error that is no warning.

    `kubectl diff` exits with 1 where it finds differences, `kubectl auth can-i` where the answer is no: neither is a failure.
    """
    complaints = [line for line in output.stderr.splitlines() if not line.startswith("Warning: ")]
    return output.exit_code != 0 and bool(complaints)


class Shower:
    """Prints to the cell's streams. What came last on standard error is held back: if the command fails it is the error's text."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def out(self, text: str) -> None:
        """Print a piece of standard output."""
        self.flush()
        sys.stdout.write(text)

    def err(self, text: str) -> None:
        """Print a piece of standard error, later."""
        self._held.append(text)

    def flush(self) -> None:
        """Print what was held back, behind what was printed before it."""
        if self._held:
            sys.stdout.flush()
            sys.stderr.write(self.take())
            sys.stderr.flush()

    def take(self) -> str:
        """What was held back, which is then somebody else's to show."""
        text = "".join(self._held)
        self._held.clear()
        return text


def shower() -> Shower | None:
    """What prints for the command that begins now; None where it is silent."""
    return Shower() if _PRINTS.get() else None


@contextmanager
def interruptible(printer: Shower | None = None) -> Iterator[None]:
    """What is stopped by Ctrl+C fails as in a terminal, with no traceback."""
    try:
        yield
    except KeyboardInterrupt:
        if printer is not None:
            printer.flush()
        raise KubectlError("^C", 130) from None


def ended(output: Output, printer: Shower | None, otherwise: str = "") -> Output:
    """A command's output; where it failed a `KubectlError` with what it said last, or `otherwise`, after the rest has been shown."""
    if has_failed(output):
        output.show_before_failure()
        said = printer.take() if printer is not None else output.stderr
        raise KubectlError(said or otherwise or output.stderr, output.exit_code)
    if printer is not None:
        printer.flush()
    return output


def show_running(run: Callable[[], Any]) -> None:
    """Run what stands alone in a cell, and let it print."""
    before = _PRINTS.set(True)
    try:
        result = run()
    finally:
        _PRINTS.reset(before)
    show(result)


def show(result: Any) -> None:
    """Show a magic's result, also in the middle of a cell, in a loop or in a function."""
    if hasattr(result, "_ipython_display_"):
        result._ipython_display_()
    elif result is not None:
        from IPython.display import display

        display(result)


MAGICS = ("kubectl", "manifest", "cluster", "view")
Node = TypeVar("Node", bound=ast.AST)


class ShowEveryCommand(ast.NodeTransformer):
    """Makes `show_running(lambda: …)` of each bare `%kubectl …`, which prints while it runs.

    IPython would show a cell's last one alone, when it has ended, and after an `Out[1]:` that spoils tables.
    """

    def visit_Expr(self, statement: ast.Expr) -> ast.Expr:
        if not _is_command(statement):
            return statement
        work = _nothing_to_do()
        work.body = statement.value
        statement.value = ast.copy_location(ast.Call(func=_show_function(), args=[work], keywords=[]), statement.value)
        return ast.fix_missing_locations(statement)


def _is_command(statement: ast.stmt) -> bool:
    """Whether this is `get_ipython().run_line_magic('kubectl', …)`, or run_cell_magic, standing alone and not silenced by a semicolon."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr not in ("run_line_magic", "run_cell_magic"):
        return False
    words = [str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)]
    return bool(words) and words[0] in MAGICS and not (words[0] == "kubectl" and words[-1].rstrip().endswith(";"))


def _show_function() -> ast.expr:
    """An expression for `show_running` that no name of the user's can shadow."""
    return ast.parse(f"__import__('sys').modules[{__name__!r}].show_running", mode="eval").body


def _nothing_to_do() -> ast.Lambda:
    """`lambda: None`, to be filled."""
    work = ast.parse("lambda: None", mode="eval").body
    assert isinstance(work, ast.Lambda)
    return work
