"""What import contracts cannot say: over the import graph, and over the text of the modules."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "tuijin"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PURE = ("engines", "project_models", "importers", "verify/claim_types")
ROOMS = ("ledger", "see", "verify", "plan", "push", "meet")

# Beside the standard library and ourselves. A solver belongs to the one engine that calls it.
EVERY_ENGINE_MAY = {"numpy", "numba", "llvmlite"}  # llvmlite is numba's own compiler
ENGINE_MAY = {"energy": {"highspy"}, "route": {"pyvrp"}, "text": {"opencc"}}

CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time"}
SEEDS = {"np.random.seed", "numpy.random.seed", "random.seed", "np.random.default_rng"}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "manager", "processor", "info"}
TURN_DATA_INTO_CODE = {
    "eval", "exec", "pickle.load", "pickle.loads", "marshal.loads", "yaml.load", "shelve.open",
    "tempfile.mktemp", "mark_safe",
}  # fmt: skip
# The one place where hostile files are parsed, in a process of its own.
CATCHES_ALL = {"importers/worker.py"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("tuijin", include_external_packages=True)


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (SRC / folder).rglob("*.py"))
    return sorted(
        p for p in found if not p.name.startswith("test_") and "migrations" not in p.parts
    )


def name_of(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> set[str]:
    return {ast.unparse(n.func) for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call)}


def offenders(paths: Iterable[Path], fault: Callable[[Path], object]) -> dict[str, object]:
    """File -> what is wrong with it, for those where something is."""
    return {name_of(path): found for path in paths if (found := fault(path))}


def test_engines_import_numpy_numba_and_their_own_solver():
    for engine in graph().find_children("tuijin.engines"):
        own = graph().find_descendants(engine) | {engine}
        used = {name for each in own for name in graph().find_modules_directly_imported_by(each)}
        used = {name for name in used if name.split(".")[0] != "tuijin"}
        allowed = EVERY_ENGINE_MAY | ENGINE_MAY.get(engine.rpartition(".")[2], set())
        tested_with = {"pytest", "hypothesis"}
        assert used <= allowed | tested_with | sys.stdlib_module_names, engine


def test_pure_code_has_no_clock_and_no_seed_of_its_own():
    def reads(path: Path) -> set[str]:
        return {c for c in calls(path) if c in SEEDS or c.removeprefix("datetime.") in CLOCKS}

    assert not offenders(modules(*PURE), reads), "take it as an argument"


def test_pure_code_neither_prints_nor_opens():
    """Bytes come in as arguments; a plug-in's own sheet is read through importlib.resources."""
    assert not offenders(modules(*PURE), lambda path: calls(path) & {"open", "urlopen", "print"})


@pytest.mark.parametrize(
    ("contract", "family"),
    [
        ("importers-apart", "importers"),
        ("models-apart", "project_models"),
        ("claim-types-apart", "verify/claim_types"),
    ],
)
def test_siblings_share_files_and_never_folders(contract, family):
    """The contract lists what siblings share: every file beside them, and nothing else."""
    declared = next(c for c in CONTRACTS["contracts"] if c["id"] == contract)["ignore_imports"]
    files = {p.stem for p in (SRC / family).glob("*.py")} - {"__init__"}
    assert {line.rpartition(".")[2] for line in declared} == files


@pytest.mark.parametrize("room", ROOMS)
def test_importing_a_room_imports_nothing(room):
    """`verify.claim_types` is pure, so the package around it must not load Django."""
    tree = tree_of(SRC / room / "__init__.py")
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]


def test_help_loads_neither_django_nor_numpy():
    code = "import sys, tuijin.cli; print(*{'django', 'numpy', 'numba'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == ""


def test_no_signals_for_rules():
    assert not offenders(
        modules("."),
        lambda path: [w for w in ("models.signals", "django.dispatch") if w in path.read_text()],
    )


def test_files_are_short():
    def too_long(path: Path) -> int:
        lines = len(path.read_text().splitlines())
        return lines if lines >= 500 else 0

    assert not offenders(modules("."), too_long), "split it"


def test_functions_are_short():
    """Nearly all are under 40 lines, docstring not counted; 60 fails."""

    def too_long(path: Path) -> list[str]:
        found = []
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and body[-1].end_lineno - body[0].lineno >= 60:
                    found.append(node.name)
        return found

    assert not offenders(modules("."), too_long)


def test_no_file_has_a_name_that_says_nothing():
    assert not [name_of(p) for p in modules(".") if p.stem in NAMES_THAT_SAY_NOTHING]


def test_no_call_turns_data_into_code():
    assert not offenders(modules("."), lambda path: calls(path) & TURN_DATA_INTO_CODE)


def test_nothing_swallows_everything():
    """What catches all there is ends by raising it again."""

    def swallows(path: Path) -> list[int]:
        handlers = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.ExceptHandler)]
        catch_all = [
            h
            for h in handlers
            if not h.type or ast.unparse(h.type) in {"Exception", "BaseException"}
        ]
        return [
            h.lineno
            for h in catch_all
            if not (isinstance(h.body[-1], ast.Raise) and h.body[-1].exc is None)
        ]

    assert set(offenders(modules("."), swallows)) <= CATCHES_ALL
