"""Forms of the meeting pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tuijin.ledger.models import Place, Project
from tuijin.meet.models import Meeting
from tuijin.see.forms import CleanText
from tuijin.see.maps import place_name


def _input(kind: str) -> forms.TextInput:
    widget = forms.TextInput(attrs={"class": "form-control"})
    widget.input_type = kind
    return widget


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=_input("date"))


def _choice(form: forms.Form, name: str) -> forms.ChoiceField:
    found = form.fields[name]
    assert isinstance(found, forms.ChoiceField)
    return found


class MeetingForm(forms.Form):
    """A meeting's dates, place and hours."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = CleanText(label=_("会议名称"), max_length=300)
    place = forms.ChoiceField(label=_("地区"), widget=forms.Select(attrs={"class": "form-select"}))
    starts_on = _date(_("开始日期"))
    ends_on = _date(_("结束日期"))
    issuer = CleanText(
        label=_("简报署名"), max_length=200, required=False, help_text=_("留空则简报不署名")
    )
    day_starts_at = forms.TimeField(label=_("每日出发"), widget=_input("time"))
    day_ends_at = forms.TimeField(label=_("每日收队"), widget=_input("time"))

    def __init__(self, data: Any = None, *, places: Iterable[Place], **options: Any) -> None:
        options.setdefault("initial", {"day_starts_at": "08:30", "day_ends_at": "18:30"})
        super().__init__(data, **options)
        _choice(self, "place").choices = [(place.code, place_name(place)) for place in places]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for first, last, message in (
            ("starts_on", "ends_on", _("结束日期不能早于开始日期")),
            ("day_starts_at", "day_ends_at", _("收队不能早于出发")),
        ):
            if found.get(first) and found.get(last) and found[last] < found[first]:
                self.add_error(last, message)
        return found


class StopForm(forms.Form):
    """A project to visit on a day."""

    day = forms.ChoiceField(label=_("日期"), widget=forms.Select(attrs={"class": "form-select"}))
    project = CleanText(label=_("项目名称、编号或代码"), max_length=200)
    group = CleanText(label=_("组别"), max_length=40, required=False)
    visit_minutes = forms.IntegerField(
        label=_("停留分钟"), min_value=5, max_value=480, required=False, widget=_input("number")
    )

    def __init__(self, data: Any = None, *, days: Iterable[Any], **options: Any) -> None:
        super().__init__(data, auto_id="stop-%s", **options)
        _choice(self, "day").choices = [(day.isoformat(), day.isoformat()) for day in days]


class DecisionForm(forms.Form):
    """What was decided, about which project, by whom to be done, until when."""

    project = forms.ChoiceField(
        label=_("项目"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    text = CleanText(label=_("议定事项"), max_length=500)
    owner_unit = CleanText(label=_("责任单位"), max_length=200)
    due_on = _date(_("完成时限"))

    def __init__(self, data: Any = None, *, projects: Iterable[Project], **options: Any) -> None:
        super().__init__(data, auto_id="decision-%s", **options)
        named = [(str(project.pk), project.name) for project in projects]
        _choice(self, "project").choices = [("", _("会议整体")), *named]


def initial_of(meeting: Meeting) -> dict[str, Any]:
    names = ("title", "starts_on", "ends_on", "issuer", "day_starts_at", "day_ends_at", "version")
    return {"place": meeting.place_id, **{name: getattr(meeting, name) for name in names}}
