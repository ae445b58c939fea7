"""`%%terminal`: a cell that is a shell script, run on the cluster's workstation; and `kubectl … | …` lines, which are short ones.

The shell is one per cluster and keeps its variables. Dollar signs are the shell's own here, so Python's variables are not put in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from k8s_magic.magics.expand import quoted_parts
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output, Shower, ended, interruptible, shower

BACK = "`%cluster use embedded` goes back to the simulated one."
OPERATORS = ("|", ">", "<", ";", "&&", "$(", "`")


@magics_class
class TerminalMagics(Magics):
    """The workstation's shell."""

    def __init__(self, shell: Any, session: Session) -> None:
        super().__init__(shell=shell)
        self.session = session

    @no_var_expand
    @line_cell_magic
    def terminal(self, line: str, cell: str | None = None) -> None:
        """Run a shell script beside the cluster: `%%terminal`, then kubectl, curl, loops, pipes; `%terminal COMMAND` for one line."""
        run(self.session, line if cell is None else cell)


def run(session: Session, script: str) -> Output:
    """Run a script and show its output as it comes; `KubectlError` where its last command fails and says why."""
    if session.outside is not None:
        raise KubectlError(
            "error: %%terminal is beside the simulated cluster; for one outside there is %%bash, with the same kubectl\n" + BACK
        )
    output = _run(session, script, Shower())
    sys.stdout.write(output.background)
    return output


def run_line(session: Session, line: str) -> Output:
    """Run a line with pipes and the like as a script, and keep its output, as `%kubectl` does."""
    if session.outside is not None:
        raise KubectlError("error: pipes in a line are the simulated cluster's; for one outside there is !kubectl\n" + BACK)
    return _run(session, line, shower())


def _run(session: Session, script: str, printer: Shower | None) -> Output:
    session.moved()
    cluster = session.cluster
    with interruptible(printer):
        result = cluster.terminal(script, _by_stream(printer) if printer else None)
    output = Output(result.stdout, result.stderr, result.exit_code, cluster.take_background(), printer is not None)
    return ended(output, printer, f"exit code {result.exit_code}")


def _by_stream(printer: Shower) -> Callable[[bool, str], None]:
    return lambda is_error, text: (printer.err if is_error else printer.out)(text)


def is_script(line: str) -> bool:
    """Whether a kubectl line holds more than one command: pipes, redirections, lists, `$(…)`, outside of quotes."""
    return any(operator in text for quote, text in quoted_parts(line) if not quote for operator in OPERATORS)
