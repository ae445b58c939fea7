"""`%%terminal`: a cell that is a shell script, run on the cluster's workstation; and `kubectl … | …` lines, which are short ones.

The shell is one per cluster and keeps its variables. Dollar signs are the shell's own here, so Python's variables are not put in.
"""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from k8s_magic.magics.expand import quoted_parts
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output, has_failed

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
    session.moved()
    shower = Shower()
    result = session.cluster.terminal(script, shower.show)
    output = Output(result.stdout, result.stderr, result.exit_code)
    if has_failed(output):
        raise KubectlError(shower.take() or f"exit code {result.exit_code}", result.exit_code)
    shower.flush()
    sys.stdout.write(session.cluster.take_background())
    return output


def run_line(session: Session, line: str) -> Output:
    """Run a line with pipes and the like as a script, and keep its output, as `%kubectl` does."""
    if session.outside is not None:
        raise KubectlError("error: pipes in a line are the simulated cluster's; for one outside there is !kubectl\n" + BACK)
    session.moved()
    result = session.cluster.terminal(line)
    output = Output(result.stdout, result.stderr, result.exit_code, session.cluster.take_background())
    if has_failed(output):
        output.show_before_failure()
        raise KubectlError(output.stderr, output.exit_code)
    return output


class Shower:
    """Prints to the cell's streams. What came last on standard error is held back: if the script fails it is the error's text."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def show(self, is_error: bool, text: str) -> None:
        """Print one piece."""
        if is_error:
            self._held.append(text)
        else:
            self.flush()
            sys.stdout.write(text)
            sys.stdout.flush()

    def flush(self) -> None:
        """Print what was held back."""
        sys.stderr.write(self.take())
        sys.stderr.flush()

    def take(self) -> str:
        """What was held back, which is then somebody else's to show."""
        text = "".join(self._held)
        self._held.clear()
        return text


def is_script(line: str) -> bool:
    """Whether a kubectl line holds more than one command: pipes, redirections, lists, `$(…)`, outside of quotes."""
    return any(operator in text for quote, text in quoted_parts(line) if not quote for operator in OPERATORS)
