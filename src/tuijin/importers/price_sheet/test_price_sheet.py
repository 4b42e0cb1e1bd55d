"""Price tables: golden files, what may be said where, and every refusal with its row and column."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.price_sheet import plugin

HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "fixtures").iterdir())
FORMS = {
    "above, in one cell": "铜,,\n单位：元/吨,口径：含税,来源：甲\n日期,价格,\n2026-01-05,7.5,\n",
    "above, side by side": "铜,,,\n"
    "单位,元/吨,口径,含税\n来源,甲,,\n日期,价格,,\n2026-01-05,7.5,,\n",
    "in brackets": "商品：铜,来源：甲\n日期,价格（元/吨、含税）\n2026年1月5日,7.5\n",
    "in columns": "品种,日期,价格,单位,是否含税,来源\n铜,2026/1/5,7.5,元/吨,是,甲\n",
    "in English": "commodity,date,price,unit,vat,source\n"
    "铜,2026-01-05,7.5,yuan_per_t,with vat,甲\n",
}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_golden(path, golden):
    try:
        text = show_parsed(plugin.parse(path.read_bytes(), name=path.name))
    except TuijinError as error:
        text = f"{error.code}: {error.detail}\n"
    golden(HERE / "golden" / f"{path.stem}.txt", text)


def read(text, encoding="utf-8"):
    return plugin.parse(text.encode(encoding), name="x.csv")


@pytest.mark.parametrize("form", FORMS)
def test_what_holds_for_all_rows_may_be_said_in_any_form(form):
    assert plugin.recognises(FORMS[form].encode(), name="x.csv")
    parsed = read(FORMS[form])
    assert not parsed.problems
    (series,), (price,) = entries_of(parsed, "price_series"), entries_of(parsed, "price")
    assert series == {"name": "铜", "unit": "yuan_per_t", "tax_basis": "with_vat"}
    assert (price["series"], price["value"], price["quoted_in"]) == ("铜", Decimal("7.5"), "甲")
    assert price["on"].isoformat() == "2026-01-05"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding):
    assert len(read(FORMS["in columns"], encoding).tables) == 2


HEAD = "品种,日期,价格,下限,上限,单位,口径,来源\n铜,2026-01-05,7,6,8,元/吨,含税,甲\n"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("铜,1月6日,7,,,元/吨,含税,甲", "date", "B"),
        ("铜,,7,,,元/吨,含税,甲", "required", "B"),
        ("铜,2026-01-06,,,,元/吨,含税,甲", "required", "C"),
        ("铜,2026-01-06,7e3,,,元/吨,含税,甲", "decimal", "C"),
        ("铜,2026-01-06,0,,,元/吨,含税,甲", "not_positive", "C"),
        ("铜,2026-01-06,7,8,9,元/吨,含税,甲", "order", "C"),
        ("铜,2026-01-06,9-7,,,元/吨,含税,甲", "order", "C"),
        ("铜,2026-01-06,7,,,元/斤,含税,甲", "unit", "F"),
        ("铜,2026-01-06,7,,,美元/吨,含税,甲", "disagrees", "F"),
        ("铜,2026-01-06,7,,,元/吨,大概,甲", "tax_basis", "G"),
        ("铜,2026-01-06,7,,,元/吨,不含税,甲", "disagrees", "G"),
        ("铜,2026-01-06,7,,,元/吨,,甲", "tax_basis", "G"),
        ("铜,2026-01-06,7,,,元/吨,含税,", "required", "H"),
        (",2026-01-06,7,,,元/吨,含税,甲", "required", "A"),
    ],
)
def test_refusals_name_row_and_column(row, code, column):
    parsed = read(f"{HEAD}{row}\n")
    assert [(p.row, p.code, p.column) for p in parsed.problems] == [(3, code, column)]
    assert parsed.problems[0].expected


@pytest.mark.parametrize("missing", ["unit", "tax_basis", "quoted_in", "name"])
def test_what_is_said_nowhere_refuses_the_file(missing):
    words = {
        "unit": "单位：元/吨",
        "tax_basis": "口径：含税",
        "quoted_in": "来源：甲",
        "name": "商品：铜",
    }
    lines = "".join(f"{word},\n" for name, word in words.items() if name != missing)
    parsed = read(f"{lines}日期,价格\n2026-01-05,7\n")
    assert [problem.field for problem in parsed.problems] == [missing]
    assert not parsed.tables


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("项目,日期,价格\n甲,2026-01-05,7\n", "header"),
        ("日期,数量\n2026-01-05,7\n", "header"),
        ("", "empty_file"),
        ("机密★1年,\n日期,价格\n2026-01-05,7\n", "classified_marker"),
    ],
)
def test_refused_files(text, code):
    with pytest.raises(TuijinError) as refused:
        read(text)
    assert refused.value.code == code


def test_other_sheets_are_left_to_others():
    assert not plugin.recognises("价格序列,日期,数值\n".encode(), name="prices.csv")
    assert not plugin.recognises("编号,指标,数值,单位\n".encode(), name="figures.csv")
    assert not plugin.recognises(b"PK\x03\x04", name="台账.xlsx")
    assert plugin.recognises(b"PK\x03\x04", name="铜价格.xlsx")
