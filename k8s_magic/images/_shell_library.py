"""just-bash made to print while it runs, with the container's programs as its commands.

The library gives output back when a script has ended. Here each simple command whose output nobody catches (no pipe, no
redirection, no `$(...)`) prints at once, so that a container's log grows as time passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from just_bash.commands.registry import create_command_registry
from just_bash.interpreter.errors import ErrexitError, ExitError
from just_bash.interpreter.interpreter import Interpreter
from just_bash.interpreter.types import ShellOptions, VariableStore
from just_bash.parser import ParseException, parse
from just_bash.types import ExecResult, ExecutionLimits

from k8s_magic.images._captured import Captured
from k8s_magic.images._shell import CHILD
from k8s_magic.images._shell_clock import CLOCK, State, started
from k8s_magic.images._shell_files import ShellFiles
from k8s_magic.images.context import Context, Program
from k8s_magic.sim.loop import Future

MOST = 1_000_000_000
LIMITS = ExecutionLimits(max_command_count=MOST, max_loop_iterations=MOST)
LAST_CHILD = "_LAST_CHILD"
TURNS = 30
"""How often a shell lets others run after a `&`, at the same instant, so that what was started has begun."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


async def run(ctx: Context, script: str, words: list[str], commands: Mapping[str, Program]) -> int:
    """Run a script; gives its exit code."""
    return await Shell(ctx, words, commands).run(script)


class Shell:
    """A shell that keeps its variables, functions and directory from script to script."""

    def __init__(self, ctx: Context, words: list[str], commands: Mapping[str, Program]) -> None:
        self._ctx = ctx
        self._name = words[0].rsplit("/", 1)[-1] if words else "sh"
        self._interpreter = _interpreter(ctx, words, commands)

    async def run(self, script: str) -> int:
        """Run a script; gives its exit code."""
        try:
            tree = parse(_rewritten(script))
        except ParseException as error:
            self._ctx.stderr(f"{self._name}: syntax error: {error}\n")
            return 2
        try:
            result = await self._interpreter.top(tree)
        except (ExitError, ErrexitError) as error:
            result = ExecResult(error.stdout, error.stderr, error.exit_code)
        self._interpreter.emit(result)
        return int(result.exit_code) & 0xFF


async def converse(ctx: Context, prompt: str, commands: Mapping[str, Program]) -> int:
    """Run lines as they are typed, with one state for all; a construct that spans lines is asked for to its end."""
    interpreter, typed = _interpreter(ctx, ["sh"], commands), ""
    while True:
        ctx.stdout("> " if typed else prompt)
        data = await ctx.read_stdin()
        typed += data.decode("utf-8", "replace")
        try:
            tree = parse(_rewritten(typed))
        except ParseException as error:
            if data and _is_unfinished(str(error)):
                continue
            ctx.stderr(f"sh: syntax error: {error}\n")
            tree = parse("")
        typed = ""
        try:
            interpreter.emit(await interpreter.top(tree))
        except (ExitError, ErrexitError) as error:
            interpreter.emit(ExecResult(error.stdout, error.stderr, error.exit_code))
            return int(error.exit_code)
        if not data:
            return int(interpreter.state.last_exit_code)


def _is_unfinished(message: str) -> bool:
    """Whether the parser misses an end that the next line may bring."""
    return message.startswith(("Expected 'd", "Expected 't", "Expected 'f", "Expected 'e", "Expected '}", "Expected ')"))


def _rewritten(script: str) -> str:
    """`exec cmd` runs the command and goes on, in the library; `$!` it takes for the beginning of `${!name}`."""
    lines = []
    for line in script.replace("$!", f"${{{LAST_CHILD}}}").split("\n"):
        stripped = line.lstrip()
        if stripped.startswith("exec ") and not stripped[5:].lstrip().startswith((">", "<", "2>")):
            line = f"{stripped[5:]}; exit $?"
        lines.append(line)
    return "\n".join(lines)


def _interpreter(ctx: Context, words: list[str], commands: Mapping[str, Program]) -> Streaming:
    cwd = ctx.env.get("PWD", "/")
    env: Any = VariableStore({"PATH": PATH, "HOME": "/root", "PWD": cwd, "HOSTNAME": ctx.hostname, "OPTIND": "1", "?": "0", **ctx.env})  # type: ignore[no-untyped-call]
    for name in ("PATH", "HOME", "PWD", "HOSTNAME", *ctx.env):
        env.set_attribute(name, "x")
    env["RANDOM"] = str(ctx.draw(32768, "RANDOM"))  # The seed of the library's own generator.
    env["0"] = words[0] if words else "sh"
    for place, word in enumerate(words[1:], 1):
        env[str(place)] = word
    env["#"], env["@"], env["*"] = str(len(words[1:])), " ".join(words[1:]), " ".join(words[1:])
    state = State(env=env, cwd=cwd, previous_dir="", options=ShellOptions(), start_time=started(ctx))
    return Streaming(ctx, commands, state)


