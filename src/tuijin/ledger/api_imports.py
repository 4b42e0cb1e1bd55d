"""Imports over the API: upload, preview, accept."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile

from tuijin.errors import ImportFailed, TooLarge
from tuijin.importers import ColumnMapping
from tuijin.importers.prescan import MAX_FILE_BYTES
from tuijin.importers.strict_json import parse_json
from tuijin.importers.template import build_template
from tuijin.ledger import batches, import_report, references
from tuijin.ledger.access import requires
from tuijin.ledger.import_views import answer_workbook
from tuijin.ledger.models import ImportBatch
from tuijin.ledger.rest import openapi
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.routes import answer

router = Router(tags=["Imports"])
_SHOWN_PROBLEMS = 200


def _show(batch: ImportBatch, *, result: str = "") -> dict[str, Any]:
    """A batch as JSON; at most 200 problems, as every answer."""
    problems = batch.problems[:_SHOWN_PROBLEMS]
    return {
        "id": str(batch.pk),
        "file": batch.shown_name,
        "sha256": batch.sha256,
        "importer": batch.importer,
        "status": batch.status,
        "result": result or batch.status,
        "counts": batch.counts,
        "digest": batch.details.get("digest", ""),
        "awaiting": batch.details.get("awaiting", 0),
        "headers": batch.details.get("headers", []),
        "entries": batch.details.get("shown", []),
        "notes": batch.details.get("notes", [])[:_SHOWN_PROBLEMS],
        "errors": problems,
        "truncated": len(batch.problems) > len(problems),
        "created_at": batch.created_at,
        "accepted_at": batch.accepted_at,
    }


@router.get("", url_name="import_list")
@requires("import")
def list_imports(request: HttpRequest) -> HttpResponse:
    """Your own files, the newest first; at most 200."""
    found = batches.visible_batches()[:_SHOWN_PROBLEMS]
    rows = [
        {"id": str(b.pk), "file": b.shown_name, "status": b.status, "counts": b.counts,
         "created_at": b.created_at} for b in found
    ]  # fmt: skip
    return answer({"items": rows})


@router.post(
    "",
    url_name="import_upload",
    openapi_extra={
        "responses": {200: {"description": "Accepted before"}, 201: {"description": "Created"}}
    },
)
@requires("import")
def upload_import(
    request: HttpRequest,
    file: UploadedFile = File(...),  # type: ignore[type-arg]  # noqa: B008  ninja's way
) -> HttpResponse:
    """
    Upload a file; it is read, checked and previewed, and changes nothing yet.

    201 with `status` `preview`, `mapping` or `refused`; 200 with `result` `already_imported` where
    the same bytes have been accepted before.
    """
    if (file.size or 0) > MAX_FILE_BYTES:
        raise TooLarge(f"文件 {file.size} 字节，上限 {MAX_FILE_BYTES}")
    outcome = batches.upload(file.read(), name=file.name or "")
    if outcome.is_repeat:
        return answer(_show(outcome.batch, result="already_imported"))
    return answer(_show(outcome.batch), status=201, location=f"{request.path}/{outcome.batch.pk}")


@router.get("/template", url_name="import_template")
@requires("import")
def get_template(request: HttpRequest) -> HttpResponse:
    """The empty ledger workbook."""
    data = build_template(places=references.familiar_places())
    return answer_workbook(data, name="ledger-template.xlsx")


@router.get("/{uuid:batch_id}", url_name="import_entry")
@requires("import")
def get_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What a file would do or has done, or what is wrong with it."""
    return answer(_show(batches.find_batch(batch_id)))


@router.get("/{uuid:batch_id}/refusals", url_name="import_refusals")
@requires("import")
def get_refusals(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Everything that was wrong, as a workbook."""
    batch = batches.find_batch(batch_id)
    data = import_report.write_refusals(batch, batches.problems_of(batch))
    return answer_workbook(data, name=f"{batch.pk}.xlsx")


_WORDS = {"type": "array", "items": {"type": ["string", "null"]}}
_MAPPINGS = {
    "type": "object",
    "properties": {"mappings": {"type": "array", "items": {
        "type": "object", "properties": {"columns": _WORDS, "units": _WORDS}}}},
    "required": ["mappings"],
}  # fmt: skip
_DIGEST = {
    "type": "object", "properties": {"digest": {"type": "string"}}, "required": ["digest"]
}  # fmt: skip


@router.post(
    "/{uuid:batch_id}/mapping", url_name="import_mapping", openapi_extra=openapi.sent(_MAPPINGS)
)
@requires("import")
def map_columns(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """
    Say what the titles of each header mean, in the order of `headers`.

    Body: `{"mappings": [{"columns": ["project.name", null, …], "units": [null, "wan_yuan", …]}]}`.
    """
    headers = batches.headers_of(batches.find_batch(batch_id))
    body = parse_json(request.body)
    mappings = body.get("mappings") if isinstance(body, dict) else None
    if not isinstance(mappings, list) or len(mappings) != len(headers):
        raise ImportFailed(f"mappings 应有 {len(headers)} 项", code="mappings")
    answers = [(h, _read_mapping(m)) for h, m in zip(headers, mappings, strict=True)]
    return answer(_show(batches.answer_mapping(batch_id, answers).batch))


def _read_mapping(found: Any) -> ColumnMapping:
    lists = (
        [found.get(name, []) for name in ("columns", "units")] if isinstance(found, dict) else []
    )
    for words in lists:
        if not isinstance(words, list) or not all(w is None or isinstance(w, str) for w in words):
            raise ImportFailed("columns 与 units 应为文字或 null 的列表", code="mappings")
    if not lists:
        raise ImportFailed("每项应为 {columns, units}", code="mappings")
    return ColumnMapping(tuple(lists[0]), tuple(lists[1]))


@router.post(
    "/{uuid:batch_id}/accept", url_name="import_accept", openapi_extra=openapi.sent(_DIGEST)
)
@requires("import")
def accept_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """
    Write what the preview showed, all or nothing; again changes nothing.

    Body: `{"digest": "…"}`, the digest of the preview that was looked at.
    """

    def act() -> HttpResponse:
        body = parse_json(request.body) if request.body else {}
        digest = body.get("digest") if isinstance(body, dict) else None
        if not isinstance(digest, str) or not digest:
            raise ImportFailed("digest 是必填项：预览时给出的值", code="required")
        outcome = batches.accept(batch_id, digest=digest)
        return answer(_show(outcome.batch, result="already_imported" if outcome.is_repeat else ""))

    return once(request, act)


@router.post("/{uuid:batch_id}/discard", url_name="import_discard")
@requires("import")
def discard_import(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Give a file up; the ledger is as before."""
    return answer(_show(batches.discard(batch_id)))
