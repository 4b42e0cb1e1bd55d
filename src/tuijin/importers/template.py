"""Our own ledger workbook: one sheet a noun, drop-downs, notes in Chinese."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tuijin.errors import NotFound
from tuijin.importers.nouns import CHOICES, NOUNS, Column, Noun
from tuijin.importers.sheets import EXAMPLE_MARK
from tuijin.importers.xlsx_write import Formats, open_book, write_text
from tuijin.units import UNITS

DEFAULT_NOUNS = (
    "project", "plan", "report", "node", "stage_event", "operating", "organisation", "park",
    "evidence", "claim", "check", "figure", "source", "meeting", "stop", "vehicle",
    "price_series", "price", "price_link",
)  # fmt: skip
_LISTS = "选项"
_LAST_ROW = 2_000  # rows with drop-downs; more rows can be filled in without them
_MONEY_UNIT = "wan_yuan"
_EXAMPLES = {
    "text": "文字", "long_text": "文字", "decimal": "12.5", "money": "12000", "integer": "2025",
    "date": "2025-09-20", "month": "2025-09", "period": "2025-09上旬", "ref": "名称或编号",
    "json": "{}", "project_code": "2509-150223-04-01-123456", "uscc": "91110000600037341L",
    "url": "https://www.baotou.gov.cn/", "longitude": "110.438613", "latitude": "41.702722",
    "boolean": "否",
}  # fmt: skip
_HELP = (
    "填写说明",
    "1. 每个工作表是一类内容，一行一条；可以只填需要的工作表，也可以只填需要的列。",
    "2. 橙色表头是必填列。没有的内容留空，不要填“无”“待定”。",
    "3. 金额的单位写在表头，可改为（元）（亿元）；也可以在单元格里写明，如 1.2亿元。",
    "4. 日期写 2025-09-20 或 2025年9月20日；只知道月份时写 2025年9月，按当月最后一天入账。",
    "5. 有下拉框的列请从下拉框选择。地区可填代码、全称或简称，如 150223、达茂旗。",
    f"6. 以“{EXAMPLE_MARK}”开头的行不会被读取，可以删除。",
    "7. 引用其他内容时填编号或名称，如项目填项目代码、编号或名称。",
    "8. 导入时先预览，有任何一处错误都不会入账；改正后重新上传即可，同一文件重复上传不会重复入账。",
    "9. 请勿填写任何涉密内容。",
)


def column_title(column: Column) -> str:
    """Title of a column in the template, with its unit."""
    if column.kind == "money":
        return f"{column.zh}（{UNITS[_MONEY_UNIT].zh}）"
    if column.kind == "decimal" and column.unit and column.unit != "ratio":
        return f"{column.zh}（{UNITS[column.unit].zh}）"
    return f"{column.zh}（比例）" if column.unit == "ratio" else column.zh


def build_template(nouns: Sequence[str] = DEFAULT_NOUNS, *, places: Sequence[str] = ()) -> bytes:
    """
    Build the empty workbook.

    Parameters
    ----------
    places
        Names offered in the drop-down of places.

    Raises
    ------
    NotFound
        If a noun does not exist.
    """
    unknown = [noun for noun in nouns if noun not in NOUNS]
    if unknown:
        raise NotFound(f"没有 {'、'.join(unknown)} 这类内容")
    buffer = io.BytesIO()
    book = open_book(buffer)
    formats = Formats(book)
    _write_help(book.add_worksheet("填写说明"), formats)
    pages = [(NOUNS[noun], book.add_worksheet(NOUNS[noun].zh)) for noun in nouns]
    lists = _write_lists(book, places, formats)
    for noun, page in pages:
        _write_noun(page, noun, lists, formats)
    book.close()
    return buffer.getvalue()


def _write_help(page: Worksheet, formats: Formats) -> None:
    page.set_column(0, 0, 100)
    for row, line in enumerate(_HELP):
        write_text(page, row, 0, line, formats.header if row == 0 else formats.wrapped)


def _write_lists(
    book: xlsxwriter.Workbook, places: Sequence[str], formats: Formats
) -> dict[str, str]:
    """Write the choices on a sheet of their own; return each list's range."""
    page = book.add_worksheet(_LISTS)
    page.hide()
    lists = {code: [zh for zh, _ in choices.values()] for code, choices in CHOICES.items()}
    if places:
        lists["place"] = list(places)
    ranges = {}
    for number, (code, names) in enumerate(lists.items()):
        for row, name in enumerate(names):
            write_text(page, row, number, name, formats.text)
        letter = xlsxwriter.utility.xl_col_to_name(number)
        ranges[code] = f"='{_LISTS}'!${letter}$1:${letter}${len(names)}"
    return ranges


def _write_noun(page: Worksheet, noun: Noun, lists: dict[str, str], formats: Formats) -> None:
    page.freeze_panes(1, 0)
    for number, column in enumerate(noun.columns):
        is_long = column.kind == "long_text"
        page.set_column(number, number, 40 if is_long else 18)
        style = formats.required if column.required else formats.header
        write_text(page, 0, number, column_title(column), style)
        example = EXAMPLE_MARK if number == 0 else _example(column)
        write_text(page, 1, number, example, formats.example)
        rule = {"validate": "any"}
        options = lists.get(column.choices or (column.ref if column.ref == "place" else ""))
        if options:
            rule = {"validate": "list", "source": options, "error_type": "warning"}
        rule |= {"input_title": column.zh[:32], "input_message": _hint(column)[:255]}
        page.data_validation(1, number, _LAST_ROW, number, rule)


def _example(column: Column) -> str:
    if column.choices:
        return next(iter(CHOICES[column.choices].values()))[0]
    return "达茂旗" if column.ref == "place" else _EXAMPLES[column.kind]


def _hint(column: Column) -> str:
    parts = ["必填。" if column.required else "可留空。", column.note_zh]
    if column.choices or column.ref == "place":
        parts.append("请从下拉框选择。")
    elif column.ref:
        parts.append(f"填{NOUNS[column.ref].zh if column.ref in NOUNS else ''}编号或名称。")
    elif column.kind in ("text", "long_text"):
        parts.append(f"最多 {column.max_length} 字。")
    else:
        parts.append(f"如 {_EXAMPLES[column.kind]}。")
    return "".join(parts)
