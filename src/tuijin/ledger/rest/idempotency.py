"""The same Idempotency-Key gets the first answer again, with no second effect (item 77)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from tuijin.errors import Conflict, ImportFailed, TuijinError
from tuijin.ledger import scope
from tuijin.ledger.models import KeptAnswer

_GIVEN_UP = timedelta(seconds=60)  # no request runs longer; a killed server leaves such a row
_KEPT = timedelta(days=1)
_HEADERS = ("ETag", "Location")


def once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """
    Run `act`, or give its earlier answer again.

    The answer is stored in the transaction of the act itself, so that a kill between the two can
    not leave an effect without its answer. A refusal is not kept: the next try may be right.

    Raises
    ------
    Conflict
        `idempotency_mismatch`: another request, or one with other rights, under the key;
        `in_progress`: the first still runs.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > 80 or not key.isprintable():
        raise ImportFailed("Idempotency-Key must be 1 to 80 characters", code="too_long")
    digest = hashlib.sha256(
        f"{request.method} {request.path} {_rights()}\n".encode() + request.body
    ).hexdigest()
    row = _claim(key, digest)
    if row.status is not None:
        return _again(row)
    try:
        with transaction.atomic():
            response = act()
            kept = KeptAnswer.objects.filter(pk=row.pk, started_at=row.started_at)
            if not kept.update(
                status=response.status_code,
                body=response.content.decode(),
                headers={name: response[name] for name in _HEADERS if name in response},
            ):
                raise Conflict("同一请求正在处理", code="in_progress")
            return response
    except TuijinError:
        KeptAnswer.objects.filter(pk=row.pk, status=None).delete()
        raise


def _rights() -> list[object]:
    """What the user may see now: an answer is not given again to who may see less."""
    who = scope.current()
    return [who.role.code, sorted(who.places), sorted(who.projects)]


def _claim(key: str, digest: str) -> KeptAnswer:
    """Take the key, or return the answer kept under it."""
    now, user_id = datetime.now(UTC), scope.current().user_id
    KeptAnswer.objects.filter(user_id=user_id, started_at__lt=now - _KEPT).delete()
    fields = {"request_sha256": digest, "started_at": now}
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user_id=user_id, key=key, **fields)
    except IntegrityError:
        row = KeptAnswer.objects.get(user_id=user_id, key=key)
    if row.request_sha256 != digest:
        raise Conflict("此键已用于另一请求", code="idempotency_mismatch")
    if row.status is not None:
        return row
    taken = KeptAnswer.objects.filter(pk=row.pk, started_at=row.started_at, status=None)
    if row.started_at > now - _GIVEN_UP or not taken.update(started_at=now):
        raise Conflict("同一请求正在处理", code="in_progress")
    row.started_at = now
    return row


def _again(row: KeptAnswer) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status, content_type="application/json")
    for name, value in row.headers.items():
        response[name] = value
    return response
