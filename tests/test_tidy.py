"""The house rules that a machine can check; each complaint names the remedy."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "k8s_magic"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FUNCTION = 70
LONGEST_FILE = 500
ABOVE_LIVE = ("magics", "widgets", "kernel", "server", "replay", "replay.py", "bench", "bench.py", "live.py", "cli.py", "_notebooks.py")

BANNED_CALLS = {
    "print": "write to the environment's out or err, or to sys.stdout in a magic",
    "time.time": "ask the client or the loop for now",
    "time.monotonic": "ask the client or the loop for now",
    "time.sleep": "await client.sleep",
    "datetime.now": "ask the client or the loop for now, and format with objects.times.rfc3339",
    "datetime.utcnow": "ask the client or the loop for now, and format with objects.times.rfc3339",
    "datetime.today": "ask the client or the loop for now",
    "date.today": "ask the client or the loop for now",
    "uuid.uuid4": "use Lineage.uid",
    "uuid.uuid1": "use Lineage.uid",
    "os.urandom": "use Lineage.number",
    "random.random": "use Lineage.uniform",
    "copy.deepcopy": "objects are shared and read-only: build a path copy with objects.edit.set_in",
    "breakpoint": "take it out before committing",
    "eval": "write out what it should do",
    "exec": "write out what it should do",
}
"""Below `live`; above it only the last four are."""
ALWAYS_BANNED = ("breakpoint", "eval", "exec", "copy.deepcopy")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_above_live(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0] in ABOVE_LIVE


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in MODULES}


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 20


def test_functions_are_short(trees: dict[Path, ast.Module]) -> None:
    long = [
        f"{relative(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines: keep the branching, move the leaves out"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_files_are_short() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]}
    long = [f"{relative(p)} has {n} lines: make it a folder, a file a concept" for p, n in lengths.items() if n > LONGEST_FILE]
    assert not [line for line in long if "transcripts/normalize.py" not in line], "\n".join(long)


def test_modules_say_what_they_are(trees: dict[Path, ast.Module]) -> None:
    silent = [f"{relative(path)}: open it with its concept, as a docstring" for path, tree in trees.items() if not ast.get_docstring(tree)]
    assert not silent, "\n".join(silent)


def test_functions_are_typed(trees: dict[Path, ast.Module]) -> None:
    untyped = [
        f"{relative(path)}:{node.lineno} {node.name}: say what it returns"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is None
    ]
    assert not untyped, "\n".join(untyped)


def test_nothing_banned_is_called(trees: dict[Path, ast.Module]) -> None:
    found = [
        f"{relative(path)}:{node.lineno} calls {name}: {BANNED_CALLS[name]}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for name in [_banned(node.func)]
        if name and (name in ALWAYS_BANNED or not is_above_live(path))
    ]
    assert not found, "\n".join(found)


def _banned(function: ast.expr) -> str:
    """The banned name that this expression calls, or nothing."""
    written = ast.unparse(function)
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name | ast.Attribute):
        written = ".".join(written.split(".")[-2:])
    return written if written in BANNED_CALLS else ""


def test_nothing_is_caught_blindly(trees: dict[Path, ast.Module]) -> None:
    blind = [
        f"{relative(path)}:{node.lineno} catches everything: name the errors you expect; our own mistakes crash loudly"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _is_blind(node) and relative(path) != "k8s_magic/sim/loop.py"
    ]
    assert not blind, "\n".join(blind)


def _is_blind(handler: ast.ExceptHandler) -> bool:
    """Catches all, and does not raise it again."""
    name = ast.unparse(handler.type) if handler.type else "BaseException"
    return name in ("Exception", "BaseException") and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_our_own_modules_are_imported_at_the_top(trees: dict[Path, ast.Module]) -> None:
    hidden = [
        f"{relative(path)}:{node.lineno} imports our own module inside a function: import it at the top, or turn the dependency round"
        for path, tree in trees.items()
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("k8s_magic")
    ]
    assert not hidden, "\n".join(hidden)
