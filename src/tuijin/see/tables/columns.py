"""What a table can show: the project's own columns, and figures drawn from its entries."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuijin.ledger import scope
from tuijin.see import listing


@dataclass(frozen=True, slots=True)
class TableColumn:
    """
    A column of a table.

    Parameters
    ----------
    kind
        As a list's column; `count` and `money` and `quantity` are added up in groups, `ratio` is
        the sum of what stands above over the sum of what stands below.
    needs
        Facts (`tables.facts`) it is drawn from; none for a column of the project itself.
    formula
        How a derived figure comes about, in the reader's language.
    """

    code: str
    title: str | Promise
    kind: str
    needs: tuple[str, ...] = ()
    field_class: str = "P"
    unit: str = ""
    formula: str | Promise = ""

    @property
    def is_summed(self) -> bool:
        return self.kind in ("money", "count", "quantity")


def _fact(code: str, title: Promise, kind: str, *needs: str, unit: str = "",
          field_class: str = "C", formula: str | Promise = "") -> TableColumn:  # fmt: skip
    return TableColumn(code, title, kind, needs or (code,), field_class, unit, formula)


# Of a list's columns, those that a table dates by entries are drawn from entries instead.
_DATED = {"stage", "year_planned_yuan", "year_done_yuan", "done_ratio", "next_due_on", "updated_at"}
_OWN = {
    code: TableColumn(code, column.title, "text" if column.kind in ("name", "ref") else column.kind,
                      field_class=column.field_class)
    for code, column in listing.COLUMNS.items()
    if code not in _DATED
}  # fmt: skip
_ENTRIES = (
    _fact("stage", _("阶段"), "choice", field_class="P"),
    _fact("stage_on", _("进入阶段日期"), "date", "stage", field_class="P"),
    _fact("plan_yuan", _("年度计划投资"), "money"),
    _fact("year_done_yuan", _("1月1日以来累计完成投资"), "money"),
    _fact("period_done_yuan", _("本期完成投资"), "money", "year_done_yuan", "before_yuan",
          formula=_("本年累计减去上期末本年累计；本期未报则空")),
    _fact("year_ratio", _("年度投资完成率"), "ratio", "year_done_yuan", "plan_yuan",
          formula=_("本年累计完成投资除以年度计划投资")),
    _fact("total_done_yuan", _("自开工累计完成投资"), "money"),
    _fact("total_ratio", _("总投资完成率"), "ratio", "total_done_yuan",
          formula=_("自开工累计完成投资除以总投资")),
    _fact("report_period", _("最近报告期"), "text", "report"),
    _fact("progress", _("形象进度"), "long_text", "report"),
    _fact("problems", _("存在问题"), "long_text", "report"),
    _fact("next_node", _("下一节点"), "text", field_class="I"),
    _fact("next_node_due_on", _("下一节点时限"), "date", "next_node", field_class="I"),
    _fact("month_sales_yuan", _("当月销售收入"), "money", "operating"),
    _fact("month_tax_yuan", _("当月税收"), "money", "operating"),
    _fact("month_energy_mwh", _("当月用电量（兆瓦时）"), "quantity", "operating"),
    _fact("jobs_count", _("就业人数"), "count", "operating"),
    _fact("year_sales_yuan", _("1月1日以来销售收入"), "money", "operating",
          formula=_("本年各月之和")),
    _fact("year_tax_yuan", _("1月1日以来税收"), "money", "operating",
          formula=_("本年各月之和")),
    _fact("year_energy_mwh", _("1月1日以来用电量（兆瓦时）"), "quantity", "operating",
          formula=_("本年各月之和")),
)  # fmt: skip
NUMBER = TableColumn("number", _("序号"), "number")
COLUMNS: dict[str, TableColumn] = {
    column.code: column for column in (NUMBER, *_OWN.values(), *_ENTRIES)
}
# What rows can be grouped by, with the columns of the list that name a group.
GROUPS: dict[str, TableColumn] = {
    code: COLUMNS[code]
    for code in ("place", "stage", "park", "construction_kind", "investor_kind",
                 "strategic_industry", "status")
}  # fmt: skip


def shown_codes(codes: list[str]) -> list[str]:
    """Leave out columns this reader sees of no project at all; unknown ones go too."""
    role = scope.current().role
    seen = role.own + role.others + role.reported
    return [code for code in codes if code in COLUMNS and COLUMNS[code].field_class in seen]
