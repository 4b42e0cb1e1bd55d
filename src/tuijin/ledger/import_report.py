"""What a person sees of an import: what is new, what changes from what, what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tuijin.errors import Problem
from tuijin.importers.dates import show_period
from tuijin.importers.nouns import CHOICES, Column
from tuijin.importers.xlsx_write import ExportColumn, write_sheet
from tuijin.ledger.intake import NounPreview, Preview
from tuijin.ledger.models import ImportBatch, Project, TrailEvent
from tuijin.units import UNITS

SHOWN_NEW, SHOWN_CHANGED = 50, 200
# What is wrong, or noted, in a few words; the message beside it names the value.
WORDS: dict[str, str | Promise] = {
    "required": gettext_lazy("缺少必填项"),
    "decimal": gettext_lazy("不是规范的数字"),
    "integer": gettext_lazy("不是整数"),
    "money_precision": gettext_lazy("金额不到一分"),
    "unit": gettext_lazy("单位不符"),
    "unit_missing": gettext_lazy("没有写明单位"),
    "out_of_range": gettext_lazy("超出范围"),
    "date": gettext_lazy("不是规范的日期"),
    "date_ambiguous": gettext_lazy("像年份，不像日期"),
    "date_1900_02_29": gettext_lazy("不存在的日期"),
    "month": gettext_lazy("不是规范的月份"),
    "period": gettext_lazy("不是规范的报告期"),
    "choice": gettext_lazy("不在选项之内"),
    "boolean": gettext_lazy("不是是或否"),
    "json": gettext_lazy("不是合法的 JSON"),
    "url": gettext_lazy("不是规范的网址"),
    "uscc": gettext_lazy("信用代码不对"),
    "project_code": gettext_lazy("项目代码不对"),
    "too_long": gettext_lazy("文字过长"),
    "bad_character": gettext_lazy("含不允许的字符"),
    "type": gettext_lazy("类型不符"),
    "cell_error": gettext_lazy("公式错误值"),
    "formula_without_value": gettext_lazy("公式没有值"),
    "unknown_reference": gettext_lazy("引用的内容不存在"),
    "not_allowed": gettext_lazy("不在管辖范围内"),
    "disagrees": gettext_lazy("同一条目两处不一致"),
    "header": gettext_lazy("表头不符"),
    "pending": gettext_lazy("已有更正待批"),
    "fixed": gettext_lazy("在案后不能改动"),
    "tax_basis": gettext_lazy("没有写明是否含税"),
    "not_positive": gettext_lazy("应大于零"),
    "order": gettext_lazy("先后或大小不符"),
    "hidden_sheet": gettext_lazy("隐藏的工作表"),
    "hidden_row": gettext_lazy("隐藏的行，已读取"),
    "hidden_column": gettext_lazy("隐藏的列，已读取"),
    "sheet_skipped": gettext_lazy("未读取的工作表"),
    "subtotal_row": gettext_lazy("合计行，未读取"),
    "group_row": gettext_lazy("分组标题行，未读取"),
    "example_row": gettext_lazy("示例行，未读取"),
    "formula_cached": gettext_lazy("采用公式已保存的值"),
    "external_link": gettext_lazy("含外部链接，未读取"),
    "price_range": gettext_lazy("报价为区间，取中值"),
    "month_only": gettext_lazy("只有年月，按当月最后一天"),
    "full_width": gettext_lazy("全角已改为半角"),
}


# What would be right, for a reader of English; in Chinese a problem says so itself.
EXPECTED_EN: dict[str, str] = {
    "required": "a value: the entry may not be without it",
    "decimal": "a number of at most 12 whole digits and 6 decimals, in groups of three or none",
    "integer": "a whole number",
    "money_precision": "money in whole fen (0.01 yuan)",
    "unit": "a unit that measures the same, such as 万元 in the heading",
    "unit_missing": "a unit in the heading or the cell, such as (万元)",
    "date": "a date such as 2025-09-21",
    "date_ambiguous": "a date such as 2025-09-21, not a year alone",
    "date_1900_02_29": "a date that exists",
    "month": "a month such as 2025-09",
    "period": "a reporting period such as 2025-09",
    "boolean": "yes or no (是, 否)",
    "json": "valid JSON",
    "url": "an address that begins with https:// or http://",
    "uscc": "a unified social credit code: 18 characters that fit its check digit",
    "project_code": "a national project code, as NNNN-NNNNNN-NN-NN-NNNNNN",
    "bad_character": "text without control or direction characters",
    "cell_error": "a value, not a formula error",
    "formula_without_value": "a formula with its saved value: open and save it in a spreadsheet",
    "unknown_reference": "something that is in the ledger or in this file",
    "not_allowed": "an entry in your own charge",
    "disagrees": "the same values wherever the entry stands",
    "not_positive": "a number above zero",
}
_RANGE = re.compile(r"(-?[\d,.]+) 至 (-?[\d,.]+)(?: (\S+))?")
_QUOTED = re.compile(r"“(.*)”不符合要求")


def show_problem(problem: Problem, titles: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """
    A problem as a page tells it, in the reader's language where there are words for its code.

    `titles` names the headings of the file by sheet and letter.
    """
    message, expected = problem.message, problem.expected
    if (get_language() or "").startswith("en"):
        message = _QUOTED.sub(r"“\1”", message)
        ends = _RANGE.fullmatch(expected)
        if ends:
            expected = f"{ends[1]} to {ends[2]} {_unit_en(ends[3])}".rstrip()
        expected = EXPECTED_EN.get(problem.code, expected)
    title = titles.get((problem.sheet, problem.column), "")
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": " ".join(part for part in (problem.column, title) if part),
        "word": word_of(problem.code),
        "message": message,
        "expected": expected,
    }


def _unit_en(zh: str | None) -> str:
    """A unit in English; one that is a number itself beside the sign the file has."""
    en = next((unit.en for unit in UNITS.values() if unit.zh == zh), zh or "")
    return f"{zh} ({en})" if en[:1].isdigit() else en


def word_of(code: str) -> str:
    """A problem's kind in a few words."""
    return str(WORDS.get(code, code))


