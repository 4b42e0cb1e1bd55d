"""Each import contract catches what it is for: plant a violation, expect that contract broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise, permutations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
IDS = [contract["id"] for contract in CONTRACTS["contracts"]]
LAYERS = next(c["layers"] for c in CONTRACTS["contracts"] if c["id"] == "layers")

# contract -> module to write and what it says
PLANTED = {
    "layers": ("ledger/planted.py", "import tuijin.see\n"),
    "pure": ("engines/planted/__init__.py", "import django\n"),
    "models-ledger": ("project_models/planted/__init__.py", "import tuijin.ledger\n"),
    "importers-engines": ("importers/planted/__init__.py", "import tuijin.engines.planted_b\n"),
    "engines-apart": ("engines/planted/__init__.py", "import tuijin.engines.planted_b\n"),
    "models-apart": (
        "project_models/planted/__init__.py",
        "import tuijin.project_models.planted_b\n",
    ),
    "importers-apart": ("importers/planted/__init__.py", "import tuijin.importers.planted_b\n"),
    "claim-types-apart": (
        "verify/claim_types/planted/__init__.py",
        "import tuijin.verify.claim_types.planted_b\n",
    ),
    "kernels": ("see/planted.py", "import tuijin.engines.planted_b.kernels\n"),
    "acyclic": ("see/planted.py", "import tuijin.see.planted_b\n"),
}
# What the planted modules import, where it must be there for the import to count.
COMPANIONS = {
    "engines/planted_b/__init__.py": "",
    "engines/planted_b/kernels.py": "",
    "project_models/planted_b/__init__.py": "",
    "importers/planted_b/__init__.py": "",
    "verify/claim_types/planted_b/__init__.py": "",
}


def lint(package: Path, contract: str) -> str:
    """Run one contract over a copy of the package; return what is printed."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--contract", contract],
        cwd=package.parent,
        env={"PYTHONPATH": str(package.parent), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,  # a broken contract is what we look for
    )
    return run.stdout + run.stderr


def plant(package: Path, path: str, text: str) -> None:
    file = package / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


@pytest.fixture
def package(tmp_path):
    """A copy of the package's modules, with nothing planted yet."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "src" / "tuijin",
        tmp_path / "tuijin",
        ignore=lambda folder, names: {
            n for n in names if not n.endswith(".py") and not (Path(folder) / n).is_dir()
        },
    )
    return tmp_path / "tuijin"


def test_every_contract_has_a_planted_violation():
    assert set(PLANTED) == set(IDS)


@pytest.mark.parametrize("contract", IDS)
def test_planted_violation_is_caught(package, contract):
    for path, text in COMPANIONS.items():
        plant(package, path, text)
    before = lint(package, contract)
    path, text = PLANTED[contract]
    plant(package, "see/planted_b.py", "import tuijin.see.planted\n")
    plant(package, path, text)
    after = lint(package, contract)
    assert "1 broken" in after
    assert "planted" in after
    assert "planted" not in before


def forbidden_pairs() -> list[tuple[str, str]]:
    """Who must not import whom: each line the line above it, and siblings each other."""
    lines = [[name.strip() for name in line.split("|")] for line in LAYERS]
    upwards = [(low, up) for above, below in pairwise(lines) for low in below for up in above]
    return upwards + [pair for line in lines for pair in permutations(line, 2)]


@pytest.mark.parametrize(("importer", "imported"), forbidden_pairs())
def test_a_line_imports_only_lines_below(package, importer, imported):
    if (package / importer).is_dir():
        plant(package, f"{importer}/planted.py", f"import tuijin.{imported}\n")
    else:
        with (package / f"{importer}.py").open("a") as module:
            module.write(f"import tuijin.{imported}\n")
    assert f"tuijin.{importer} is not allowed to import tuijin.{imported}" in lint(
        package, "layers"
    )


def test_a_new_top_level_name_must_be_placed(package):
    plant(package, "helpers.py", "")
    assert "1 broken" in lint(package, "layers")


def test_importers_may_read_text(package):
    plant(package, "engines/text/__init__.py", "")
    plant(package, "importers/planted/__init__.py", "import tuijin.engines.text\n")
    assert "planted" not in lint(package, "importers-engines")
