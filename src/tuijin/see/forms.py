"""Forms of the project page. Values are checked here, once; the ledger trusts them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tuijin.errors import TuijinError
from tuijin.importers.dates import parse_month, parse_period
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import CHOICES, NOUNS, Column
from tuijin.importers.texts import clean_text
from tuijin.ledger.models import Park, Place, Project
from tuijin.see.language import either, either_later

_WAN = Decimal(10_000)
_MOST_WAN = Decimal(100_000_000)  # 10,000 亿元
# Columns that people edit, in the order shown; kept columns and keys are never typed in.
EDITED = (
    "name", "name_en", "code", "place", "park", "stage", "status", "construction_kind",
    "investor_kind", "industry", "strategic_industry", "green_category", "total_investment_yuan",
    "price_year", "capacity_mw", "land_mu", "planned_start_on", "planned_finish_on", "started_on",
    "finished_on", "longitude", "latitude", "location_accuracy", "summary", "summary_en",
)  # fmt: skip
BULK = ("stage", "status", "construction_kind", "investor_kind", "strategic_industry")


class CleanText(forms.CharField):
    """Text that may be stored: no control characters, and none that turn its direction."""

    def __init__(self, *, max_length: int, is_long: bool = False, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"class": "form-control"}))
        super().__init__(**options)
        self.longest, self.is_long = max_length, is_long
        self.widget.attrs["maxlength"] = str(max_length)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_text(text, max_length=self.longest, is_long=self.is_long) or ""
        except Fault as fault:
            raise forms.ValidationError(fault.expected, code=fault.code) from fault


def _choices(name: str, *, blank: bool) -> list[tuple[str, Any]]:
    words = [(code, either_later(zh, en)) for code, (zh, en) in CHOICES[name].items()]
    return [("", "—"), *words] if blank else words


def _field(name: str) -> forms.Field:
    """The form field of an edited column, by the kind the vocabulary gives it."""
    column = NOUNS["project"].column(name)
    is_needed = column.required or name in ("stage", "status")
    options: dict[str, Any] = {"label": _label(column), "required": is_needed}
    if column.kind == "choice":
        words = _choices(column.choices, blank=not is_needed)
        select = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(choices=words, widget=select, **options)
    if column.kind == "date":
        return forms.DateField(widget=_input("date"), **options)
    if column.kind == "long_text":
        area = forms.Textarea(attrs={"class": "form-control", "rows": 4})
        return CleanText(max_length=column.max_length, is_long=True, widget=area, **options)
    options["widget"] = _input("text")
    if column.kind in _NUMBERS:
        kind, limits = _NUMBERS[column.kind]
        return kind(**limits, **options)
    return CleanText(max_length=column.max_length, **options)


_NUMBERS: dict[str, tuple[type[forms.Field], dict[str, Any]]] = {
    "money": (forms.DecimalField, {"min_value": 0, "max_value": _MOST_WAN, "decimal_places": 6}),
    "decimal": (forms.DecimalField, {"min_value": 0, "max_digits": 18, "decimal_places": 6}),
    "integer": (forms.IntegerField, {"min_value": 1990, "max_value": 2100}),
    "longitude": (forms.FloatField, {"min_value": 73, "max_value": 136}),
    "latitude": (forms.FloatField, {"min_value": 3, "max_value": 54}),
}
_UNITS = {"mw": ("兆瓦", "MW"), "mu": ("亩", "mu")}


def _label(column: Column) -> Any:
    zh, en = (
        ("万元", "10,000 yuan") if column.kind == "money" else _UNITS.get(column.unit, ("", ""))
    )
    if not zh:
        return either_later(column.zh, column.en)
    return either_later(f"{column.zh}（{zh}）", f"{column.en} ({en})")


def _chooser(name: str) -> forms.ChoiceField:
    column = NOUNS["project"].column(name)
    select = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=_label(column), required=column.required, widget=select)


def _input(kind: str) -> forms.Widget:
    if kind == "date":
        return forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.TextInput(attrs={"class": "form-control"})


def _reason() -> forms.CharField:
    return CleanText(
        label=_("更正原因"), required=False, max_length=1000, is_long=True,
        help_text=_("已在案的总投资、装机、用地改动时必填，由另一人批准后生效。"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip


class ProjectForm(forms.Form):
    """The edited columns of a project; `changes()` gives them as the ledger keeps them."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, places: list[Place], parks: list[Park], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in EDITED:
            self.fields[name] = _chooser(name) if name in ("place", "park") else _field(name)
        if "version" in self.initial:  # of a project on record
            self.fields["reason"] = _reason()
        self.fields["place"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", "—"), *((p.code, either(p.short_name or p.name, p.name_en)) for p in places)
        ]  # fmt: skip
        self.fields["park"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", "—"), *((str(p.pk), either(p.name, p.name_en)) for p in parks)
        ]  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """Column values by attribute name."""
        found = {name: self.cleaned_data[name] for name in EDITED}
        if found["total_investment_yuan"] is not None:
            found["total_investment_yuan"] *= _WAN
        found["place_id"] = found.pop("place")
        park = found.pop("park")
        found["park_id"] = int(park) if park else None
        return found


