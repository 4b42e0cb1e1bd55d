"""Ledger CSV: golden files in every encoding, and the refusals of the security reference 3.3."""

from pathlib import Path

import pytest

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.ledger_csv import plugin

HERE = Path(__file__).parent
FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.csv"))


@pytest.mark.parametrize("name", FIXTURES)
def test_golden(name, golden):
    data = (HERE / "fixtures" / f"{name}.csv").read_bytes()
    golden(HERE / "golden" / f"{name}.txt", show_parsed(plugin.parse(data, name=f"{name}.csv")))


def test_every_encoding_says_the_same():
    parsed = [
        plugin.parse((HERE / "fixtures" / f"{name}.csv").read_bytes(), name=f"{name}.csv")
        for name in FIXTURES
    ]
    assert {p.encoding for p in parsed} == {"gb18030", "utf-8-sig", "utf-16"}
    assert len({str(entries_of(p, "project")) for p in parsed}) == 1


HEAD = "项目名称,所在地区\n"


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "empty_file", 422),
        (HEAD.encode() + b"\xff\xff,x\n", "encoding", 400),
        (HEAD.encode() + b"a\x00,x\n", "nul", 400),
        ((HEAD + "x" * 32_768 + ",y\n").encode(), "cell_too_long", 422),
        ((HEAD + '"a,b\nc,d\n').encode(), "unclosed_quote", 422),
        ((HEAD + "a,b,c\n").encode(), "uneven_columns", 422),
        ((HEAD + "机密★1年,达茂旗\n").encode(), "classified_marker", 422),
        (("项目名称,总投资（万元）\n甲,1\n").encode(), "header", 422),
        ((HEAD + "甲,乙\n" * 50_001).encode(), "too_many_rows", 422),
    ],
)
def test_refused(data, code, status):
    with pytest.raises(TuijinError) as refused:
        plugin.parse(data, name="a.csv")
    assert (refused.value.code, refused.value.status) == (code, status)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_leading_signs_stay_text(text):
    parsed = plugin.parse(f"{HEAD}{text},达茂旗\n".encode(), name="a.csv")
    assert entries_of(parsed, "project")[0]["name"] == text


SECTIONS = """序号,项目名称,所在地区,总投资（万元）
一,工业项目（2个）,,300
1,甲,达茂旗,100
2,乙,达茂旗,200
（二）,基础设施（1个）,,50
3,丙,固阳县,50
"""


def test_a_heading_of_a_group_with_its_totals_is_no_project():
    parsed = plugin.parse(SECTIONS.encode(), name="a.csv")
    assert [row["name"] for row in entries_of(parsed, "project")] == ["甲", "乙", "丙"]
    assert parsed.problems == ()
    assert [(note.code, note.row) for note in parsed.notes] == [("group_row", 2), ("group_row", 5)]


@pytest.mark.parametrize("row", ["一,甲,达茂旗,300", "4,甲,,300", "一期,甲,,300"])
def test_what_has_a_place_or_a_number_is_a_project(row):
    parsed = plugin.parse(f"{SECTIONS}{row}\n".encode(), name="a.csv")
    assert len(entries_of(parsed, "project")) + len(parsed.problems) == 4


def test_projects_numbered_in_chinese_are_projects():
    text = "序号,项目名称,所在地区\n一,甲,达茂旗\n二,乙,\n"
    parsed = plugin.parse(text.encode(), name="a.csv")
    assert [(p.code, p.row) for p in parsed.problems] == [("required", 3)]
