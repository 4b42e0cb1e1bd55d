"""The pages of an import: upload, say what titles mean, preview, accept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import Conflict, ImportFailed, Problem, TooLarge, TuijinError
from tuijin.importers import ColumnMapping, Header
from tuijin.importers.nouns import NOUNS
from tuijin.importers.prescan import MAX_FILE_BYTES
from tuijin.importers.template import build_template
from tuijin.ledger import batches, import_report, parsing, references
from tuijin.ledger.access import requires
from tuijin.ledger.models import ImportBatch
from tuijin.units import UNITS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_PROBLEMS = 200


@requires("import")
def imports(request: HttpRequest) -> HttpResponse:
    """The upload form with the files before; POST takes a file."""
    if request.method == "POST":
        return _upload(request)
    return _show_imports(request)


def _show_imports(request: HttpRequest, error: TuijinError | None = None) -> HttpResponse:
    context = {
        "error": error,
        "batches": batches.visible_batches()[:50],
        "importers": parsing.list_importers(),
        "endings": ",".join(parsing.list_endings()),
    }
    return render(request, "ledger/imports.html", context, status=error.status if error else 200)


def _upload(request: HttpRequest) -> HttpResponse:
    try:
        data, name = read_upload(request)
        outcome = batches.upload(data, name=name)
    except TuijinError as error:
        if error.status >= 500:
            raise
        return _show_imports(request, error)
    if outcome.is_repeat:
        messages.info(request, _("这份文件已经导入过，台账没有变化"))
    return redirect("import_batch", outcome.batch.pk)


def read_upload(request: HttpRequest) -> tuple[bytes, str]:
    """Bytes and name of the file of a form; never more than is allowed."""
    file = request.FILES.get("file")
    if file is None:
        raise ImportFailed("请选择一个文件", code="empty_file")
    if (file.size or 0) > MAX_FILE_BYTES:
        raise TooLarge(f"文件 {file.size} 字节，上限 {MAX_FILE_BYTES}")
    return file.read(), file.name or ""


@requires("import")
@require_GET
def import_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What a file would do or has done, or what is wrong with it."""
    batch = batches.find_batch(batch_id)
    wants_mapping = "map" in request.GET and batch.status == ImportBatch.Status.PREVIEW
    if wants_mapping or batch.status == ImportBatch.Status.MAPPING:
        return render(request, "ledger/import_mapping.html", _mapping_context(batch))
    problems = batches.problems_of(batch)
    found = {
        "batch": batch,
        "nouns": [
            {**shown, "spec": NOUNS[shown["noun"]]} for shown in batch.details.get("shown", ())
        ],
        "problems": _show_problems(batch, problems[:_SHOWN_PROBLEMS]),
        "problem_count": batch.counts.get("refused", len(problems)),
        "notes": _count_notes(batch),
        "unread": [
            title
            for header in batches.headers_of(batch)
            for title, column in zip(header.titles, header.columns, strict=True)
            if column is None
        ],
    }
    return render(request, "ledger/import_batch.html", found)


def _show_problems(batch: ImportBatch, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    titles = {
        (header.sheet, letter): title
        for header in batches.headers_of(batch)
        for letter, title in zip(header.letters, header.titles, strict=True)
    }
    return [import_report.show_problem(problem, titles) for problem in problems]


def _count_notes(batch: ImportBatch) -> list[tuple[str, int, str]]:
    """Notes by kind, with the first places."""
    found: dict[str, list[str]] = {}
    for note in batch.details.get("notes", ()):
        where = " ".join(str(part) for part in (note["sheet"], note["row"] or "") if part)
        found.setdefault(note["code"], []).append(where)
    return [
        (import_report.word_of(code), len(places), "、".join(filter(None, places[:5])))
        for code, places in found.items()
    ]


def _mapping_context(batch: ImportBatch) -> dict[str, Any]:
    groups = [
        (noun, [(f"{noun.name}.{column.name}", column) for column in noun.columns])
        for noun in NOUNS.values()
        if noun.name in ("project", "plan", "report", "operating", "organisation", "node")
    ]
    headers = [
        {"number": number, "header": header, "titles": _titles(header)}
        for number, header in enumerate(batches.headers_of(batch))
    ]
    return {
        "batch": batch,
        "headers": headers,
        "groups": groups,
        "units": [unit for unit in UNITS.values() if unit.code not in ("date", "text")],
        "problems": _show_problems(batch, batches.problems_of(batch)),
    }


def _titles(header: Header) -> list[dict[str, Any]]:
    rows = zip(
        header.letters, header.titles, header.samples, header.columns, header.units, strict=True
    )
    return [
        {
            "letter": letter, "title": title, "sample": sample,
            "column": (column or "").partition("@")[0], "when": (column or "").partition("@")[2],
            "unit": unit or "",
        }
        for letter, title, sample, column, unit in rows
    ]  # fmt: skip


@requires("import")
@require_POST
def map_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Take the answers to "which column is which"."""
    batch = batches.find_batch(batch_id)
    answers = [
        (header, _read_answer(request, number, header))
        for number, header in enumerate(batches.headers_of(batch))
    ]
    batches.answer_mapping(batch_id, answers)
    return redirect("import_batch", batch_id)


def _read_answer(request: HttpRequest, number: int, header: Header) -> ColumnMapping:
    columns: list[str | None] = []
    units: list[str | None] = []
    for position in range(len(header.titles)):
        chosen = request.POST.get(f"column-{number}-{position}", "")
        when = request.POST.get(f"when-{number}-{position}", "").strip()
        unit = request.POST.get(f"unit-{number}-{position}", "")
        columns.append((f"{chosen}@{when}" if when else chosen) if chosen else None)
        units.append(unit if unit in UNITS else None)
    return ColumnMapping(tuple(columns), tuple(units))


@requires("import")
@require_POST
def accept_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Write what the preview showed."""
    try:
        outcome = batches.accept(batch_id, digest=request.POST.get("digest", ""))
    except Conflict as conflict:
        if conflict.code != "preview_stale":
            raise
        batches.review(batch_id)
        messages.warning(request, _("预览之后台账已有变化，请再看一遍"))
        return redirect("import_batch", batch_id)
    if outcome.is_repeat:
        messages.info(request, _("这份文件已经导入过，台账没有变化"))
    else:
        messages.success(request, _("已入账"))
    return redirect("import_batch", batch_id)


@requires("import")
@require_POST
def discard_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Give a file up."""
    batches.discard(batch_id)
    messages.info(request, _("已放弃这份文件，台账没有变化"))
    return redirect("imports")


@requires("import")
@require_GET
def download_refusals(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Everything that was wrong, as a workbook."""
    batch = batches.find_batch(batch_id)
    data = import_report.write_refusals(batch, batches.problems_of(batch))
    return answer_workbook(data, name=f"{batch.shown_name.rpartition('.')[0]}-{_('问题清单')}.xlsx")


@requires("import")
@require_GET
def download_template(request: HttpRequest) -> HttpResponse:
    """The empty ledger workbook, offering the places the user works with."""
    data = build_template(places=references.familiar_places())
    return answer_workbook(data, name=f"{_('台账模板')}.xlsx")


def answer_workbook(data: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
