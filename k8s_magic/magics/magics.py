"""The magics themselves: `%kubectl`, `%%kubectl`, `%%manifest`, `%cluster`, `%view`.

IPython's own expansion of `$x` and `{x}` is off, because it corrupts go-templates and gives up on jsonpath; ours is in `expand`.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, magics_class, no_var_expand, output_can_be_silenced
from IPython.display import display
from traitlets import Bool
from traitlets.config import Configurable

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.magics import cluster_commands, terminal
from k8s_magic.magics.expand import expand_body, expand_line, without_comment
from k8s_magic.magics.lines import commands
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output, Outputs, show
from k8s_magic.widgets import pictures


@magics_class
class KMagics(Magics, Configurable):
    """A simulated Kubernetes cluster in this notebook."""

    expand = Bool(True, help="Replace $name and ${name} by the values of Python variables.").tag(config=True)

    def __init__(self, shell: Any, session: Session) -> None:
        Configurable.__init__(self, config=shell.config)
        Magics.__init__(self, shell=shell)
        self.session = session

    @no_var_expand
    @output_can_be_silenced
    @line_cell_magic
    def kubectl(self, line: str, cell: str | None = None) -> Output | Outputs:
        """Run kubectl: `%kubectl get pods`. `%%kubectl ARGS` takes the cell as standard input; in `%%kubectl` each line is a command."""
        if cell is None and terminal.is_script(line):
            return terminal.run_line(self.session, f"kubectl {self._line(line)}")
        if cell is None:
            return self.session.run(self._line(line))
        if line.strip():
            return self.session.run(self._line(line), stdin=self._body(cell))
        results = []
        for command in commands(cell):
            results.append(self.session.run(self._line(command)))
            show(results[-1])
        return Outputs(tuple(results))

    @no_var_expand
    @cell_magic
    def manifest(self, line: str, cell: str) -> Output:
        """Apply the YAML of the cell; `%%manifest pod.yaml` writes it there first. What begins with a dash goes to `kubectl apply`."""
        words = self._words(line)
        name = words.pop(0) if words and not words[0].startswith("-") else None
        options, body = shlex.join(words), self._body(cell)
        if name is None:
            return self.session.run(f"apply -f - {options}", stdin=body)
        try:
            Path(name).write_text(body, encoding="utf-8")
        except OSError as error:
            raise KubectlError(f"error: cannot write {name}: {error.strerror}") from None
        return self.session.run(f"apply -f {shlex.quote(name)} {options}")

    @no_var_expand
    @line_magic
    def cluster(self, line: str) -> Any:
        """Look at the cluster and move it: `%cluster help` says how."""
        return cluster_commands.run(self.session, self._words(line))

    @no_var_expand
    @line_magic
    def view(self, line: str) -> Any:
        """Show a picture that follows the cluster: `%view placement`; the words after the name are namespaces."""
        words = self._words(line)
        known = pictures()
        if "/" in "".join(words[:1]):
            words.insert(0, "selector")  # `%view service/web`: what it selects.
        if not words or words[0] not in known:
            asked = f'unknown picture "{words[0]}" for "%view"' if words else "usage: %view PICTURE"
            raise KubectlError(f"error: {asked}; there are {', '.join(known)}")
        try:
            with self.session.alone():
                picture = known[words[0]](self.session.client, self.session.inspector, tuple(words[1:]))
        except ApiError as error:
            raise KubectlError(f"Error from server ({error.reason}): {error}") from None
        except (ValueError, UsageError) as error:
            raise KubectlError(f"error: {error}") from None
        self.session.add_view(picture)
        display(picture)

    def _words(self, line: str) -> list[str]:
        try:
            return shlex.split(self._line(line))
        except ValueError as error:
            raise KubectlError(f"error: {error}") from None

    def _line(self, line: str) -> str:
        line = without_comment(line).rstrip().removesuffix(";")  # With it IPython shows nothing; to a shell it ends the command.
        return expand_line(line, self.session.shell.user_ns) if self.expand else line

    def _body(self, cell: str) -> str:
        return expand_body(cell, self.session.shell.user_ns) if self.expand else cell
