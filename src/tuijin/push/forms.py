"""Forms of this room's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tuijin.importers.nouns import CHOICES
from tuijin.ledger.models import Project, User
from tuijin.push.states import Step
from tuijin.see.forms import CleanText
from tuijin.see.language import either_later, pick

_MOST_OFFERED = 300


def _input(kind: str, **attributes: str) -> forms.TextInput:
    widget = forms.TextInput(attrs={"class": "form-control", **attributes})
    widget.input_type = kind
    return widget


def _text(label: Any, *, rows: int = 4, required: bool = True, most: int = 2000) -> CleanText:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return CleanText(label=label, max_length=most, is_long=True, required=required, widget=widget)


def _choice(name: str, label: Any, *, blank: bool = False) -> forms.ChoiceField:
    words = [(code, either_later(zh, en)) for code, (zh, en) in CHOICES[name].items()]
    return forms.ChoiceField(
        label=label, required=not blank, choices=[("", "—"), *words] if blank else words,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


def _date(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def _account(users: Iterable[User]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("账号（可不选）"), required=False,
        choices=[("", "—"), *((user.username, user.display_name) for user in users)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


def _file(label: Any) -> forms.FileField:
    widget = forms.ClearableFileInput(attrs={"class": "form-control"})
    return forms.FileField(label=label, required=False, widget=widget)


class IssueForm(forms.Form):
    """A new issue, about a project or about a place."""

    title = CleanText(label=_("事项"), max_length=400)
    category = _choice("issue_category", _("类别"))
    severity = _choice("severity", _("轻重"))
    detail = _text(_("情况"), required=False)

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]] = (),
                 projects: QuerySet[Project] | None = None, **kwargs: Any) -> None:  # fmt: skip
        """Ask for one of `projects`, or where there are places for one of these instead."""
        super().__init__(*args, **kwargs)
        self.projects, choices = projects, list(places)
        if projects is not None:
            self.fields["project"] = CleanText(
                label=_("项目名称、编号或代码"), max_length=200, required=not choices,
                widget=forms.TextInput(attrs={"class": "form-control", "list": "own-projects"}),
            )  # fmt: skip
        if choices:
            self.fields["place"] = forms.ChoiceField(
                label=_("地区（不属于某个项目时）"),
                required=False,
                choices=[("", "—"), *choices],
                widget=forms.Select(attrs={"class": "form-select"}),
            )
        self.order_fields(("project", "place"))

    def project_names(self) -> list[str]:
        """What the browser offers while a name is typed."""
        if self.projects is None:
            return []
        rows = self.projects.order_by("name").values("name", "name_en")[:_MOST_OFFERED]
        return [pick(row, "name", "name_en") for row in rows]

    def clean_project(self) -> Project | None:
        text = self.cleaned_data["project"]
        if not text or self.projects is None:
            return None
        named = Q(name=text) | Q(name_en=text) | Q(key=text) | Q(code=text)
        found = list(self.projects.filter(named)[:2])
        if not found:
            raise forms.ValidationError(_("没有这个项目，或不归您管"))
        if len(found) > 1:
            raise forms.ValidationError(_("有几个项目叫这个名字，请填编号或代码"))
        return found[0]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        is_about = found.get("project") or found.get("place") or "project" in self.errors
        if self.projects is not None and not is_about:
            self.add_error("project", _("请填项目或选地区"))
        return found


class StepForm(forms.Form):
    """What a step asks for, and nothing else."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, step: Step, users: Sequence[User] = (), has_project: bool,
                 units: Mapping[str, str] | None = None, **kwargs: Any) -> None:  # fmt: skip
        """`units` are names of units with the account that answers for each."""
        super().__init__(*args, auto_id=f"{step.code}-%s", **kwargs)
        self.accounts = {user.username: user.display_name for user in users}
        self.units = units or {}
        if "unit" in step.needs:
            self.fields["owner"] = _account(users)
            self.fields["owner_unit"] = CleanText(
                label=_("责任单位"), max_length=200, required=False,
                help_text=_("选了账号可留空；与某个账号同名的单位即交给该账号"),
            )  # fmt: skip
            self.fields["due_on"] = _date(_("时限（留空则按规则计算）"), required=False)
            self.fields["severity"] = _choice("severity", _("轻重"))
        is_asked = "note" in step.needs or step.code == "close"
        if is_asked:
            label = _("情况说明")
            self.fields["note"] = _text(label, rows=3, required="note" in step.needs)
        if "evidence" in step.needs and has_project:
            self.fields["file"] = _file(_("办结依据（照片或 PDF）"))
            self.fields["file"].required = True

    def clean(self) -> dict[str, Any]:
        """An account stands for its unit, and a unit that an account bears the name of for it."""
        found: dict[str, Any] = super().clean() or {}
        if "owner_unit" in self.fields and "owner_unit" not in self.errors:
            owner, unit = found.get("owner", ""), found.get("owner_unit", "")
            found["owner_unit"] = unit or self.accounts.get(owner, "")
            found["owner"] = owner or self.units.get(unit, "")
            if not found["owner_unit"]:
                self.add_error("owner_unit", _("请写明责任单位，或选一个账号"))
        return found


class PauseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = _text(_("停计原因"), rows=2, most=1000)


class VisitForm(forms.Form):
    """A visit, as written on a phone on site."""

    visited_on = _date(_("走访日期"))
    visited_at = forms.TimeField(label=_("时间"), required=False, widget=_input("time"))
    where = CleanText(label=_("地点"), max_length=200)
    record = _text(_("走访记录"), rows=5)
    file = _file(_("照片"))


class AssignmentForm(forms.Form):
    """Who answers for a project."""

    kind = _choice("assignment_kind", _("种类"))
    holder = CleanText(label=_("包联人或部门"), max_length=200)
    starts_on = _date(_("开始日期"))

    def __init__(self, *args: Any, users: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"] = _account(users)


class ChoicesForm(forms.Form):
    """How somebody wants to be told."""

    email = forms.EmailField(
        label=_("邮箱"), max_length=200, required=False, widget=_input("email")
    )
    by_mail = forms.BooleanField(label=_("发到邮箱"), required=False)
    by_hook = forms.BooleanField(label=_("发到本市政务即时通讯"), required=False)
    wants_daily = forms.BooleanField(label=_("每日摘要"), required=False)
    wants_weekly = forms.BooleanField(label=_("每周摘要"), required=False)
    quiet_from = forms.TimeField(label=_("免打扰开始"), widget=_input("time"))
    quiet_until = forms.TimeField(label=_("免打扰结束"), widget=_input("time"))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("by_mail") and not found.get("email"):
            self.add_error("email", _("请填写邮箱"))
        return found
