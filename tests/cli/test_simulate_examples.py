"""The networks of examples/flow run, give what closed forms say, and what the how-to prints."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from tuijin.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "flow"
PAGE = (ROOT / "docs" / "how-to" / "simulate-a-network.md").read_text(encoding="utf-8")
TRIP_MINUTES = 2 + 60 * 2.4 / 20 + 1 + 60 * 2.4 / 25
KNOWN = {
    "queue": {"measure.stay.mean": 5.0, "measure.stay.within": 1 - math.exp(-2),
              "station.desk.utilisation": 0.8},
    "line": {"class.entity.throughput": 0.9, "station.lathe.down": 0.1},
    "fleet": {"fleet.trucks.utilisation": TRIP_MINUTES / (4 * 5),
              "fleet.trucks.throughput": 1 / 5},
}  # fmt: skip


def simulate(path, capsys, *options):
    assert main(["simulate", *options, str(path)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_gives_what_is_known(path, capsys):
    """Within four standard errors; the intervals shown are two."""
    figures = json.loads(simulate(path, capsys, "--json"))["figures"]
    for name, known in KNOWN[path.stem].items():
        low, high = figures[name]["interval"]
        assert abs(figures[name]["mean"] - known) <= high - low, name
        assert high - low < 0.1 * known, name


def test_the_how_to_prints_what_the_line_gives(capsys):
    printed = simulate(EXAMPLES / "line.json", capsys).splitlines()
    block = PAGE.split("Those that answer the question:\n\n```\n")[1].split("\n```")[0]
    assert set(block.splitlines()) <= set(printed)


@pytest.mark.parametrize(
    ("old", "new", "figure", "says"),
    [('"buffer": 5,', '"buffer": 30,', "measure.lead.mean", 36.6),
     ('"mean": 10}', '"mean": 5}', "class.entity.throughput", 0.947)],
)  # fmt: skip
def test_the_how_to_says_what_a_change_does(old, new, figure, says, capsys, tmp_path):
    assert str(says) in PAGE
    text = (EXAMPLES / "line.json").read_text()
    assert text.count(old) == 1
    changed = tmp_path / "line.json"
    changed.write_text(text.replace(old, new))
    found = json.loads(simulate(changed, capsys, "--json"))["figures"][figure]
    assert found["mean"] == pytest.approx(says, rel=0.005)


def test_the_how_to_s_run_is_one_that_is_read(tmp_path, capsys):
    """The precision that the page suggests."""
    (given,) = re.findall(r'`"run": (\{.*?\}\})`', PAGE.replace("\n", " "))
    spec = json.loads((EXAMPLES / "line.json").read_text())
    spec["run"] |= json.loads(given)
    path = tmp_path / "line.json"
    path.write_text(json.dumps(spec))
    low, high = json.loads(simulate(path, capsys, "--json"))["figures"]["measure.lead.mean"][
        "interval"
    ]
    assert high - low < 0.021 * low
