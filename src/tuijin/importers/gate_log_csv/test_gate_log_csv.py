"""Gate logs: golden files, titles in both languages, and every refusal with its row and column."""

from pathlib import Path

import pytest

from tests.importers.show_parsed import show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.gate_log_csv import plugin
from tuijin.importers.gate_log_csv.instants import parse_instant

HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "fixtures").iterdir())


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_golden(path, golden):
    try:
        text = show_parsed(plugin.parse(path.read_bytes(), name=path.name))
    except TuijinError as error:
        text = f"{error.code}: {error.detail}\n"
    golden(HERE / "golden" / f"{path.stem}.txt", text)


def read(text, encoding="utf-8"):
    return plugin.parse(text.encode(encoding), name="gate.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding):
    parsed = read("车牌号,抵卡时间,抬杆时间\n蒙A1,2026-3-3 8:00,2026/3/3 8:02:30\n", encoding)
    (table,) = parsed.tables
    stay = table.columns["released_seconds"][0] - table.columns["arrived_seconds"][0]
    assert (table.columns["vehicle"][0], stay) == ("蒙A1", 150.0)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-03 08:00:00", "2026-03-03T00:00:00Z"),
        ("2026/3/3 8:00", "2026-03-03T00:00:00Z"),
        ("2026年3月3日 8:00:30", "2026-03-03T00:00:30Z"),
        ("2026年3月3日8时5分30秒", "2026-03-03T00:05:30Z"),
        ("２０２６-０３-０３ ０８:００", "2026-03-03T00:00:00Z"),
        ("2026-03-03T08:00:00.25+08:00", "2026-03-03T00:00:00.250Z"),
        ("2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z"),
    ],
)
def test_instants(text, iso):
    assert parse_instant(text) == parse_instant(iso)


HEAD = "车号,到达时间,放行时间,查验,载重（吨）\n"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",2026-3-3 8:00,2026-3-3 8:02,否,65", "required", "车号"),
        ("A,8:00,2026-3-3 8:02,否,65", "instant", "到达时间"),
        ("A,2026-13-3 8:00,2026-3-3 8:02,否,65", "instant", "到达时间"),
        ("A,2026-3-3 24:00,2026-3-3 8:02,否,65", "instant", "到达时间"),
        ("A,2026-3-3 8:00,,否,65", "required", "放行时间"),
        ("A,2026-3-3 8:00,2026-3-3 7:59,否,65", "order", "放行时间"),
        ("A,2026-3-3 8:00,2026-4-3 8:00,否,65", "too_long_stay", "放行时间"),
        ("A,2026-3-3 8:00,2026-3-3 8:02,也许,65", "boolean", "查验"),
        ("A,2026-3-3 8:00,2026-3-3 8:02,否,1e3", "decimal", "载重（吨）"),
        ("A,2026-3-3 8:00,2026-3-3 8:02,否,-1", "negative", "载重（吨）"),
        ("B,2026-3-3 8:00,2026-3-3 8:02,否,65", "duplicate", ""),
    ],
)
def test_refusals_name_row_and_column(row, code, column):
    parsed = read(f"{HEAD}B,2026-3-3 8:00,2026-3-3 8:02,否,65\n{row}\n")
    assert [(p.row, p.code, p.column) for p in parsed.problems] == [(3, code, column)]
    assert parsed.problems[0].expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("车号,到达时间\nA,2026-3-3 8:00\n", "header"),
        ("车号,到达时间,放行时间,载重\nA,2026-3-3 8:00,2026-3-3 8:01,65\n", "unit"),
        (HEAD, "empty_file"),
        ("", "empty_file"),
        (f"{HEAD}机密★1年,2026-3-3 8:00,2026-3-3 8:01,否,1\n", "classified_marker"),
    ],
)
def test_refused_files(text, code):
    with pytest.raises(TuijinError) as refused:
        read(text)
    assert refused.value.code == code


def test_other_sheets_are_not_taken_for_a_gate_log():
    assert not plugin.recognises("项目名称,总投资（万元）\n".encode(), name="x.csv")
    assert plugin.recognises(b"vehicle,arrived,released\n", name="x.csv")
