"""Add a photo or PDF to a project's record, and hand it out again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from tuijin.errors import ImportFailed, TooLarge, TooMany
from tuijin.importers.nouns import CHOICES
from tuijin.importers.texts import clean_text
from tuijin.ledger import file_store, records, scope
from tuijin.ledger.evidence_files import PDF_BYTES, Checked, check_file
from tuijin.ledger.models import Evidence, EvidenceFile, Project

_FILES_A_DAY, _BYTES_A_DAY = 500, 2_000_000_000


@dataclass(frozen=True, slots=True)
class Described:
    """What a person says about a file."""

    kind: str
    title: str
    taken_on: date | None
    note: str


def attach(project: Project, upload: UploadedFile[Any], described: Described) -> Evidence:
    """
    Check a file, store it durably, then record it; the same file twice is the same evidence.

    Raises
    ------
    TypeNotAllowed, TooLarge, TooMany, ImportFailed
        Nothing is kept.
    """
    scope.current().require("attach", place_id=project.place_id, project_id=project.pk)
    title = clean_text(described.title, max_length=300)
    if described.kind not in CHOICES["evidence_kind"] or title is None:
        raise ImportFailed("请填写种类和标题", code="missing_field")
    note = clean_text(described.note, max_length=2000, is_long=True) or ""
    described = replace(described, title=title, note=note)
    _check_quota()
    if (upload.size or 0) > PDF_BYTES:
        raise TooLarge(f"文件 {upload.size} 字节，上限 {PDF_BYTES}")
    data = upload.read()
    checked = check_file(data, name=upload.name or "")
    sha256 = file_store.keep(data)
    if checked.display:
        file_store.keep(checked.display, kind="display", named=sha256)
    with transaction.atomic():
        known = EvidenceFile.objects.filter(sha256=sha256, evidence__project=project).first()
        if known is not None:
            return known.evidence
        return _record(project, described, checked, sha256=sha256, size_bytes=len(data))


def _record(
    project: Project, described: Described, checked: Checked, *, sha256: str, size_bytes: int
) -> Evidence:
    evidence = Evidence(
        key=f"evidence:{uuid.uuid4().hex}",
        project=project,
        kind=described.kind,
        title=described.title,
        taken_on=described.taken_on or (checked.claimed_at and checked.claimed_at.date()),
        note=described.note,
    )
    records.save_new([evidence])
    file = EvidenceFile(
        evidence=evidence,
        sha256=sha256,
        shown_name=checked.shown_name,
        content_type=checked.content_type,
        size_bytes=size_bytes,
        uploaded_by=scope.current().actor,
        has_display=bool(checked.display),
        claimed_at=checked.claimed_at and timezone.make_aware(checked.claimed_at),
        claimed_longitude=checked.claimed_longitude_deg,
        claimed_latitude=checked.claimed_latitude_deg,
        is_active=checked.is_active,
    )
    records.save_new([file])
    return evidence


def _check_quota() -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = _uploaded_since(midnight)
    if today[0] >= _FILES_A_DAY or today[1] >= _BYTES_A_DAY:
        raise TooMany("今天上传的文件已达上限，请明天再传", code="quota")


def _uploaded_since(moment: datetime) -> tuple[int, int]:
    mine = EvidenceFile.objects.filter(uploaded_by=scope.current().actor, uploaded_at__gte=moment)
    return mine.count(), mine.aggregate(total=Sum("size_bytes"))["total"] or 0
