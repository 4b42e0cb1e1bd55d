"""`tuijin balance`: figures on stdout, faults by their path, the same bytes every time."""

from __future__ import annotations

import io
import json

import pytest

from tests.engines.balance.chains import BOILER, yield_chain
from tuijin.cli import main


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "kiln.json"
    path.write_text(json.dumps(BOILER))
    return path


def test_prints_a_line_a_figure_and_what_it_rests_on(spec, capsys):
    assert main(["balance", str(spec)]) == 0
    out = capsys.readouterr().out
    assert "power_tco2_per_t" in out
    assert "factor of 2022" in out
    assert "rests on unverified /materials/coal/energy_kgce_per_t" in out
    assert "0% of draws within  225 kgce_per_t  (level unverified)" in out


def test_the_document_is_the_same_bytes_every_time(tmp_path, capsys):
    document = yield_chain([0.5])
    document["steps"]["s0"]["outputs"]["product"] = {"low": 0.4, "high": 0.6}
    path = tmp_path / "chain.json"
    path.write_text(json.dumps(document))
    outputs = []
    for seed in ("7", "7", "8"):
        assert main(["balance", "--json", "--draws", "50", "--seed", seed, str(path)]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] != outputs[2]
    found = json.loads(outputs[0])
    assert found["materials"]["feed"]["boundary"] == "bought"
    low, high = found["figures"]["cost_yuan_per_t"]["interval"]
    assert 100 / 0.6 <= low < high <= 100 / 0.4
    assert found["closure"]["worst_ratio"] < 1e-12


def test_reads_standard_input(capsys, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(BOILER).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["balance", "-"]) == 0
    assert "emitted gas" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{", 3, "json"),
        (json.dumps({**BOILER, "colour": 1}), 3, "spec_invalid"),
        (json.dumps({**BOILER, "closure_ratio": 0}), 3, "not_closed"),
        (json.dumps({**BOILER, "name": "x" * 300_000}), 6, "too_large"),
    ],
)
def test_faults_end_with_their_code(tmp_path, capsys, text, code, says):
    path = tmp_path / "spec.json"
    path.write_text(text)
    assert main(["balance", "--json", str(path)]) == code
    assert json.loads(capsys.readouterr().out)["code"] == says


def test_a_missing_file_and_a_wrong_number(tmp_path, capsys):
    assert main(["balance", str(tmp_path / "none.json")]) == 4
    assert "none.json" in capsys.readouterr().err
    assert main(["balance", "--draws", "0", str(tmp_path / "none.json")]) == 3
