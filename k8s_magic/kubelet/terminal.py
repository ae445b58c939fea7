"""A terminal's line discipline: echoes what is typed, erases, and gives the program whole lines, as Linux's tty driver does."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.kubelet.process import Exit, Process

INTERRUPT, END_OF_INPUT, ERASE, BACKSPACE = "\x03", "\x04", "\x7f", "\x08"
INTERRUPTED = 130


class Terminal:
    """The keys of one client, typed at one program."""

    def __init__(self, process: Process, echo: Callable[[str], None]) -> None:
        self._process = process
        self._echo = echo
        self._line = ""

    def type(self, data: bytes) -> None:
        """Take keys as they come."""
        for key in data.decode("utf-8", "replace"):
            if key in "\r\n":
                self._enter()
            elif key == INTERRUPT:
                self._interrupt()
            elif key == END_OF_INPUT:
                if not self._line:
                    self._process.close_stdin()
            elif key in (ERASE, BACKSPACE):
                if self._line:
                    self._line = self._line[:-1]
                    self._echo("\b \b")
            elif key.isprintable() or key == "\t":
                self._line += key
                self._echo(key)

    def _enter(self) -> None:
        line, self._line = self._line, ""
        self._echo("\r\n")
        self._process.feed(line.encode() + b"\n")

    def _interrupt(self) -> None:
        """At a prompt the line is dropped; a program that does not read is ended."""
        self._line = ""
        self._echo("^C\r\n")
        if self._process.reads_stdin:
            self._process.feed(b"\n")
        else:
            self._process.kill(Exit(INTERRUPTED))
