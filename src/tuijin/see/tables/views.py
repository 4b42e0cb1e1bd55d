"""Pages of tables: which there are, one filled for a date, its files, and laying one out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger import paging, scope, sessions, trail
from tuijin.ledger import visible as seen
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place, Project
from tuijin.see import maps, overview
from tuijin.see.language import either
from tuijin.see.models import TableLayout
from tuijin.see.tables import figures, filling, forms, layouts, wording
from tuijin.see.tables.columns import TableColumn
from tuijin.see.tables.document import build_document
from tuijin.see.tables.filling import Cell, Filled, Line
from tuijin.see.tables.workbook import build_workbook

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@requires("read")
@require_GET
def show_tables(request: HttpRequest) -> HttpResponse:
    """Every table the reader can fill."""
    rows = layouts.visible().select_related("user")
    found = [(layout, layouts.may_change(layout)) for layout in rows]
    return render(request, "see/tables.html", {"layouts": found})


def _find(layout_id: int) -> TableLayout:
    return seen.find_or_404(layouts.visible(), pk=layout_id)


def read_dates(asked: Any) -> tuple[date, date | None]:
    """
    The date a table is for, and the last day whose entries count (None: whatever is recorded now).

    Raises
    ------
    ImportFailed
        If one is no date.
    """
    today = timezone.localdate()
    on = _date(asked.get("on", ""), "on") or today
    recorded_by = _date(asked.get("recorded_by", ""), "recorded_by")
    return on, None if recorded_by is None or recorded_by >= today else recorded_by


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ImportFailed(f"{name} must be a date as 2025-09-30, got {text[:20]!r}", code="date"
                           ) from error  # fmt: skip
    if not 1990 <= found.year <= 2100:
        raise ImportFailed(f"{name} must lie in 1990 to 2100, got {text[:20]}", code="date")
    return found


def fill(layout: TableLayout, asked: Any, *, project_id: int | None = None) -> Filled:
    """Fill a layout for the dates of an address, with every project or a single one."""
    on, recorded_by = read_dates(asked)
    return filling.fill(
        layout, on=on, recorded_by=recorded_by, moment=_end_of(recorded_by), project_id=project_id
    )


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@requires("read")
@require_GET
def show_table(request: HttpRequest, layout_id: int) -> HttpResponse:
    """A table filled for a date; each figure leads to its entry."""
    layout = _find(layout_id)
    table = fill(layout, request.GET)
    address_of = wording.build_addresses(table)
    lines = [(line, _cells(table, line, address_of)) for line in table.lines]
    context = {
        "layout": layout,
        "table": table,
        "lines": lines,
        "unit_line": wording.unit_line(table),
        "dates_line": wording.dates_line(table),
        "may_change": layouts.may_change(layout),
        "captions": [(column.kind, caption) for column, caption in table.columns],
        "formulas": [(c, column.formula) for column, c in table.columns if column.formula],
        "asked": urlencode({k: v for k, v in request.GET.items() if k in ("on", "recorded_by")}),
    }
    return render(request, "see/table.html", context)


_LOOKS = {
    **dict.fromkeys(("money", "ratio", "count", "quantity", "decimal", "number"), "number"),
    **dict.fromkeys(("date", "choice", "light"), "nowrap"),
    "text": "",
    "long_text": "wide prewrap",
}


def _cells(table: Filled, line: Line, address_of: wording.AddressOf) -> Iterator[dict[str, Any]]:
    """The cells of a line; where a project's name would stand, a sum has its label."""
    codes = [column.code for column, _caption in table.columns]
    label_at = (codes.index("name") if "name" in codes else 0) if line.kind != "row" else -1
    for at, ((column, _caption), cell) in enumerate(zip(table.columns, line.cells, strict=True)):
        address = "" if at == label_at else address_of(column, cell, line)
        yield _shown(
            column, cell, line, table.layout.unit, address=address, is_label=at == label_at
        )


def _shown(
    column: TableColumn, cell: Cell, line: Line, unit: str, *, address: str, is_label: bool
) -> dict[str, Any]:
    text = line.label if is_label else wording.cell_text(column, cell, unit=unit)
    look = "nowrap" if is_label else "cell-name" if column.code == "name" else _LOOKS[column.kind]
    return {"text": text, "address": address, "kind": look,
            "origin": wording.origin_text(column, cell, line)}  # fmt: skip


@requires("read")
@require_GET
def show_figure(request: HttpRequest, layout_id: int) -> HttpResponse:
    """Where one figure of a table comes from: entries, changes of its field, or the rows summed."""
    layout, asked = _find(layout_id), request.GET
    project_id = _project_of(asked)
    table = fill(layout, asked, project_id=project_id)
    code, path = asked.get("column", ""), asked.getlist("group")
    figure = figures.find(table, code, project_id=project_id, path=path)
    is_own = figure.is_own and project_id is not None
    dates = {"on": table.on, "recorded_by": table.recorded_by}
    context = {
        "layout": layout,
        "table": table,
        "figure": figure,
        "value": figures.write_value(table, figure),
        "dates_line": wording.dates_line(table),
        "asked": urlencode({name: day.isoformat() for name, day in dates.items() if day}),
        "entries": figures.entries(table, figure),
        "members": figures.members(table, figure),
        "project": is_own and Project.objects.select_related("source").get(pk=project_id),
        "changes": figures.changes(table, figure, before=_end_of(table.recorded_by)),
    }
    return render(request, "see/table_figure.html", context)


