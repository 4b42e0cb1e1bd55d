"""Fill a layout: rows, groups with subtotals and a total, each figure with where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tuijin.errors import TooLarge
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import visible
from tuijin.paper.document import Language
from tuijin.paper.numbering import heading_number
from tuijin.see import listing
from tuijin.see.cells import cell_value
from tuijin.see.language import choice_text, either, is_english, pick
from tuijin.see.models import TableLayout
from tuijin.see.tables import facts as read_facts
from tuijin.see.tables import periods
from tuijin.see.tables.columns import COLUMNS, GROUPS, TableColumn, shown_codes
from tuijin.see.tables.facts import Fact, Facts, Question, Ref
from tuijin.see.tables.rewinding import rewind

MOST_ROWS = 5000
_STAGES = list(CHOICES["stage"])


@dataclass(frozen=True, slots=True)
class Cell:
    """
    A value with its entries.

    `known` of `among` rows state it, where it is a sum; `over` are the two sides of a ratio.
    """

    value: Any = None
    refs: tuple[Ref, ...] = ()
    over: tuple[Decimal, Decimal] | None = None
    known: int = 0
    among: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line of the table: the `total`, a `group` with its subtotals, or a `row` of a project.

    `path` holds the keys of the groups it stands in, the outermost first; a group's own is the
    last. It reads the same in every language.
    """

    kind: str
    cells: tuple[Cell, ...]
    label: str = ""
    level: int = 0
    project_id: int = 0
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A table as it is read."""

    layout: TableLayout
    on: date
    recorded_by: date | None
    period: periods.Window
    title: str
    heading: tuple[str, ...]
    columns: tuple[tuple[TableColumn, str], ...]  # with the caption shown
    lines: tuple[Line, ...]
    count: int

    @property
    def is_confidential(self) -> bool:
        return any(column.field_class in "CS" for column, _caption in self.columns)


def fill(
    layout: TableLayout,
    *,
    on: date,
    recorded_by: date | None = None,
    moment: datetime | None = None,
    project_id: int | None = None,
) -> Filled:
    """
    Fill a layout for the month or 旬 that holds a date, with every project or a single one.

    Parameters
    ----------
    recorded_by, moment
        The last day whose entries count, and the moment it ends; None counts what is current.

    Raises
    ------
    TooLarge
        If more projects match than a table may hold.
    """
    period = periods.window_of(on, kind=layout.period)
    captions: dict[str, str] = dict(layout.columns)
    columns = [COLUMNS[code] for code in shown_codes(list(captions))]
    query = listing.parse(QueryDict(layout.filters))
    groups = [GROUPS[code] for code in layout.groups if code in GROUPS]
    projects = listing.filtered(query)
    if project_id is not None:
        projects = projects.filter(pk=project_id)
    question = Question(projects, period, moment)
    needs = {need for column in (*columns, *groups) for need in column.needs}
    facts = read_facts.load(needs, question)
    rows = _rows(question, query, [*columns, *groups], moment=moment)
    built = [
        _Row(
            row,
            tuple(_cell(column, row, facts, period) for column in columns),
            tuple(_group(column, row, facts) for column in groups),
        )
        for row in rows
    ]
    built.sort(key=lambda row: tuple((group.order, group.key) for group in row.groups))
    return Filled(
        layout=layout,
        on=on,
        recorded_by=recorded_by,
        period=period,
        title=_write(either(layout.title, layout.title_en), period, on),
        heading=tuple(_write(either(layout.heading, layout.heading_en), period, on).splitlines()),
        columns=tuple((column, captions[column.code] or str(column.title)) for column in columns),
        lines=tuple(_lines(built, columns)),
        count=len(built),
    )


def _write(text: str, period: periods.Window, on: date) -> str:
    return periods.write_placeholders(text, period, on=on, is_english=is_english())


@dataclass(frozen=True, slots=True)
class _Group:
    order: Any
    key: str
    word: str


@dataclass(frozen=True, slots=True)
class _Row:
    project: dict[str, Any]
    cells: tuple[Cell, ...]
    groups: tuple[_Group, ...]

    @property
    def line(self) -> Line:
        name = pick(self.project, "name", "name_en")
        path = tuple(group.key for group in self.groups)
        return Line("row", self.cells, name, project_id=self.project["id"], path=path)


def _rows(
    question: Question,
    query: listing.Query,
    columns: Sequence[TableColumn],
    *,
    moment: datetime | None,
) -> list[dict[str, Any]]:
    """Columns of the projects themselves, without what the reader may not see."""
    own = [listing.COLUMNS[column.code] for column in columns if column.code in listing.COLUMNS]
    always = {"name", "name_en", "total_investment_yuan", "stage"}
    names = {name for column in own for name in column.names} | always
    wanted = ("id", "place_id", *sorted(names - {"id", "place_id"}))
    ordered = question.projects.order_by(query.order, "id").values(*wanted)
    rows = [visible.shown(row) for row in ordered[: MOST_ROWS + 1]]
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"一张报表最多 {MOST_ROWS} 个项目，请增加筛选条件", code="too_many_rows")
    return rows if moment is None else rewind(rows, to=moment)


def _cell(column: TableColumn, row: dict[str, Any], facts: Facts, period: periods.Window) -> Cell:
    code, project = column.code, row["id"]
    if code == "number":
        return Cell()
    if not column.needs:
        return _own(cell_value(listing.COLUMNS[code], row), project)
    fact = facts.find(_FACTS.get(code, code), project)
    if code == "period_done_yuan":
        return _done_in_period(fact, facts.find("before_yuan", project), period)
    if code == "year_ratio":
        return _ratio(fact, facts.find("plan_yuan", project))
    if code == "total_ratio":
        total = row.get("total_investment_yuan")
        return _ratio(fact, Fact(total, _own(total, project).refs) if total else None)
    if code == "stage" and fact is None:  # typed in, with no event behind it
        return _own(choice_text("stage", row.get("stage") or ""), project)
    if fact is None:
        return Cell()
    return Cell(_PARTS.get(code, _whole)(fact), fact.refs)


def _own(value: Any, project_id: int) -> Cell:
    """A column of the project itself."""
    return Cell(value, (Ref("project", project_id, value),))


# Column -> the fact it is drawn from, where the names differ, and which part of it.
_FACTS = {
    "stage_on": "stage", "next_node_due_on": "next_node", "report_period": "report",
    "progress": "report", "problems": "report", "period_done_yuan": "year_done_yuan",
    "year_ratio": "year_done_yuan", "total_ratio": "total_done_yuan",
}  # fmt: skip
_PARTS: dict[str, Callable[[Fact], Any]] = {
    "stage": lambda fact: choice_text("stage", fact.value[0]),
    "stage_on": lambda fact: fact.value[1],
    "next_node": lambda fact: fact.value[0],
    "next_node_due_on": lambda fact: fact.value[1],
    "report_period": lambda fact: fact.period,
    "progress": lambda fact: fact.value[0],
    "problems": lambda fact: fact.value[1],
}


def _whole(fact: Fact) -> Any:
    return fact.value


def _done_in_period(now: Fact | None, before: Fact | None, period: periods.Window) -> Cell:
    """Only from a report of the period itself: what was not reported is not nothing done."""
    if now is None or periods.period_end(now.period) < period.first:
        return Cell()
    if before is None:
        return Cell(now.value, now.refs) if period.opens_year else Cell()
    return Cell(now.value - before.value, (*now.refs, *before.refs))


def _ratio(above: Fact | None, below: Fact | None) -> Cell:
    if above is None or below is None or not below.value:
        return Cell()
    refs = (*above.refs, *below.refs)
    return Cell(above.value / below.value, refs, over=(above.value, below.value))


def _group(column: TableColumn, row: dict[str, Any], facts: Facts) -> _Group:
    if column.code == "stage":
        fact = facts.find("stage", row["id"])
        code = fact.value[0] if fact else row.get("stage") or ""
        order = _STAGES.index(code) if code in _STAGES else len(_STAGES)
        return _Group(order, code, choice_text("stage", code) or _("未记录"))
    if column.code == "place":
        place = row["place_id"]
        return _Group(place, place, str(cell_value(listing.COLUMNS["place"], row)))
    shown = listing.COLUMNS[column.code]
    word = str(cell_value(shown, row) or "")
    return _Group((word == "", word), row.get(shown.names[0]) or "", word or _("未记录"))


def _lines(rows: list[_Row], columns: Sequence[TableColumn]) -> Iterator[Line]:
    yield Line("total", _sums(rows, columns), _("合计"))
    number = 0
    for line in _grouped(rows, columns, level=1):
        if line.kind == "row":
            number += 1
            cells = tuple(
                Cell(number) if column.code == "number" else cell
                for column, cell in zip(columns, line.cells, strict=True)
            )
            line = replace(line, cells=cells)
        yield line


def _grouped(rows: list[_Row], columns: Sequence[TableColumn], *, level: int) -> Iterator[Line]:
    depth = len(rows[0].groups) if rows else 0
    if level > depth:
        yield from (row.line for row in rows)
        return
    language: Language = "en" if is_english() else "zh"
    parts = groupby(rows, key=lambda row: row.groups[level - 1])
    for number, (group, part) in enumerate(parts, start=1):
        inside = list(part)
        mark = heading_number(level, number, language) if number < 100 else ""
        many = ngettext("%(n)s 个项目", "%(n)s 个项目", len(inside)) % {"n": len(inside)}
        yield Line(
            "group",
            _sums(inside, columns),
            f"{mark}{group.word}{either(f'（{many}）', f' ({many})')}",
            level,
            path=tuple(above.key for above in inside[0].groups[:level]),
        )
        yield from _grouped(inside, columns, level=level + 1)


def _sums(rows: list[_Row], columns: Sequence[TableColumn]) -> tuple[Cell, ...]:
    return tuple(_sum(column, [row.cells[at] for row in rows]) for at, column in enumerate(columns))


def _sum(column: TableColumn, cells: list[Cell]) -> Cell:
    if column.is_summed:
        known = [cell.value for cell in cells if cell.value is not None]
        return Cell(sum(known) if known else None, known=len(known), among=len(cells))
    if column.kind == "ratio":
        pairs = [cell.over for cell in cells if cell.over is not None]
        if not pairs:
            return Cell(among=len(cells))
        above, below = (sum((pair[side] for pair in pairs), Decimal(0)) for side in (0, 1))
        return Cell(above / below, over=(above, below), known=len(pairs), among=len(cells))
    return Cell()