def initial_of(project: Project) -> dict[str, Any]:
    """What the form starts with."""
    found = {name: getattr(project, name) for name in EDITED if name not in ("place", "park")}
    if project.total_investment_yuan is not None:
        found["total_investment_yuan"] = (project.total_investment_yuan / _WAN).normalize()
        found["total_investment_yuan"] = format(found["total_investment_yuan"], "f")
    return {**found, "place": project.place_id, "park": str(project.park_id or ""),
            "version": project.version}  # fmt: skip


def shown_text(field: forms.Field, value: Any) -> str:
    """A field's value as a person reads it; a choice by its word."""
    text = "" if value is None else str(value).strip()
    words = {str(code): str(word) for code, word in getattr(field, "choices", ())}
    return words.get(text, text) if text else ""


def write_wan(amount_yuan: Decimal | None) -> str:
    """Yuan as the 万元 a form starts with, exact."""
    if amount_yuan is None:
        return ""
    text = format(Decimal(amount_yuan) / _WAN, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _wan(label: Any, *, is_signed: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=-_MOST_WAN if is_signed else 0,
        max_value=_MOST_WAN, decimal_places=6,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"}),
    )  # fmt: skip


def _yuan(amount_wan: Decimal | None) -> Decimal | None:
    return None if amount_wan is None else amount_wan * _WAN


def _area(label: Any, *, rows: int = 3) -> CleanText:
    return CleanText(
        label=label, required=False, max_length=2000, is_long=True,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": rows}),
    )  # fmt: skip


class ReportForm(forms.Form):
    """A progress report of a month or 旬, as typed on a phone on site."""

    period = forms.CharField(max_length=20, widget=forms.HiddenInput)
    year_done_wan = _wan(_("本年累计完成投资（万元）"))
    total_done_wan = _wan(_("自开工累计完成投资（万元）"))
    progress = _area(_("形象进度"))
    problems = _area(_("存在问题"), rows=2)
    confirmed = forms.BooleanField(
        label=_("已核对，照此入账"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, has_stage: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_stage:
            self.fields["stage"] = forms.ChoiceField(
                label=_("阶段"), required=False, choices=_choices("stage", blank=True),
                widget=forms.Select(attrs={"class": "form-select"}),
            )  # fmt: skip
        self.fields["file"] = forms.FileField(
            label=_("照片"), required=False,
            widget=forms.FileInput(attrs={"class": "form-control", "accept": "image/*"}),
        )  # fmt: skip

    def clean_period(self) -> str:
        try:
            return parse_period(self.cleaned_data["period"])
        except (TuijinError, ValueError) as error:
            raise forms.ValidationError(str(error)) from error

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "year_done_yuan": _yuan(data["year_done_wan"]),
            "total_done_yuan": _yuan(data["total_done_wan"]),
            "progress": data["progress"],
            "problems": data["problems"],
        }


class OperationForm(forms.Form):
    """A month's sales, tax, jobs and electricity."""

    month = forms.CharField(label=_("月份"), max_length=20, widget=_input("text"))
    sales_wan = _wan(_("销售收入（万元）"), is_signed=True)
    tax_wan = _wan(_("税收（万元）"), is_signed=True)
    jobs_count = forms.IntegerField(
        label=_("就业人数"), required=False, min_value=0, max_value=10_000_000,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )  # fmt: skip
    energy_mwh = forms.DecimalField(
        label=_("用电量（兆瓦时）"), required=False, min_value=0, max_digits=18, decimal_places=6,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"}),
    )  # fmt: skip

    def clean_month(self) -> date:
        try:
            return parse_month(self.cleaned_data["month"])
        except Fault as fault:
            raise forms.ValidationError(fault.expected, code=fault.code) from fault

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "sales_yuan": _yuan(data["sales_wan"]),
            "tax_yuan": _yuan(data["tax_wan"]),
            "jobs_count": data["jobs_count"],
            "energy_mwh": data["energy_mwh"],
        }


class ReasonForm(forms.Form):
    """A good reason (正当理由) for one node; it lifts the lights of that node."""

    node = forms.ChoiceField(label=_("事项"), widget=forms.Select(attrs={"class": "form-select"}))
    reason = CleanText(
        label=_("正当理由"), max_length=1000, is_long=True,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, nodes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].choices = nodes  # type: ignore[attr-defined]  # a choice field
