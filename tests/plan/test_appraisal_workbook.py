"""The workbook's formulas are live: LibreOffice recalculates them, and they agree with ours."""

from __future__ import annotations

import copy
import io
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import absent
from tuijin.engines.returns import appraise, build_statements, read_project
from tuijin.engines.returns.tables import STATEMENTS, TITLES
from tuijin.plan.appraisal_words import LANGUAGES
from tuijin.plan.appraisal_workbook import write_workbook

SPEC = {
    "name": "负极材料",
    "construction_years": 2,
    "operation_years": 8,
    "start_year": 2027,
    "benchmark_ratio": 0.12,
    "equity_benchmark_ratio": 0.13,
    "load_ratio": [0.3, 0.8, 1.0],
    "products": {
        "anode": {"quantity": 50_000, "price": 26_000, "includes_vat": True, "receivable_days": 45},
        "power": {"quantity": 100, "price": 300_000, "load_ratio": 1, "resource_tax_ratio": 0.05},
    },
    "costs": {
        "coke": {"yuan_per_year": 6e8, "vat_ratio": 0.13, "includes_vat": True, "stock_days": 30,
                 "payable_days": 20},
        "wages": {"yuan_per_year": [5e7, 6e7], "varies": False, "cash_days": 30},
    },
    "assets": {
        "works": {"kind": "building", "yuan_by_year": [3e8, 2e8], "life_years": 20,
                  "residual_ratio": 0.05, "vat_ratio": 0.09, "includes_vat": True},
        "machines": {"yuan_by_year": [1e8, 7e8], "life_years": 10, "residual_ratio": 0.05,
                     "vat_ratio": 0.13, "method": "double_declining"},
        "land": {"kind": "intangible", "yuan_by_year": [5e7], "life_years": 50},
    },
    "loans": {
        "first": {"share_ratio": 0.3, "rate_ratio": 0.049, "compounding": 4, "term_years": 6},
        "second": {"share_ratio": [0.2, 0.3], "rate_ratio": 0.05, "term_years": 5,
                   "grace_years": 1, "repayment": "equal_payment",
                   "interest_in_construction": "paid"},
        "third": {"share_ratio": 0.1, "rate_ratio": 0.06, "repayment": "as_able"},
    },
    "short_rate_ratio": 0.045,
    "working_capital": {"yuan_by_year": 2e7, "varies": True, "equity_ratio": 0.3,
                        "rate_ratio": 0.0435},
    "income_tax": {"western": True, "holiday": "three_free_three_half"},
    "other_taxes": {"land": {"kind": "land_use", "yuan_per_year": 1e6}},
    "subsidies": {"start": {"yuan_per_year": [1e7, 0], "taxed": False}},
    "distribution": {"payout_ratio": 0.5},
}  # fmt: skip
# Reads the file as somebody who opens it and has everything worked out anew.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


@pytest.fixture(scope="module")
def recalculate(tmp_path_factory):
    """Give bytes of a workbook to LibreOffice; return it as recalculated."""
    office = shutil.which("soffice")
    if office is None:
        absent("LibreOffice (apt-get install --no-install-recommends libreoffice-calc)")
    home = tmp_path_factory.mktemp("office")
    (home / "profile" / "user").mkdir(parents=True)
    (home / "profile" / "user" / "registrymodifications.xcu").write_text(SETTINGS)

    def run(data: bytes) -> openpyxl.Workbook:
        (home / "book.xlsx").write_bytes(data)
        subprocess.run(
            [office, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to",
             "xlsx", "--outdir", str(home / "out"), str(home / "book.xlsx")],
            check=True, capture_output=True, timeout=250,
        )  # fmt: skip
        return openpyxl.load_workbook(home / "out" / "book.xlsx", data_only=True)

    return run


