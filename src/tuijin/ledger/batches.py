"""
A file's way into the ledger: upload, say what unknown titles mean, preview, accept.

Nothing of a refused file is kept but what was wrong with it. The same file again changes nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from tuijin.errors import Conflict, ImportFailed, NotFound, Problem, TooLarge, TooMany, TuijinError
from tuijin.importers import ColumnMapping, Header, Parsed, wire
from tuijin.importers.headers import HeaderUnmatched
from tuijin.importers.nouns import NOUNS
from tuijin.importers.prescan import MAX_FILE_BYTES
from tuijin.ledger import file_store, import_report, intake, large_writes, parsing, scope, trail
from tuijin.ledger.evidence_files import clean_name
from tuijin.ledger.models import ImportBatch, RememberedMapping
from tuijin.units import UNITS

_KIND, _PARSED = "import", "parsed"
_FILES_PER_DAY, _BYTES_PER_DAY, _PER_HOUR = 500, 2_000_000_000, 20
_KEPT_PROBLEMS = 10_000
_KEPT_NOTES = 1_000
Status = ImportBatch.Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """A batch, and what it would do or has done; without a preview, there is nothing to see."""

    batch: ImportBatch
    preview: intake.Preview | None = None
    is_repeat: bool = False


def visible_batches() -> Any:
    """Batches of whoever asks; the product itself sees its own."""
    return ImportBatch.objects.filter(user_id=scope.current().user_id)


def find_batch(batch_id: uuid.UUID) -> ImportBatch:
    """
    Return a batch.

    Raises
    ------
    NotFound
        If it is missing or somebody else's.
    """
    batch = visible_batches().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch


def upload(data: bytes, *, name: str) -> Outcome:
    """
    Take a file, read it and preview it; nothing is written to the ledger yet.

    Raises
    ------
    TuijinError
        If the file as a whole is refused.
    """
    scope.current().require("import")
    batch = _start(data, name=name)
    if batch.status == Status.ACCEPTED:
        return Outcome(batch, is_repeat=True)
    try:
        batch.importer = parsing.choose_importer(data, name=name)
        return _read(batch, data, name=name)
    except TuijinError as error:
        _record_refusal(batch, error)
        raise


def propose(parsed: Parsed, data: bytes, *, name: str, importer: str) -> Outcome:
    """Leave what was measured elsewhere for acceptance; `data` is the document that tells of it."""
    scope.current().require("import")
    batch = _start(data, name=name)
    if batch.status == Status.ACCEPTED:
        return Outcome(batch, is_repeat=True)
    batch.importer = importer
    return _preview(batch, data, parsed, kept_as=wire.dump_parsed(parsed))


def _start(data: bytes, *, name: str) -> ImportBatch:
    """A batch for the file, unsaved; or the accepted one of the same bytes."""
    sha256 = hashlib.sha256(data).hexdigest()
    earlier = visible_batches().filter(sha256=sha256, status=Status.ACCEPTED).first()
    if earlier is not None:
        return earlier
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"文件 {len(data)} 字节，上限 {MAX_FILE_BYTES}")
    _check_quota(len(data))
    return ImportBatch(
        id=uuid.uuid4(), user_id=scope.current().user_id, sha256=sha256,
        shown_name=clean_name(name), size_bytes=len(data), status=Status.PREVIEW,
    )  # fmt: skip


def _check_quota(size_bytes: int) -> None:
    """Count the files of a day and an hour; the product itself is not counted."""
    if scope.current().user_id is None:
        return
    now = datetime.now(UTC)
    today = visible_batches().filter(created_at__gt=now - timedelta(days=1))
    total = today.aggregate(total=Sum("size_bytes"))["total"] or 0
    if today.count() >= _FILES_PER_DAY or total + size_bytes > _BYTES_PER_DAY:
        raise TooMany("今日上传的文件过多，请明天再试", code="quota")
    if today.filter(created_at__gt=now - timedelta(hours=1)).count() >= _PER_HOUR:
        raise TooMany("一小时内上传的文件过多，请稍后再试", code="quota")


def _record_refusal(batch: ImportBatch, error: TuijinError) -> None:
    trail.append([
        trail.Event(
            "import_refused", "importbatch", batch.sha256[:32],
            {"code": (None, error.code), "sha256": (None, batch.sha256)},
        )
    ])  # fmt: skip


def _read(batch: ImportBatch, data: bytes, *, name: str) -> Outcome:
    """Parse, and preview where the header is understood; ask for a mapping where it is not."""
    try:
        found = parsing.run_worker(
            data, name=name, importer=batch.importer, mappings=load_mappings()
        )
        parsed = parsing.load(found, data, name=name)
    except HeaderUnmatched as unmatched:
        return _ask(batch, data, unmatched)
    return _preview(batch, data, parsed, kept_as=wire.dump_parsed(parsed))


def _ask(batch: ImportBatch, data: bytes, unmatched: HeaderUnmatched) -> Outcome:
    file_store.keep(data, kind=_KIND)
    batch.status = Status.MAPPING
    batch.problems = [asdict(problem) for problem in unmatched.problems]
    batch.details = {"headers": [asdict(header) for header in unmatched.headers]}
    batch.save()
    return Outcome(batch)


def _preview(batch: ImportBatch, data: bytes, parsed: Parsed, *, kept_as: bytes) -> Outcome:
    """Keep the file, and what was read from it, for the moment of acceptance."""
    found = intake.preview(parsed.tables, problems=parsed.problems)
    batch.counts = found.counts
    batch.problems = [asdict(problem) for problem in found.refused[:_KEPT_PROBLEMS]]
    batch.details = {
        "notes": [asdict(note) for note in parsed.notes[:_KEPT_NOTES]],
        "encoding": parsed.encoding,
        "headers": [asdict(header) for header in parsed.headers],
        "shown": import_report.build_shown(found),
        "awaiting": found.awaiting,
    }
    if found.refused:
        batch.status = Status.REFUSED
        _record_refusal(batch, ImportFailed(code="invalid"))
    else:
        file_store.keep(data, kind=_KIND)
        batch.status = Status.PREVIEW
        batch.details["digest"] = found.digest()
        batch.details["parsed"] = file_store.keep(kept_as, kind=_PARSED)
    batch.save()
    return Outcome(batch, found)


def load_mappings() -> dict[str, ColumnMapping]:
    """What this user has answered before, by header signature."""
    rows = RememberedMapping.objects.filter(user_id=scope.current().user_id)
    return {
        "\x1f".join(row.titles): ColumnMapping(tuple(row.columns), tuple(row.units)) for row in rows
    }


def answer_mapping(batch_id: uuid.UUID, answers: Sequence[tuple[Header, ColumnMapping]]) -> Outcome:
    """
    Remember what the titles of a waiting batch mean, and preview it.

    Raises
    ------
    Conflict
        If the batch is not waiting for this.
    ImportFailed
        `unknown_field` if a column or a unit is none of ours; nothing is remembered.
    """
    scope.current().require("import")
    batch = find_batch(batch_id)
    if batch.status not in (Status.MAPPING, Status.PREVIEW, Status.REFUSED):
        raise Conflict("这份文件不在对应列的步骤")
    for header, mapping in answers:
        _check_mapping(header, mapping)
    data = file_store.read(batch.sha256, kind=_KIND)
    for header, mapping in answers:
        signature = hashlib.sha256(header.signature.encode()).hexdigest()
        RememberedMapping.objects.update_or_create(
            signature_sha256=signature,
            user_id=scope.current().user_id,
            defaults={
                "titles": list(header.titles),
                "columns": list(mapping.columns),
                "units": list(mapping.units),
            },
        )
    return _read(batch, data, name=batch.shown_name)


def _check_mapping(header: Header, mapping: ColumnMapping) -> None:
    known = {f"{noun.name}.{column.name}" for noun in NOUNS.values() for column in noun.columns}
    for column in mapping.columns:
        if column is not None and column.partition("@")[0] not in known:
            raise ImportFailed(f"没有这一列：{column[:60]}", code="unknown_field")
    for unit in mapping.units:
        if unit is not None and unit not in UNITS:
            raise ImportFailed(f"没有这个单位：{unit[:60]}", code="unknown_field")
    if len(mapping.columns) > len(header.titles):
        raise ImportFailed(f"columns 应有 {len(header.titles)} 项", code="mappings")


def headers_of(batch: ImportBatch) -> list[Header]:
    """The headers of a batch that waits to be told what their titles mean."""
    return [wire.load_header(kept) for kept in batch.details.get("headers", ())]


def problems_of(batch: ImportBatch) -> list[Problem]:
    """Everything that was wrong, as far as it is kept."""
    return [Problem(**problem) for problem in batch.problems]


def review(batch_id: uuid.UUID) -> Outcome:
    """Compare a waiting batch with the ledger as it is now."""
    batch = find_batch(batch_id)
    if batch.status != Status.PREVIEW:
        return Outcome(batch)
    data = file_store.read(batch.sha256, kind=_KIND)
    kept_as = file_store.read(batch.details["parsed"], kind=_PARSED)
    return _preview(batch, data, wire.load(kept_as), kept_as=kept_as)


def accept(batch_id: uuid.UUID, *, digest: str) -> Outcome:
    """
    Write a previewed batch, all or nothing; a second time changes nothing.

    Parameters
    ----------
    digest
        Of the preview that was confirmed.

    Raises
    ------
    Conflict
        If the batch is not at this step, or the ledger has moved since.
    """
    scope.current().require("import")
    batch = find_batch(batch_id)
    if batch.status == Status.ACCEPTED:
        return Outcome(batch, is_repeat=True)
    if batch.status != Status.PREVIEW:
        raise Conflict("这份文件还不能入账")
    parsed = wire.load(file_store.read(batch.details["parsed"], kind=_PARSED))
    return accept_parsed(batch, parsed, digest=digest)


def accept_parsed(batch: ImportBatch, parsed: Parsed, *, digest: str = "") -> Outcome:
    """The entries, their trail, and the batch itself in one transaction."""
    n_rows = sum(map(len, parsed.tables))
    with large_writes.prepared(n_rows), transaction.atomic():
        compared = intake.compare(parsed.tables, problems=parsed.problems)
        trail.lock()
        waiting = (Status.PREVIEW, Status.MAPPING)
        locked = ImportBatch.objects.select_for_update().filter(pk=batch.pk).first()
        if locked is not None and locked.status == Status.ACCEPTED:
            return Outcome(locked, is_repeat=True)
        if locked is not None and locked.status not in waiting:
            raise Conflict("这份文件还不能入账")
        found = intake.accept(
            parsed.tables, batch=str(batch.pk), problems=parsed.problems, digest=digest,
            reason=f"导入文件 {batch.shown_name}", compared=compared,
        )  # fmt: skip
        batch.status, batch.accepted_at = Status.ACCEPTED, datetime.now(UTC)
        batch.counts = found.counts
        batch.details["awaiting"] = found.awaiting
        batch.save()
        _record_acceptance(batch)
    return Outcome(batch, found)


def _record_acceptance(batch: ImportBatch) -> None:
    said: Mapping[str, Any] = {"file": batch.shown_name, "sha256": batch.sha256, **batch.counts}
    event = trail.Event(
        "import",
        "importbatch",
        str(batch.pk),
        {name: (None, value) for name, value in said.items()},
    )
    trail.append([event], batch=str(batch.pk))


def discard(batch_id: uuid.UUID) -> ImportBatch:
    """Give a batch up; an accepted one stays."""
    batch = find_batch(batch_id)
    waiting = visible_batches().filter(pk=batch.pk).exclude(status=Status.ACCEPTED)
    if not waiting.update(status=Status.DISCARDED):  # in one step: another tab may be accepting it
        raise Conflict("已入账的文件不能放弃")
    batch.status = Status.DISCARDED
    return batch


def import_now(data: bytes, *, name: str) -> Outcome:
    """
    Read a file once and write it, without a person in between: for the command line.

    Raises
    ------
    TuijinError
        If the file, or any row of it, is refused; `problems` says where.
    """
    scope.current().require("import")
    batch = _start(data, name=name)
    if batch.status == Status.ACCEPTED:
        return Outcome(batch, is_repeat=True)
    try:
        batch.importer = parsing.choose_importer(data, name=name)
        parsed = parsing.parse(data, name=name, importer=batch.importer, mappings=load_mappings())
        return accept_parsed(batch, parsed)
    except TuijinError as error:
        _record_refusal(batch, error)
        raise
