"""`tuijin appraise`: figures, dated flows, and faults that name file, row and column."""

from __future__ import annotations

import json

import pytest

from tests.engines.returns.test_risk import SPEC
from tuijin.cli import main

FLOWS = "2015-06-11,-1000\n2015-07-21,-9000\n2018-06-10,20000\n2015-10-17,-3000\n"


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "plant.json"
    path.write_text(json.dumps(SPEC | {"run": {"draws": 100}}))
    return path


def write(tmp_path, text):
    path = tmp_path / "flows.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


@pytest.mark.parametrize(
    "text",
    [FLOWS, "date,amount\n" + FLOWS, "日期,金额\n" + FLOWS.replace("-0", "/0").replace("-1", "/1")
     .replace(",/1", ",-1").replace("-2", "/2"), ("\ufeff" + FLOWS)],
)  # fmt: skip
def test_dated_flows(tmp_path, capsys, text):
    assert main(["appraise", "--json", "--cashflows", write(tmp_path, text)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["xirr"] == pytest.approx(0.16353715844, abs=1e-10)
    assert found["xnpv_10"] == pytest.approx(2218.42566365675, abs=1e-7)
    assert found["status"] == "one"
    assert found["roots"] == [found["xirr"]]


def test_flows_without_a_rate(tmp_path, capsys):
    path = write(tmp_path, "2020-01-01,5\n2021-01-01,6\n")
    assert main(["appraise", "--json", "--cashflows", path]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["xirr"] is None
    assert found["status"] == "none"
    assert main(["appraise", "--cashflows", path]) == 0
    assert "none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("2020-01-01,5\n2020-13-01,6\n", "date", 2, "A"),
        ("2020-01-01,5\n2020-02,6\n", "date", 2, "A"),
        ("date,amount\n2020-01-01,5\n2020-02-01,six\n", "decimal", 3, "B"),
        ("2020-01-01,5\n2020-02-01,1e5\n", "decimal", 2, "B"),
        ("amount,when\n1,2020-01-01\n", "date", 1, "A"),
        ("a,b,c\n1,2,3\n", "header", 1, ""),
    ],
)
def test_faults_name_file_row_and_column(tmp_path, capsys, text, code, row, column):
    assert main(["appraise", "--json", "--cashflows", write(tmp_path, text)]) == 3
    found = json.loads(capsys.readouterr().out)
    first = found["errors"][0]
    assert (first["sheet"], first["row"], first["col"]) == ("flows.csv", row, column)
    assert first["code"] == code
    assert found["detail"].startswith(f"flows.csv, row {row}")


@pytest.mark.parametrize(
    ("text", "exit_code"), [("", 3), (b"\xff\xfe\xff", 3), ("2020-01-01,5\n2020-01-02\n", 3)]
)
def test_unreadable_files(tmp_path, capsys, text, exit_code):
    assert main(["appraise", "--json", "--cashflows", write(tmp_path, text)]) == exit_code
    assert json.loads(capsys.readouterr().out)["code"]


def test_exit_codes(tmp_path, spec, capsys):
    assert main(["appraise"]) == 2
    assert main(["appraise", str(spec), "--cashflows", str(spec)]) == 2
    assert main(["appraise", "--cashflows", str(tmp_path / "none.csv")]) == 4
    assert main(["appraise", str(spec), "--draws", "0"]) == 3
    spec.write_text('{"construction_years": 1, "construction_years": 2}')
    assert main(["appraise", str(spec)]) == 3
    capsys.readouterr()


def test_a_project(spec, capsys):
    outputs = []
    for _ in range(2):
        assert main(["appraise", "--json", "--seed", "3", str(spec)]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    found = json.loads(outputs[0])
    assert found["figures"]["irr_status"] == "one"
    assert found["risk"]["draws"] == 100
    assert 0 <= found["risk"]["miss_ratio"] <= 1
    assert len(found["statements"]["project_flow"]) == 12
    assert main(["appraise", str(spec)]) == 0
    shown = capsys.readouterr().out
    assert "项目投资内部收益率（所得税后）" in shown
    assert "税收分成未知" in shown