class Streaming(Interpreter):
    """An interpreter that prints to the container's log; `captured` counts who catches output right now."""

    def __init__(self, ctx: Context, programs: Mapping[str, Program], state: Any) -> None:
        self.program_context = ctx
        self.captured = 0
        self._programs = programs
        self._children: dict[int, Future[int]] = {}
        self._sourcing = False
        commands = create_command_registry()
        commands.update({name: _Command(name, program, self) for name, program in {"wait": self._wait, **programs}.items()})
        super().__init__(fs=_files_of(ctx), commands=commands, limits=LIMITS, state=state)

    async def top(self, tree: Any) -> Any:
        return await super().execute_script(tree)

    def emit(self, result: Any) -> Any:
        """Print a result, and give what is left of it: the exit code."""
        if result.stderr:
            self.program_context.stderr(result.stderr)
        if result.stdout:
            self.program_context.stdout(result.stdout)
        return ExecResult("", "", result.exit_code, result.env)

    async def execute_script(self, node: Any) -> Any:
        """A script within the script: `source` and `eval` print; `$(...)` and the like are caught."""
        if self._sourcing:
            self._sourcing = False
            return await super().execute_script(node)
        self.captured += 1
        try:
            return await super().execute_script(node)
        finally:
            self.captured -= 1

    async def _execute_builtin(self, cmd_name: str, *rest: Any) -> Any:
        self._sourcing = cmd_name in ("source", ".", "eval")
        try:
            return await super()._execute_builtin(cmd_name, *rest)
        finally:
            self._sourcing = False

    async def _try_execute_vfs_script(self, cmd_name: str, args: list[str], stdin: str) -> Any:
        """What is neither builtin nor tool: a script file, or a program of the image."""
        program = self.program_context.program(cmd_name)
        if program is None or self.fs_has(cmd_name):
            return await super()._try_execute_vfs_script(cmd_name, args, stdin)
        return await _Command(cmd_name, program, self).run(args, self._state.env, stdin)

    def fs_has(self, path: str) -> bool:
        return path.startswith("/") and path in self.program_context.files

    async def execute_statement(self, node: Any) -> Any:
        """What ends in & goes on by itself, as a child with a copy of the state."""
        if not node.background:
            return await super().execute_statement(node)
        child, ended = self._copy(), Future[int]()
        child._state.env[CHILD] = "1"
        child._state.env.set_attribute(CHILD, "x")

        async def run() -> None:
            ended.set(await child._run_to_end([replace(node, background=False)]))

        pid = self.program_context.spawn(run())
        self._children[pid] = ended
        self._state.env[LAST_CHILD] = str(pid)
        for _ in range(TURNS):
            await self.program_context.sleep(0)
        return ExecResult("", "", 0)

    async def _wait(self, ctx: Context, argv: list[str]) -> int:
        """wait [PID...]: until the children named, or all, have ended."""
        code = 0
        for pid in [int(arg) for arg in argv[1:] if arg.isdigit()] or list(self._children):
            code = await self._children.pop(pid) if pid in self._children else 127
        return code if argv[1:] else 0

    def _copy(self) -> Streaming:
        """A shell with a copy of the state: a child, or a subshell."""
        old = self._state
        state = State(
            start_time=old.start_time,
            env=old.env.copy(),
            cwd=old.cwd,
            previous_dir=old.previous_dir,
            functions=dict(old.functions),
            options=replace(old.options),
            fd_table=old.fd_table.clone(),
            parent_has_loop_context=old.loop_depth > 0 or old.parent_has_loop_context,
        )
        copy = Streaming(self.program_context, self._programs, state)
        copy.captured = self.captured
        return copy

    async def _run_to_end(self, statements: list[Any]) -> int:
        """Run statements whose output is printed; gives the last one's exit code."""
        code = 0
        for statement in statements:
            try:
                result = await self.execute_statement(statement)
            except (ExitError, ErrexitError) as error:
                self.emit(ExecResult(error.stdout, error.stderr, error.exit_code))
                return int(error.exit_code)
            self.emit(result)
            code = int(result.exit_code)
        return code

    async def _execute_subshell(self, node: Any, stdin: str) -> Any:
        """( ... ): what it prints comes as it is printed, unless somebody catches it."""
        if self.captured or node.redirections:
            return await super()._execute_subshell(node, stdin)
        copy = self._copy()
        copy._state.group_stdin = stdin or None
        return ExecResult("", "", await copy._run_to_end(node.body))

    async def execute_pipeline(self, node: Any) -> Any:
        if len(node.commands) == 1:
            return await super().execute_pipeline(node)
        self.captured += 1
        try:
            result = await super().execute_pipeline(node)
        finally:
            self.captured -= 1
        return result if self.captured else self.emit(result)

    async def execute_command(self, node: Any, stdin: str) -> Any:
        CLOCK.now = self.program_context.now
        redirected = any(r.operator not in ("<", "<<", "<<<", "<<-") for r in getattr(node, "redirections", None) or ())
        self.captured += redirected
        try:
            result = await super().execute_command(node, stdin)
        finally:
            self.captured -= redirected
        return result if self.captured else self.emit(result)


def _files_of(ctx: Context) -> Any:
    """One file system for all scripts of a container, so that directories made by one are there for the next."""
    return getattr(ctx.files, "shell_files", None) or ShellFiles(ctx.files)


class _Command:
    """A program of ours as a command of the library's."""

    def __init__(self, name: str, program: Program, interpreter: Streaming) -> None:
        self.name = name
        self._program = program
        self._interpreter = interpreter

    async def execute(self, args: list[str], ctx: Any) -> Any:
        return await self.run(args, ctx.env, ctx.stdin)

    async def run(self, args: list[str], env: Any, stdin: str) -> Any:
        exported = {k: v for k, v in env.items() if k in self._interpreter.program_context.env or _is_exported(env, k)}
        inner = Captured(self._interpreter.program_context, (stdin or "").encode("utf-8", "surrogateescape"), exported)
        if not self._interpreter.captured:
            inner.stdout, inner.stderr = self._interpreter.program_context.stdout, self._interpreter.program_context.stderr
        code = await self._program(inner.context(), [self.name, *args])
        return ExecResult("".join(inner.out), "".join(inner.err), code)


def _is_exported(env: Any, name: str) -> bool:
    return isinstance(env, VariableStore) and "x" in env.get_attributes(name)
