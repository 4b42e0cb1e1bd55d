"""Our reader of cells against two other programs, on workbooks from two writers."""

import io
from datetime import date, datetime

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers import workbooks as w
from tuijin.importers.cells import Kind, column_letter, column_number
from tuijin.importers.xlsx_book import read_workbook

# What XML can hold, without what spreadsheets themselves change (carriage return, escapes).
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    min_size=1, max_size=20,
).filter(lambda t: t.strip() and "_x" not in t and t.strip() == t)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(10**15), 10**15),
    st.floats(-1e15, 1e15, allow_nan=False),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.decimals(-9999999, 9999999, places=4).map(float),
)
VALUES = st.one_of(st.none(), TEXTS, NUMBERS, st.booleans())
TABLES = st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=8)


def write_xlsxwriter(table):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page, style = book.add_worksheet(), book.add_format({"bold": True})
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            use = style if (row + column) % 3 == 0 else None
            if value is None:
                page.write_blank(row, column, None, use)
            elif isinstance(value, bool):
                page.write_boolean(row, column, value, use)
            elif isinstance(value, str):
                page.write_string(row, column, value, use)
            else:
                page.write_number(row, column, value, use)
    book.close()
    return buffer.getvalue()


def write_openpyxl(table):
    book = openpyxl.Workbook()
    for row, values in enumerate(table, start=1):
        for column, value in enumerate(values, start=1):
            cell = book.active.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def value_of(cells, index):
    kind = cells.kinds[index]
    if kind == Kind.EMPTY:
        return None
    if kind == Kind.BOOLEAN:
        return bool(cells.numbers[index])
    return cells.text_at(index) if kind == Kind.TEXT else float(cells.numbers[index])


def read(data):
    """Ours as {(row, column): value}."""
    (grid,) = read_workbook(data, name="a.xlsx").grids
    found = {
        (int(row), number): value_of(cells, index)
        for number, cells in grid.columns.items()
        for index, row in enumerate(grid.rows)
    }
    return {place: value for place, value in found.items() if value is not None}


def as_written(table):
    return {
        (row, column): value if isinstance(value, (bool, str)) else float(value)
        for row, values in enumerate(table, start=1)
        for column, value in enumerate(values, start=1)
        if value is not None
    }


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_reads_what_was_written(table):
    expected = as_written(table)
    for data in (write_xlsxwriter(table), write_openpyxl(table)):
        got = read(data)
        assert got.keys() == expected.keys()
        for place, value in expected.items():
            assert (
                got[place] == pytest.approx(value, rel=1e-15, abs=0)
                if isinstance(value, float)
                else got[place] == value
            )


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_agrees_with_two_other_readers(table):
    data = write_openpyxl(table)
    ours = read(data)
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    theirs = {(c.row, c.column): c.value for row in page for c in row if c.value is not None}
    assert ours == theirs
    rows = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    third = {
        (r, c): v
        for r, row in enumerate(rows.to_python(skip_empty_area=False), start=1)
        for c, v in enumerate(row, start=1)
        if v != ""
    }
    assert ours == third


FORMS = {
    "prefix": w.sheet().replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
    "single quotes": w.sheet().replace('"', "'"),
    "white space": w.sheet().replace("><", ">\n  <").replace(" r=", "\n r = "),
    "comment": w.sheet().replace("<sheetData>", "<sheetData><!-- <row> -->"),
    "cdata": w.sheet().replace("<t>甲</t>", "<t><![CDATA[甲]]></t>"),
    "no references": w.sheet().replace(' r="A1"', "").replace(' r="B1"', "").replace(
        ' r="A2"', "").replace(' r="B2"', "").replace(' r="1"', "").replace(' r="2"', ""),
    "rich text": w.sheet().replace(
        "<t>甲</t>", "<r><rPr/><t>甲</t></r><rPh sb='0' eb='1'><t>jia</t></rPh>"),
    "entity": w.sheet().replace("甲", "&#x7532;"),
    "utf-16": w.sheet().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + w.sheet().encode(),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_uncommon_but_right_xml(form):
    assert read(w.book(sheet=FORMS[form])) == {
        (1, 1): "项目名称", (1, 2): "所在地区", (2, 1): "甲", (2, 2): "达茂旗",
    }  # fmt: skip


def test_shared_texts_of_every_form():
    shared = (
        "<sst><si><t>甲&amp;乙</t></si><si/><si><t xml:space='preserve'> 丙 </t></si>"
        "<si><r><t>丁</t></r><r><t>戊</t></r></si><si><t>a_x000D_b</t></si></sst>"
    )
    body = '<row r="1">' + "".join(
        f'<c r="{column_letter(n + 1)}1" t="s"><v>{n}</v></c>' for n in range(5)
    ) + "</row>"  # fmt: skip
    data = w.pack(w.parts(sheet=w.sheet(body)) | {"xl/sharedStrings.xml": shared})
    assert read(data) == {(1, 1): "甲&乙", (1, 3): " 丙 ", (1, 4): "丁戊", (1, 5): "a\rb"}


def test_dates_are_known_by_their_format():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    formats = ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d", "0.00", '0.0"天"', "m/d/yy"]
    for column, code in enumerate(formats):
        page.write_datetime(0, column, datetime(2025, 9, 20), book.add_format({"num_format": code}))  # noqa: DTZ001  a plain date
    book.close()
    (grid,) = read_workbook(buffer.getvalue(), name="a.xlsx").grids
    assert [bool(c.dated[0]) for c in grid.columns.values()] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
    assert date(1899, 12, 30).toordinal() + 45920 == date(2025, 9, 20).toordinal()


def test_column_letters():
    assert [column_letter(n) for n in (1, 26, 27, 52, 512, 702, 703)] == [
        "A", "Z", "AA", "AZ", "SR", "ZZ", "AAA",
    ]  # fmt: skip
    assert all(column_number(column_letter(n)) == n for n in range(1, 2000))
