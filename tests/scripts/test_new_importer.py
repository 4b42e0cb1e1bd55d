"""`make new-importer` makes a folder that conforms, and whose test asks for real rows first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.new_importer import make


def test_names_say_source_and_form(tmp_path):
    for name in ("", "Schedule", "schedule", "../x_y", "a__b"):
        with pytest.raises(SystemExit, match="source, then the form"):
            make(name, under=tmp_path)


def test_never_writes_over(tmp_path):
    make("land_csv", under=tmp_path)
    with pytest.raises(SystemExit, match="there already"):
        make("land_csv", under=tmp_path)


def test_code_is_in_form(tmp_path):
    folder = make("land_auctions_csv", under=tmp_path)
    ours = ["--line-length=100", "--config", 'lint.isort.known-first-party = ["tuijin"]']
    for action in (["format", "--check"], ["check", "--extend-select=I"]):
        subprocess.run([sys.executable, "-m", "ruff", *action, *ours, folder], check=True)


def test_plugin_conforms(tmp_path):
    folder = make("land_auctions_csv", under=tmp_path)
    names: dict[str, object] = {"__name__": "land_auctions_csv"}
    sys.modules["land_auctions_csv"] = type(sys)("land_auctions_csv")
    try:
        exec((folder / "__init__.py").read_text(), names)
    finally:
        del sys.modules["land_auctions_csv"]
    plugin = names["plugin"]
    assert plugin.id == "land_auctions_csv"
    assert plugin.recognises(b"", name="x.csv") is False
