"""Ledger workbooks: golden files, the template's round trip, and a mapping that is remembered."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.importers import ColumnMapping
from tuijin.importers.headers import HeaderUnmatched
from tuijin.importers.ledger_xlsx import plugin
from tuijin.importers.nouns import CHOICES, NOUNS
from tuijin.importers.template import DEFAULT_NOUNS, build_template, column_title

HERE = Path(__file__).parent
FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.xlsx"))


@pytest.mark.parametrize("name", FIXTURES)
def test_golden(name, golden):
    data = (HERE / "fixtures" / f"{name}.xlsx").read_bytes()
    assert plugin.recognises(data, name=f"{name}.xlsx")
    parsed = plugin.parse(data, name=f"{name}.xlsx")
    golden(HERE / "golden" / f"{name}.txt", show_parsed(parsed))


def save(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


SAMPLES = {
    "text": ("文字", "文字"),
    "long_text": ("一行\n二行", "一行\n二行"),
    "decimal": (12.5, Decimal("12.5")),
    "money": (12000.5, Decimal(120005000)),
    "integer": (2025, 2025),
    "date": ("2025年9月20日", date(2025, 9, 20)),
    "month": ("2025-09", date(2025, 9, 1)),
    "period": ("2025-09上旬", "2025-09-1"),
    "ref": ("名称", "名称"),
    "json": ('{"a": 1}', {"a": 1}),
    "project_code": ("2509-150223-04-01-123456", "2509-150223-04-01-123456"),
    "uscc": ("91110000600037341L", "91110000600037341L"),
    "url": ("https://www.baotou.gov.cn/a?b=1", "https://www.baotou.gov.cn/a?b=1"),
    "longitude": (110.438613, 110.438613),
    "latitude": (41.702722, 41.702722),
    "boolean": ("是", True),
}


def sample(column):
    if column.choices:
        code, (zh, _) = list(CHOICES[column.choices].items())[-1]
        return zh, code
    return SAMPLES[column.kind]


@pytest.mark.parametrize("noun", DEFAULT_NOUNS)
def test_template_filled_in_comes_back_whole(noun):
    book = openpyxl.load_workbook(io.BytesIO(build_template(places=["达茂旗"])))
    page = book[NOUNS[noun].zh]
    expected = {}
    for number, column in enumerate(NOUNS[noun].columns, start=1):
        page.cell(3, number).value, expected[column.name] = sample(column)
    parsed = plugin.parse(save(book), name="填好.xlsx")
    assert parsed.problems == ()
    assert entries_of(parsed, noun) == [expected]


def test_template_without_entries_is_empty():
    parsed = plugin.parse(build_template(), name="空.xlsx")
    assert parsed.problems == ()
    assert all(len(table) == 0 for table in parsed.tables)
    assert all(None not in header.columns for header in parsed.headers)


def test_template_titles_name_units():
    assert column_title(NOUNS["project"].column("total_investment_yuan")) == "总投资（万元）"


def clerk_book(titles):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "汇总"
    page.append(titles)
    page.append(["样例甲项目", "达茂旗", 5, "进展顺利"])
    return save(book)


def test_unknown_titles_come_back_and_an_answer_is_used():
    data = clerk_book(["工程名", "位置", "钱", "近况"])
    with pytest.raises(HeaderUnmatched) as refused:
        plugin.parse(data, name="a.xlsx")
    (header,) = refused.value.headers
    assert header.titles == ("工程名", "位置", "钱", "近况")
    assert header.samples[0] == "样例甲项目"
    columns = ("name", "place", "total_investment_yuan")
    answer = ColumnMapping(
        (*(f"project.{name}" for name in columns), "report.progress@2025-09"),
        (None, None, "yi_yuan", None),
    )
    parsed = plugin.parse(data, name="a.xlsx", mappings={header.signature: answer})
    assert parsed.problems == ()
    (project,) = entries_of(parsed, "project")
    assert project["total_investment_yuan"] == Decimal(500000000)
    (report,) = entries_of(parsed, "report")
    assert report == {"progress": "进展顺利", "project": "样例甲项目", "period": "2025-09"}


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["项目名称", "总投资（万元）", "钱", "近况"], "所在地区"),
        (["项目名称", "所在地区", "项目名称", "近况"], "每列只出现一次"),
        (["项目名称", "所在地区", "钱", "形象进度"], "报告期"),
    ],
)
def test_header_problems_say_what_is_expected(titles, expected):
    with pytest.raises(HeaderUnmatched) as refused:
        plugin.parse(clerk_book(titles), name="a.xlsx")
    assert (refused.value.code, refused.value.status) == ("header", 422)
    assert expected in "".join(problem.expected for problem in refused.value.problems)
