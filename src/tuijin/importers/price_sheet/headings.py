"""Where the header of a price table stands, and what the lines above it say of the whole sheet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from tuijin.importers.cells import Grid
from tuijin.importers.decimals import find_unit

SEARCHED_ROWS = 30
# Column -> titles it may have, folded: lower case, without blanks and what stands in brackets.
TITLES: dict[str, tuple[str, ...]] = {
    "on": ("日期", "报价日期", "交易日期", "时间", "date", "day"),
    "value": ("价格", "数值", "均价", "平均价", "中间价", "收盘价", "结算价", "现货价", "报价",
              "price", "value", "close", "average"),
    "low": ("下限", "最低价", "最低", "low", "min"),
    "high": ("上限", "最高价", "最高", "high", "max"),
    "key": ("编号", "序列编号", "代码", "code", "key"),
    "name": ("商品", "商品名称", "品种", "品名", "名称", "commodity", "product", "name"),
    "name_en": ("英文名称", "englishname"),
    "unit": ("单位", "计量单位", "价格单位", "unit"),
    "tax_basis": ("税口径", "口径", "价格口径", "是否含税", "含税", "taxbasis", "vat"),
    "frequency": ("频率", "frequency"),
    "quoted_in": ("来源", "数据来源", "出处", "报价来源", "source"),
    "note": ("备注", "说明", "note"),
}  # fmt: skip
# What makes a sheet one of the ledger's own or of projects, which other importers read.
_NOT_OURS = frozenset(
    ("价格序列", "priceseries", "series", "项目", "项目名称", "project", "指标", "metric")
)
_KNOWN = {title: column for column, titles in TITLES.items() for title in titles}
_BRACKET = re.compile(r"[(\[【](.*?)[)\]】]")
_LABELLED = re.compile(r"^\s*([^:]{1,8}?)\s*:\s*(\S.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """
    A header: column name to column number.

    Parameters
    ----------
    said
        What the lines above, and the brackets of the titles, say of every row: column to text.
    first
        Index into the grid's rows of the first row below.
    """

    row: int
    numbers: Mapping[str, int]
    titles: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    first: int = 0


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*:-]+", "", _BRACKET.sub("", plain))


def find_header(grid: Grid) -> Found | None:
    """Find the first row that has a date and a price, or None where the sheet is not of prices."""
    for index in range(min(SEARCHED_ROWS, grid.rows.size)):
        row = int(grid.rows[index])
        texts = {number: grid.columns[number].text_at(index) for number in sorted(grid.columns)}
        if any(fold(text) in _NOT_OURS for text in texts.values()):
            return None
        numbers: dict[str, int] = {}
        for number, text in texts.items():
            column = _KNOWN.get(fold(text))
            if column is not None:
                numbers.setdefault(column, number)
        if {"on", "value"} <= numbers.keys():
            titles = {name: texts[number] for name, number in numbers.items()}
            said = {**_read_above(grid, index), **_read_brackets(titles["value"])}
            return Found(row, numbers, titles, said, index + 1)
    return None


def _read_brackets(title: str) -> dict[str, str]:
    """Unit and tax basis out of `价格（元/吨，含税）`."""
    found = {}
    for inner in _BRACKET.findall(unicodedata.normalize("NFKC", title)):
        for part in re.split(r"[,;、\s]+", inner):
            if find_unit(part):
                found["unit"] = part
            elif read_tax_basis(part):
                found["tax_basis"] = part
    return found


def _read_above(grid: Grid, index: int) -> dict[str, str]:
    """`单位：元/吨` in one cell, or 单位 and 元/吨 side by side; a lone text is the commodity."""
    found: dict[str, str] = {}
    for above in range(index):
        cells = [grid.columns[n].text_at(above).strip() for n in sorted(grid.columns)]
        texts = [text for text in cells if text]
        for text, after in zip(texts, [*texts[1:], ""], strict=True):
            labelled = _LABELLED.match(unicodedata.normalize("NFKC", text))
            label, value = (labelled[1], labelled[2]) if labelled else (text, after)
            column = _KNOWN.get(fold(label))
            if column not in (None, "on", "value", "low", "high") and value:
                found.setdefault(str(column), value)
        if len(texts) == 1 and not _LABELLED.match(unicodedata.normalize("NFKC", texts[0])):
            found.setdefault("name", texts[0])
    return found


def read_tax_basis(text: str) -> str:
    """Code of what a text says about VAT, or ""."""
    folded = fold(text)
    words = {
        "含税": "with_vat", "含税价": "with_vat", "是": "with_vat", "withvat": "with_vat",
        "不含税": "without_vat", "不含税价": "without_vat", "未税": "without_vat",
        "否": "without_vat", "withoutvat": "without_vat", "未说明": "not_stated",
        "notstated": "not_stated",
    }  # fmt: skip
    return words.get(folded, "")