def check(book: openpyxl.Workbook, document: dict) -> None:
    project = read_project(document)
    series, figures = build_statements(project), appraise(project)
    for title, names in STATEMENTS.items():
        rows = list(book[title].iter_rows(min_row=2, values_only=True))
        for name, row in zip(names, rows, strict=True):
            assert row[0] == TITLES[name]
            assert row[2:] == pytest.approx(tuple(series[name]), rel=1e-9, abs=1e-3), (title, name)
    shown = [row[1:3] for row in book["指标"].iter_rows(min_row=2, values_only=True)]
    rates = [figures.irr_before_tax_ratio, figures.irr_ratio, figures.equity_irr_ratio]
    values = [figures.npv_before_tax_yuan, figures.npv_yuan, figures.equity_npv_yuan]
    for (rate, value), our_rate, our_value in zip(shown, rates, values, strict=True):
        assert rate == pytest.approx(our_rate[0], abs=1e-9)
        assert value == pytest.approx(our_value[0], rel=1e-9)


def change_price(data: bytes, path: Path) -> bytes:
    """Change the first price in the workbook, as a user would."""
    book = openpyxl.load_workbook(path)
    for row in book["计算"].iter_rows():
        if row[0].value == "anode 单价":
            for cell in row[3:]:
                cell.value = 17_000 if cell.value else cell.value
    book.save(path)
    return path.read_bytes()


@pytest.mark.slow
def test_libreoffice_agrees(recalculate):
    check(recalculate(write_workbook(read_project(SPEC))), SPEC)


@pytest.mark.slow
def test_a_changed_price_changes_everything(recalculate, tmp_path):
    """Losses, short loans and all: the formulas are the model, not a picture of it."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(read_project(SPEC)))
    changed = copy.deepcopy(SPEC)
    changed["products"]["anode"]["price"] = 17_000
    series = build_statements(read_project(changed))
    assert series["short_loan"].any()
    assert series["losses_used"].any()
    check(recalculate(change_price(path.read_bytes(), path)), changed)


def test_names_cannot_become_formulas(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(read_project(SPEC | {"name": "=1+1"})))
    cell = openpyxl.load_workbook(path)["指标"]["A1"]
    assert (cell.value, cell.data_type) == ("=1+1", "s") or cell.quotePrefix


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_project_gives_the_same_bytes(language, monkeypatch):
    project = read_project(SPEC)
    first = write_workbook(project, language=language)
    later = time.time() + 86_400 * 400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert write_workbook(project, language=language) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2000-01-01" in archive.read("docProps/core.xml").decode()


def test_the_english_workbook_is_the_chinese_one_in_english():
    """Every title is translated, and the formulas are the same but for the name of the sheet."""
    project = read_project(SPEC)
    zh, en = (
        openpyxl.load_workbook(io.BytesIO(write_workbook(project, language=language)))
        for language in LANGUAGES
    )
    assert en.sheetnames[0] == "Figures"
    assert len(en.sheetnames) == len(zh.sheetnames)
    for one, other in zip(zh.worksheets, en.worksheets, strict=True):
        for row, beside in zip(one.iter_rows(), other.iter_rows(), strict=True):
            for cell, translated in zip(row, beside, strict=True):
                value = translated.value
                if isinstance(value, str) and value != project.name:
                    assert not re.search("[㐀-鿿]", value), (one.title, value)
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    assert value == cell.value.replace("计算!", "Calculation!")
    titles = [row[0].value for row in en["Calculation"].iter_rows()]
    assert "anode: Price" in titles
    assert "Loss of year 3 used" in titles


@pytest.mark.slow
def test_libreoffice_recalculates_the_english_one_too(recalculate):
    book = recalculate(write_workbook(read_project(SPEC), language="en"))
    figures = appraise(read_project(SPEC))
    shown = [row[1] for row in book["Figures"].iter_rows(min_row=2, values_only=True)]
    assert shown[1] == pytest.approx(figures.irr_ratio[0], abs=1e-9)
