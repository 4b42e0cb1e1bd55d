"""Exports: exactly what is shown, and nothing that a spreadsheet would run."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl

from tuijin.importers.template import build_template
from tuijin.importers.xlsx_write import ExportColumn, add_link, open_book, write_sheet

COLUMNS = [ExportColumn("名称"), ExportColumn("金额", places=2), ExportColumn("日期")]
NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "http://a.cn", "007", "1e5"]


def test_what_is_shown_comes_back():
    rows = [["甲", Decimal("1.25"), date(2025, 9, 20)], ["乙", None, None]]
    page = openpyxl.load_workbook(io.BytesIO(write_sheet(COLUMNS, rows, sheet="台/账"))).active
    got = [[c.value for c in row] for row in page]
    assert got[0] == ["名称", "金额", "日期"]
    assert got[1][:2] == ["甲", 1.25]
    assert got[1][2].date() == date(2025, 9, 20)
    assert page["B2"].number_format == "#,##0.00"


def test_texts_stay_texts_with_quote_prefix():
    data = write_sheet([ExportColumn("名称")], [[text] for text in NASTY])
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    for row, text in enumerate(NASTY, start=2):
        cell = page.cell(row, 1)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
        assert cell.hyperlink is None


def test_links_beyond_what_a_sheet_holds_are_left_out_and_the_cells_stay():
    buffer = io.BytesIO()
    book = open_book(buffer)
    page = book.add_worksheet("t")
    for row in range(65_540):
        add_link(page, row, 0, "https://example.org/")
        page.write_number(row, 0, row)
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<hyperlink ") == 65_530
    assert "<v>65539</v>" in sheet


def test_properties_are_neutral_and_bytes_repeat():
    data = write_sheet(COLUMNS, [["甲", 1, None]])
    assert data == write_sheet(COLUMNS, [["甲", 1, None]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"<dc:creator>([^<]*)", core) in ([], [""])


def test_template_is_the_same_each_time_and_offers_choices():
    data = build_template(places=["达茂旗", "固阳县"])
    assert data == build_template(places=["达茂旗", "固阳县"])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[:2] == ["填写说明", "项目"]
    page = book["项目"]
    assert page.freeze_panes == "A2"
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert {v.promptTitle for v in lists} >= {"阶段", "所在地区", "状态"}
    assert all(v.prompt for v in page.data_validations.dataValidation)