def build_shown(preview: Preview) -> list[dict[str, Any]]:
    """The first entries of each noun, as plain values that a batch can keep."""
    names = _project_names(preview)
    return [
        {
            "noun": name,
            "new_count": int(noun.new.size),
            "changed_count": len(noun.changed),
            "unchanged_count": noun.unchanged_count,
            "new": [_entry(noun, index, names) for index in noun.new[:SHOWN_NEW].tolist()],
            "changed": _changed(noun, names),
        }
        for name, noun in preview.nouns.items()
    ]


def _project_names(preview: Preview) -> dict[str, str]:
    """Names of the projects that the shown entries are of."""
    keys: set[str] = set()
    for noun in preview.nouns.values():
        if "project" in noun.incoming.columns:
            shown = [*noun.new[:SHOWN_NEW].tolist(), *list(noun.changed)[:SHOWN_CHANGED]]
            keys.update(key for key in noun.incoming.columns["project"][shown] if key)
    names = dict(Project.objects.filter(key__in=keys).values_list("key", "name"))
    projects = preview.nouns.get("project")
    if projects is not None and "name" in projects.incoming.columns:
        columns = projects.incoming.columns
        names.update(zip(columns["key"].tolist(), columns["name"].tolist(), strict=True))
    return names


def _entry(noun: NounPreview, index: int, names: Mapping[str, str]) -> dict[str, Any]:
    incoming = noun.incoming
    return {
        "sheet": str(incoming.sheets[index]),
        "row": int(incoming.rows[index]),
        "label": _label(noun, index, names),
    }


def _label(noun: NounPreview, index: int, names: Mapping[str, str]) -> str:
    """What a person knows an entry by; `names` are those of projects by key."""
    columns, spec = noun.incoming.columns, noun.target.noun
    for name in ("name", "title"):
        if name in columns and columns[name][index]:
            return str(columns[name][index])
    parts = [_show(spec.column(name), columns[name][index]) for name in spec.key]
    if spec.key[0] == "project":
        parts[0] = names.get(columns["project"][index], parts[0])
    return " · ".join(part for part in parts if part)


def _changed(noun: NounPreview, names: Mapping[str, str]) -> list[dict[str, Any]]:
    shown = list(noun.changed.items())[:SHOWN_CHANGED]
    files = _files_of(noun, [noun.old_ids[index] for index, _ in shown])
    return [
        {
            **_entry(noun, index, names),
            "was_in": files.get(str(noun.old_ids[index]), ""),
            "fields": [
                {
                    "name": name,
                    "old": _show(noun.target.noun.column(name), old),
                    "new": _show(noun.target.noun.column(name), new),
                }
                for name, (old, new) in change.items()
            ],
        }
        for index, change in shown
    ]


def _files_of(noun: NounPreview, ids: Sequence[Any]) -> dict[str, str]:
    """Which file an entry on record came from: the one this file disagrees with."""
    events = TrailEvent.objects.filter(
        object_type=noun.target.model._meta.model_name, object_id__in=[str(pk) for pk in ids]
    ).order_by("seq")
    batches = {pk: batch for pk, batch in events.values_list("object_id", "batch") if batch}
    names = {
        str(pk): name
        for pk, name in ImportBatch.objects.filter(
            pk__in=[b for b in set(batches.values()) if len(b) == 36]
        ).values_list("pk", "shown_name")
    }
    return {pk: names.get(batch, "") for pk, batch in batches.items()}


def _show(column: Column, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column.kind == "choice":
        return CHOICES[column.choices].get(value, (str(value),))[0]
    if column.kind == "period":
        return show_period(str(value))
    if isinstance(value, Decimal):
        shown = f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:,f}"
        return f"{shown} 元" if column.kind == "money" else shown
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def write_refusals(batch: ImportBatch, problems: Sequence[Problem]) -> bytes:
    """Write everything that was wrong as a workbook, to be worked through line by line."""
    titles = (_("工作表"), _("行"), _("列"), _("字段"), _("问题"), _("说明"), _("应为"), _("代码"))
    widths = (16, 8, 8, 20, 22, 44, 50, 20)
    rows = [
        (p.sheet, p.row or None, p.column, p.field, word_of(p.code), p.message, p.expected, p.code)
        for p in problems
    ]
    return write_sheet(
        [ExportColumn(title, width) for title, width in zip(titles, widths, strict=True)],
        rows,
        sheet=_("不符合要求"),
        footer=f"{batch.shown_name} · {batch.created_at:%Y-%m-%d %H:%M} UTC · {batch.pk}",
    )
