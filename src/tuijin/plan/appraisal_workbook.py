"""
A full appraisal as a workbook whose figures are formulas: change a price, and all follows.

The sheet 计算 holds what is given and every formula; the statements show its rows, 指标 rates and
values of its flows.
"""

from __future__ import annotations

import io

from xlsxwriter.workbook import Workbook

from tuijin.engines.returns import Project, benchmark_ratio
from tuijin.engines.returns.tables import STATEMENTS, TITLES
from tuijin.importers.xlsx_write import Formats, open_book, write_text
from tuijin.plan.appraisal_rows import build_sheet
from tuijin.plan.appraisal_sheet import YearSheet
from tuijin.plan.appraisal_words import say_in

_FLOWS = {
    "project_flow_before_tax": ("项目投资（所得税前）", "benchmark"),
    "project_flow": ("项目投资（所得税后）", "benchmark"),
    "equity_flow": ("资本金", "equity_benchmark"),
}


def write_workbook(project: Project, *, language: str = "zh") -> bytes:
    """
    Statements and figures of the project, as an xlsx file; the same project gives the same bytes.

    Parameters
    ----------
    language
        Of titles: one of `appraisal_words.LANGUAGES`.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    formats = Formats(book)
    sheet = build_sheet(project, say=say_in(language))
    _write_figures(book, formats, sheet, project)
    for title, names in STATEMENTS.items():
        _write_statement(book, formats, sheet, title=title, names=names)
    sheet.write(book.add_worksheet(sheet.title), formats)
    book.close()
    return buffer.getvalue()


def _write_figures(book: Workbook, formats: Formats, sheet: YearSheet, project: Project) -> None:
    say = sheet.say
    page = book.add_worksheet(say("指标"))
    page.set_column(0, 0, 30)
    page.set_column(1, 2, 20)
    titles = (project.name or say("项目"), say("内部收益率"), say("净现值（元）"))
    for column, text in enumerate(titles):
        write_text(page, 0, column, text, formats.header)
    known = {
        "benchmark": benchmark_ratio(project) is not None,
        "equity_benchmark": project.equity_benchmark_ratio is not None,
    }
    percent = book.add_format({"num_format": "0.00%"})
    for row, (flow, (title, rate)) in enumerate(_FLOWS.items(), start=1):
        write_text(page, row, 0, say(title), formats.text)
        page.write_formula(row, 1, f'=IFERROR(IRR({sheet.span(flow)}),"")', percent)
        if known[rate]:
            cell = f"{sheet.title}!{sheet.scalar_cell(rate)}"
            page.write_formula(row, 2, f"=NPV({cell},{sheet.span(flow)})", formats.number(2))


def _write_statement(
    book: Workbook, formats: Formats, sheet: YearSheet, *, title: str, names: tuple[str, ...]
) -> None:
    say = sheet.say
    page = book.add_worksheet(say(title))
    page.set_column(0, 0, 30)
    page.set_column(1, sheet.n_years + 1, 15)
    write_text(page, 0, 0, say(f"{title}（元）"), formats.header)
    write_text(page, 0, 1, say("合计"), formats.header)
    for year in range(sheet.n_years):
        page.write_number(0, 2 + year, year + 1)
    for row, name in enumerate(names, start=1):
        write_text(page, row, 0, say(TITLES[name]), formats.text)
        page.write_formula(row, 1, f"=SUM({sheet.span(name)})", formats.number(2))
        for year in range(sheet.n_years):
            place = f"={sheet.title}!{sheet.cell(name, year)}"
            page.write_formula(row, 2 + year, place, formats.number(2))
    page.freeze_panes(1, 2)
