"""What is installed is what was reviewed: hashed, the same in both files, and complete."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pinned(name: str) -> dict[str, set[str]]:
    """Package -> versions (more than one where they depend on the Python version)."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def names_of(requirements: list[str]) -> set[str]:
    names = {re.match(r"[A-Za-z0-9._-]+", line)[0] for line in requirements}
    return {re.sub(r"[._-]+", "-", name).lower() for name in names}


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_every_pin_has_a_hash_and_no_address(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    pins = re.findall(r"^\S+==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*", text, re.MULTILINE)
    assert pins
    assert not [pin.split()[0] for pin in pins if "--hash=" not in pin]
    assert "://" not in text


def test_development_has_what_runs():
    run, dev = pinned("run"), pinned("dev")
    assert {name: dev.get(name) for name in run} == run


def test_locks_hold_what_the_project_asks_for():
    assert names_of(PROJECT["project"]["dependencies"]) <= set(pinned("run"))
    assert names_of(PROJECT["dependency-groups"]["dev"]) <= set(pinned("dev"))


def test_solvers_that_crash_each_other_are_never_both_there():
    assert not {"highspy", "ortools"} <= set(pinned("dev"))
