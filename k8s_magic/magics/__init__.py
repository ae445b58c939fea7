"""The magics: text in, text and pictures out. `load` and `unload` put them into an IPython shell and take them out again.

IPython has no way to unregister magics, so `unload` undoes each thing that `load` did, by hand.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.magics.completion import KubectlMatcher
from k8s_magic.magics.lines import rewrite_bare_lines
from k8s_magic.magics.magics import KMagics
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import ShowEveryCommand
from k8s_magic.magics.terminal import TerminalMagics
from k8s_magic.server import command_socket

ATTRIBUTE = "_k8s_magic_session"
"""Where the shell keeps its session, from loading to unloading."""


def load(shell: Any) -> None:
    """Register everything once; a second load keeps the first one's cluster."""
    if getattr(shell, ATTRIBUTE, None) is not None:
        return
    session = Session(shell)
    setattr(shell, ATTRIBUTE, session)
    session.magics = (KMagics(shell, session), TerminalMagics(shell, session))
    shell.register_magics(*session.magics)
    shell.input_transformers_cleanup.append(rewrite_bare_lines)
    session.shower = ShowEveryCommand()
    shell.ast_transformers.append(session.shower)
    session.matcher = KubectlMatcher(session, shell)
    session.matcher.attach()
    shell.events.register("post_run_cell", session.cell_ended)
    if command_socket.is_possible():
        session.kubectl_of_shells = command_socket.CommandSocket(lambda: session.target).start()


def unload(shell: Any) -> None:
    """Undo `load`; the cluster goes with the session."""
    session = getattr(shell, ATTRIBUTE, None)
    if session is None:
        return
    setattr(shell, ATTRIBUTE, None)
    session.close()
    for magics in session.magics:
        _unregister(shell, magics)
    shell.input_transformers_cleanup.remove(rewrite_bare_lines)
    shell.ast_transformers.remove(session.shower)
    session.matcher.detach()
    shell.events.unregister("post_run_cell", session.cell_ended)


def _unregister(shell: Any, magics: Any) -> None:
    for kind, names in magics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    if magics in shell.configurables:
        shell.configurables.remove(magics)
    shell.magics_manager.registry.pop(type(magics).__name__, None)


def session_of(shell: Any) -> Session:
    """The session that `load` put into this shell."""
    session = getattr(shell, ATTRIBUTE)
    assert isinstance(session, Session)
    return session
