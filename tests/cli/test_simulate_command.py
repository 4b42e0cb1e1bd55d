"""`tuijin simulate`: figures on stdout, faults by their path, the same bytes every time."""

from __future__ import annotations

import io
import json

import pytest

from tests.engines.flow.networks import exponential, one_station, run_of
from tuijin.cli import main

SPEC = one_station(exponential(2), {"service": exponential(1)},
                   run=run_of(2_000, warm_up=100, replications=5))  # fmt: skip


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(SPEC))
    return path


def test_prints_a_line_a_figure(spec, capsys):
    assert main(["simulate", str(spec)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "5 replications, 95% intervals, seed 1"
    assert any(line.startswith("station.desk.utilisation ") for line in lines)


def test_the_document_is_the_same_bytes_whatever_the_threads(spec, capsys):
    outputs = []
    for threads in ("1", "2"):
        assert main(["simulate", "--json", "--threads", threads, str(spec)]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    document = json.loads(outputs[0])
    assert document["seed"] == 1
    low, high = document["figures"]["station.desk.utilisation"]["interval"]
    assert low < 0.5 < high


def test_seed_and_replications_can_be_changed(spec, capsys):
    main(["simulate", "--json", "--seed", "9", "--replications", "2", str(spec)])
    document = json.loads(capsys.readouterr().out)
    assert document["seed"] == 9
    assert document["figures"]["network.wip"]["replications"] == 2


def test_reads_standard_input(capsys, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(SPEC).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["simulate", "-"]) == 0
    assert "station.desk.queue" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{", 3, "json"),
        (json.dumps({**SPEC, "time_unit": "weeks"}), 3, "spec_invalid"),
        (json.dumps({**SPEC, "run": run_of(max_events=100)}), 3, "event_limit"),
        (json.dumps({**SPEC, "name": "x" * 300_000}), 6, "too_large"),
    ],
)
def test_faults_end_with_their_code(tmp_path, capsys, text, code, says):
    path = tmp_path / "spec.json"
    path.write_text(text)
    assert main(["simulate", "--json", str(path)]) == code
    assert json.loads(capsys.readouterr().out)["code"] == says


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main(["simulate", str(tmp_path / "none.json")]) == 4
    assert "none.json" in capsys.readouterr().err