def _project_of(asked: Any) -> int | None:
    text = asked.get("project", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise NotFound
    return paging.as_id(int(text[:20]))


@requires("export")
@require_GET
def export_table(request: HttpRequest, layout_id: int, form: str) -> HttpResponse:
    """The table as a file; the export stands in the trail under the id it carries."""
    layout = _find(layout_id)
    table = fill(layout, request.GET)
    if table.is_confidential and not sessions.is_fresh(request.session):
        return redirect(f"{reverse('proof')}?{urlencode({'next': request.get_full_path()})}")
    who, now, export_id = scope.current(), timezone.localtime(), secrets.token_hex(6)
    role = either(who.role.zh, who.role.en)
    footer = f"{who.actor} · {role} · {now:%Y-%m-%d %H:%M} · {export_id}"
    site = request.build_absolute_uri("/").rstrip("/")
    query = request.GET.urlencode()
    address = site + reverse("table", args=[layout.pk]) + (f"?{query}" if query else "")
    if form == "xlsx":
        data = build_workbook(table, site=site, address=address, footer=footer)
    else:
        data = build_document(table, address=address, footer=footer)
    _record(table, form=form, export_id=export_id)
    response = HttpResponse(data, content_type=_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="table-{export_id}.{form}"'
    return response


def _record(table: Filled, *, form: str, export_id: str) -> None:
    changes = {
        "form": (None, form),
        "rows": (None, table.count),
        "columns": (None, [column.code for column, _caption in table.columns]),
        "on": (None, table.on),
        "recorded_by": (None, table.recorded_by),
    }
    event = trail.Event(
        action="export", object_type="tablelayout", object_id=f"{table.layout.key}:{export_id}",
        changes=changes,
    )  # fmt: skip
    trail.append([event])


def own_places() -> list[tuple[str, str]]:
    """Places to choose from: the reader's home and the level below it."""
    homes = overview.home_places()
    rows = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    shown = rows.exclude(name="市辖区").order_by("code")
    return [(place.code, maps.place_name(place)) for place in shown]


@requires("edit")
@require_http_methods(["GET", "POST"])
def add_table(request: HttpRequest) -> HttpResponse:
    """Lay out a new table: from nothing, from a list, or from a copy of another."""
    if request.method == "POST":
        return _save(request, None)
    copied = request.GET.get("copy", "")
    if copied.isdecimal():
        layout = _find(int(copied))
        initial, columns = forms.initial_of(layout), layout.columns
        initial |= {"name": f"{layout.name}（{_('副本')}）"[:60], "is_shared": False}
    else:
        initial, columns = forms.initial_from_list(request.GET)
    form = forms.LayoutForm(initial=initial, places=own_places())
    return _form(request, form, forms.ColumnRows(columns), None)


@requires("edit")
@require_http_methods(["GET", "POST"])
def edit_table(request: HttpRequest, layout_id: int) -> HttpResponse:
    """Change a layout."""
    layout = _find(layout_id)
    layouts.refuse(layout)
    if request.method == "POST":
        return _save(request, layout)
    form = forms.LayoutForm(initial=forms.initial_of(layout), places=own_places())
    return _form(request, form, forms.ColumnRows(layout.columns), layout)


def _save(request: HttpRequest, layout: TableLayout | None) -> HttpResponse:
    form = forms.LayoutForm(request.POST, places=own_places())
    rows = forms.ColumnRows((), request.POST)
    columns = rows.read()
    if not form.is_valid() or rows.errors:
        return _form(request, form, rows, layout)
    values = {**form.values(), "columns": columns}
    if layout is None:
        layout = layouts.save_new(values)
    else:
        layouts.change(layout, values, seen_version=form.cleaned_data["version"])
    messages.success(request, _("报表已保存"))
    return redirect("table", layout.pk)


def _form(request: HttpRequest, form: forms.LayoutForm, rows: forms.ColumnRows,
          layout: TableLayout | None) -> HttpResponse:  # fmt: skip
    context = {"form": form, "rows": rows, "layout": layout}
    return render(request, "see/table_form.html", context, status=422 if form.is_bound else 200)


@requires("edit")
@require_POST
def delete_table(_request: HttpRequest, layout_id: int) -> HttpResponse:
    """Forget a layout of one's own; presets stay."""
    layout = _find(layout_id)
    layouts.refuse(layout)
    layouts.forget(layout)
    return redirect("tables")
