"""The form a clerk lays a table out with: columns by position and caption, groups, filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tuijin.importers.nouns import CHOICES
from tuijin.importers.texts import clean_text
from tuijin.see import listing
from tuijin.see.forms import CleanText
from tuijin.see.language import either_later
from tuijin.see.models import TableLayout
from tuijin.see.tables.columns import COLUMNS, GROUPS, shown_codes

MOST_COLUMNS = 24
_PERIODS = (("month", gettext_lazy("月")), ("xun", gettext_lazy("旬")))
_UNITS = (
    ("wan_yuan", gettext_lazy("万元")), ("yi_yuan", gettext_lazy("亿元")),
    ("yuan", gettext_lazy("元")),
)  # fmt: skip
_FILTERS = ("place", "stage", "status", "construction_kind", "strategic_industry", "owner", "text",
            "least_yi", "sort", "light", "short", "industry")  # fmt: skip


def _select(label: Any, choices: Sequence[tuple[str, Any]], *, blank: bool = False
            ) -> forms.ChoiceField:  # fmt: skip
    return forms.ChoiceField(
        label=label, required=not blank, choices=[("", "—"), *choices] if blank else choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


def _words(name: str) -> list[tuple[str, Any]]:
    return [(code, either_later(zh, en)) for code, (zh, en) in CHOICES[name].items()]


class LayoutForm(forms.Form):
    """Title, unit, groups and filters; columns are read beside it by `ColumnsForm`."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    name = CleanText(label=gettext_lazy("名称"), max_length=60)
    title = CleanText(
        label=gettext_lazy("表头标题"), max_length=200,
        help_text=gettext_lazy("{year} {month} {xun} {last} {on} 换成年、月、旬、期末日、所选日期"),
    )  # fmt: skip
    heading = CleanText(
        label=gettext_lazy("表上说明（每行一条）"), max_length=1000, is_long=True, required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip
    period = _select(gettext_lazy("报告期"), _PERIODS)
    unit = _select(gettext_lazy("金额单位"), _UNITS)
    group_1 = _select(gettext_lazy("分组"), (), blank=True)
    group_2 = _select(gettext_lazy("组内再分"), (), blank=True)
    place = _select(gettext_lazy("地区"), (), blank=True)
    stage = forms.MultipleChoiceField(
        label=gettext_lazy("阶段（可多选）"), required=False, choices=_words("stage"),
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": "5"}),
    )  # fmt: skip
    status = _select(
        gettext_lazy("状态"), [("live", gettext_lazy("在推进")), *_words("status")], blank=True
    )
    strategic_industry = _select(
        gettext_lazy("战略性新兴产业"),
        [("any", gettext_lazy("任一类")), *_words("strategic_industry")], blank=True,
    )  # fmt: skip
    least_yi = forms.DecimalField(
        label=gettext_lazy("总投资不低于（亿元）"), required=False, min_value=0,
        max_value=100_000, widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    owner = CleanText(label=gettext_lazy("建设单位"), max_length=100, required=False)
    text = CleanText(label=gettext_lazy("名称、代码、编号"), max_length=100, required=False)
    is_shared = forms.BooleanField(
        label=gettext_lazy("供全市使用"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [("", "—"), *((code, column.title) for code, column in GROUPS.items())]
        for name in ("group_1", "group_2"):
            self.fields[name].choices = groups  # type: ignore[attr-defined]  # a choice field
        self.fields["place"].choices = [("", "—"), *places]  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("group_2") and found.get("group_2") == found.get("group_1"):
            self.add_error("group_2", _("两级分组不能相同"))
        if found.get("group_2") and not found.get("group_1"):
            self.add_error("group_1", _("请先选第一级分组"))
        return found

    def values(self) -> dict[str, Any]:
        """Columns of the layout but for `columns`."""
        data = self.cleaned_data
        pairs = [(name, value) for name in _FILTERS if name in data
                 for value in _several(data[name])]  # fmt: skip
        kept = ("name", "title", "heading", "period", "unit", "is_shared")
        return {
            **{name: data[name] for name in kept},
            "groups": [data[name] for name in ("group_1", "group_2") if data[name]],
            "filters": urlencode(pairs),
        }


def _several(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one not in (None, "")]


def initial_of(layout: TableLayout) -> dict[str, Any]:
    """What the form starts with."""
    asked = QueryDict(layout.filters)
    filters = {name: asked.get(name, "") for name in _FILTERS} | {"stage": asked.getlist("stage")}
    groups = [*layout.groups, "", ""]
    return {
        **filters,
        **{n: getattr(layout, n) for n in ("name", "title", "heading", "period", "unit", "version",
                                           "is_shared")},
        "group_1": groups[0],
        "group_2": groups[1],
    }  # fmt: skip


def initial_from_list(asked: QueryDict) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What the form starts with when a table is made of a list: its filters and its columns."""
    query = listing.parse(asked)
    swapped = {"year_planned_yuan": "plan_yuan", "done_ratio": "year_ratio",
               "next_due_on": "next_node_due_on"}  # fmt: skip
    codes = [swapped.get(code, code) for code in query.columns]
    filters = {name: asked.get(name, "") for name in _FILTERS} | {"stage": list(query.stages)}
    columns = [(code, "") for code in ("number", *codes) if code in COLUMNS]
    return {**filters, "unit": "wan_yuan", "period": "month", "group_1": "place",
            "title": _("重大项目情况表（{year}年{month}月）")}, columns  # fmt: skip


class ColumnRows:
    """The choice of columns: each has a position, or is left out, and a caption of its own."""

    def __init__(self, chosen: Iterable[tuple[str, str]], posted: QueryDict | None = None) -> None:
        self.errors: list[str] = []
        chosen = [(code, caption) for code, caption in chosen]
        positions = {code: str(at) for at, (code, _caption) in enumerate(chosen, start=1)}
        captions = dict(chosen)
        self.rows: list[dict[str, Any]] = []
        for code in shown_codes(list(COLUMNS)):
            position, caption = positions.get(code, ""), captions.get(code, "")
            if posted is not None:
                position = posted.get(f"at_{code}", "").strip()[:3]
                caption = posted.get(f"caption_{code}", "").strip()[:60]
            self.rows.append({"column": COLUMNS[code], "position": position, "caption": caption})
        self.rows.sort(key=lambda row: _order(row["position"]))

    def read(self) -> list[list[str]]:
        """The columns in order; `errors` says what is wrong."""
        chosen = [row for row in self.rows if row["position"]]
        if any(not row["position"].isdecimal() for row in chosen):
            self.errors.append(_("次序应为整数"))
        if not 1 <= len(chosen) <= MOST_COLUMNS:
            self.errors.append(_("请选 1 至 %(most)s 列") % {"most": MOST_COLUMNS})
        return [
            [row["column"].code, clean_text(row["caption"], max_length=60) or ""] for row in chosen
        ]


def _order(position: Any) -> tuple[bool, int]:
    is_number = str(position).isdecimal()
    return not is_number, int(position) if is_number else 0
