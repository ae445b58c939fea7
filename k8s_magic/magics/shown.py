"""How a command's result is shown: its streams as streams, every command of a cell, and a failure as kubectl's own line."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Output:
    """What one kubectl printed. Shown as its streams; assigned (`x = %kubectl …`) it is silent, and `str(x)` is its standard output."""

    stdout: str
    stderr: str = ""
    exit_code: int = 0
    background: str = ""
    """What watches in the background have printed meanwhile."""

    def __str__(self) -> str:
        return self.stdout

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()

    def _ipython_display_(self) -> None:
        self.show_before_failure()
        sys.stderr.write(self.stderr)

    def show_before_failure(self) -> None:
        """Print all but standard error, which becomes the error."""
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
    """Wraps each bare `%kubectl …` in `show(…)`: IPython would show a cell's last one alone, and after an `Out[1]:` that spoils tables."""

    def visit_Expr(self, statement: ast.Expr) -> ast.Expr:
        if not _is_command(statement):
            return statement
        statement.value = ast.copy_location(ast.Call(func=_show_function(), args=[statement.value], keywords=[]), statement.value)
        return ast.fix_missing_locations(statement)


def _is_command(statement: ast.stmt) -> bool:
    """Whether this is `get_ipython().run_line_magic('kubectl', …)`, or run_cell_magic, standing alone."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr not in ("run_line_magic", "run_cell_magic"):
        return False
    magic = call.args[0] if call.args else None
    return isinstance(magic, ast.Constant) and magic.value in MAGICS


def _show_function() -> ast.expr:
    """An expression for `show` that no name of the user's can shadow."""
    return ast.parse(f"__import__('sys').modules[{__name__!r}].show", mode="eval").body
