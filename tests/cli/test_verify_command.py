"""`tuijin verify` on the two projects: what is printed, the document, the exit code."""

from __future__ import annotations

import argparse
import json
from datetime import date
from decimal import Decimal

import pytest

from tests.verify.conftest import (
    add_check,
    add_claim,
    add_figure,
    add_stage,
    opening_claim,
    sales_claim,
)
from tests.verify.conftest import ledger as ledger  # noqa: PLC0414  a fixture
from tuijin.cli import verify_command
from tuijin.errors import NotFound, UsageError

OUTPUT = """\
固阳县  锂电池HSE负极材料
  sales_yuan_per_year ≥ 2.5e9   UNDECIDED    tonnage sold not on record: needs 62,500 to 167,000 t/yr at the ranges on file
达茂旗  满都拉口岸AGV跨境运输
  in_operation by 2025-09-30    FALLS SHORT  2026-03-03  evidence: China News, quoting the transport bureau
  freight_mt_per_year.mean ≥ 2  HOLDS        2.2         evidence: 统计
3 claims: 1 holds, 1 falls short, 1 undecided
"""  # noqa: E501  as printed


def run(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    verify_command.add_arguments(parser)
    return verify_command.run(parser.parse_args(words))


@pytest.fixture
def claims(ledger):
    sales, opening = sales_claim(ledger), opening_claim(ledger)
    freight = add_claim(
        ledger.port, "port.freight", check="evidence", using="freight_mt_per_year",
        metric="freight_mt_per_year", target=Decimal(2), unit="mt_per_year", statistic="mean",
    )  # fmt: skip
    add_figure(
        ledger.port, "freight_mt_per_year.mean", "2.2", "mt_per_year", source=ledger.statistics
    )
    add_stage(ledger.port, "producing", date(2026, 3, 3), ledger.china_news)
    return [sales, opening, freight]


def test_output(claims, capsys):
    assert run() == 1
    assert capsys.readouterr().out == OUTPUT


def test_one_project_by_name_and_nothing_short(claims, capsys):
    assert run("锂电池HSE负极材料") == 0
    assert capsys.readouterr().out.endswith("1 claim: 1 undecided\n")
    with pytest.raises(NotFound):
        run("anode", "nowhere")
    with pytest.raises(UsageError, match="got -1"):
        run("--seed", "-1")


def test_document(claims, capsys):
    assert run("--json", "--seed", "11") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["counts"] == {"HOLDS": 1, "FALLS SHORT": 1, "UNDECIDED": 1}
    by_key = {claim["claim"]: claim for claim in document["claims"]}
    sales = by_key["anode.sales"]
    assert list(sales) == [
        "project", "claim", "metric", "statistic", "comparator", "target", "unit", "verdict",
        "value", "interval", "check", "needs", "seed", "inputs_sha256",
    ]  # fmt: skip
    assert (sales["seed"], sales["value"], len(sales["inputs_sha256"])) == (11, None, 64)
    assert "62,500 to 167,000 t/yr" in sales["needs"]["text"]
    assert "62,500至167,000吨/年" in sales["needs"]["text_zh"]
    assert sales["needs"]["decides"][0]["low"] == 62_500
    assert by_key["port.freight"]["value"] == 2.2
    assert by_key["port.opening"]["value"] == "2026-03-03"


def test_verdicts_that_disagree_are_both_printed(ledger, capsys):
    claim = sales_claim(ledger)
    add_figure(ledger.anode, "output_t_per_year", 200_000, "t_per_year")
    add_figure(
        ledger.anode, "sales_yuan_per_year", "1000000000", "yuan_per_year", source=ledger.statistics
    )
    add_check(claim, check="evidence", using="sales_yuan_per_year")
    assert run() == 1
    short, holds = capsys.readouterr().out.splitlines()[1:3]
    assert short.split() == [
        "sales_yuan_per_year", "≥", "2.5e9", "FALLS", "SHORT", "1e9", "evidence:", "统计",
    ]  # fmt: skip
    assert "HOLDS" in holds
    assert holds.endswith("model anode_plant, 2,000 draws, seed 7")


def test_what_cannot_be_tested_is_printed_and_exits_3(ledger, capsys):
    add_claim(
        ledger.anode, "anode.bad", check="formula", using="a b", metric="x",
        target=Decimal(1), unit="ratio",
    )  # fmt: skip
    assert run() == 3
    out = capsys.readouterr().out
    assert "ERROR" in out
    assert out.endswith("1 claim: 1 not tested\n")


def test_stale_only(claims, capsys, ledger):
    run()
    capsys.readouterr()
    assert run("--stale") == 0
    assert capsys.readouterr().out == "0 claims\n"
    add_figure(ledger.anode, "output_t_per_year", 10_000, "t_per_year")
    assert run("--stale") == 1
    assert capsys.readouterr().out.endswith("1 claim: 1 falls short\n")
