"""Runs in the worker: start, watch, cancel, start again. Seen by who started them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tuijin.errors import Conflict, ImportFailed, NotAllowed, TooMany
from tuijin.ledger import scope, trail, visible
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Claim, Run
from tuijin.verify.tasks import run_claims

MOST_OPEN = 2  # runs of one person at a time
MOST_CLAIMS = 100_000
SILENT_SECONDS = 10  # a run that has not been heard of for so long was interrupted
WAITING_SECONDS = 3600  # and one that waited so long will not start, as when rights were lost
_OPEN = (Run.Status.QUEUED, Run.Status.RUNNING)


def visible_runs() -> QuerySet[Run]:
    """Runs the reader started; interrupted ones are settled first."""
    settle()
    who = scope.current()
    return Run.objects.all() if who.user_id is None else Run.objects.filter(user=who.user_id)


def find_run(run_id: object) -> Run:
    return visible.find_or_404(visible_runs(), pk=run_id)


def start(claim_ids: Sequence[int], *, title: str, seed: int = DEFAULT_SEED) -> Run:
    """
    Queue a run of some claims.

    Raises
    ------
    NotAllowed
        If a claim is not the reader's own to verify.
    TooMany
        If the reader has as many runs open as allowed.
    """
    scope.current().require("verify")
    _check_claims(claim_ids)
    wanted = sorted(set(claim_ids))
    return queue(title=title, seed=seed, claim_ids=wanted, total_count=len(wanted))


def queue(*, title: str, seed: int, total_count: int, claim_ids: Sequence[int] = ()) -> Run:
    """Queue a run; without claims it is that of a scenario, which the caller keeps beside it."""
    who = scope.current()
    settle()
    with transaction.atomic():
        trail.lock()  # also: two requests at once do not both find room
        if Run.objects.filter(user=who.user_id, status__in=_OPEN).count() >= MOST_OPEN:
            raise TooMany(f"同时最多进行 {MOST_OPEN} 个检验，请等前面的完成或先停止")
        run = Run.objects.create(
            user_id=who.user_id,
            title=title,
            claim_ids=list(claim_ids),
            total_count=total_count,
            seed=seed,
        )
        _tell(run, "run_start")
        run_claims.enqueue(who.user_id, str(run.pk))
    return run


def _check_claims(claim_ids: Sequence[int]) -> None:
    wanted = set(claim_ids)
    if not wanted:
        raise ImportFailed("没有可检验的承诺", code="nothing_to_verify")
    if len(wanted) > MOST_CLAIMS:
        raise ImportFailed(f"一次最多 {MOST_CLAIMS:,} 项，请用 tuijin verify", code="too_many")
    who = scope.current()
    rows = Claim.objects.filter(pk__in=wanted).values_list("project__place_id", "project_id")
    if len(rows) < len(wanted) or not all(who.owns(place_id=p, project_id=i) for p, i in rows):
        raise NotAllowed("只能检验本管辖范围内的承诺")


def own_claim_ids() -> set[int]:
    """Claims the reader may have run: visible, and his own to verify."""
    who = scope.current()
    rows = Claim.objects.values_list("id", "project__place_id", "project_id")
    return {pk for pk, place, project in rows if who.owns(place_id=place, project_id=project)}


def start_again(run: Run) -> Run:
    """Queue the same claims with the same seed."""
    if run.is_open:
        raise Conflict("此检验尚未结束")
    return start(run.claim_ids, title=run.title, seed=run.seed)


def cancel(run: Run) -> None:
    """Ask a run to end: at once where it still waits, within two seconds where it runs."""
    with transaction.atomic():
        trail.lock()
        waiting = Run.objects.filter(pk=run.pk, status=Run.Status.QUEUED)
        if not waiting.update(status=Run.Status.CANCELLED, finished_at=timezone.now()):
            Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).update(is_cancel_asked=True)
        _tell(run, "run_cancel")


def settle() -> None:
    """A run whose worker has fallen silent has failed; it never stays "running"."""
    now = timezone.now()
    silent, waited = (
        now - timedelta(seconds=SILENT_SECONDS),
        now - timedelta(seconds=WAITING_SECONDS),
    )
    for reason, dead in (
        ("interrupted", Run.objects.filter(status=Run.Status.RUNNING, alive_at__lt=silent)),
        ("not_started", Run.objects.filter(status=Run.Status.QUEUED, created_at__lt=waited)),
    ):
        if dead.exists():
            dead.update(status=Run.Status.FAILED, reason=reason, finished_at=now)


def _tell(run: Run, action: str) -> None:
    changes = {"title": (None, run.title), "claims": (None, run.total_count)}
    trail.append(
        [trail.Event(action=action, object_type="run", object_id=str(run.pk), changes=changes)]
    )
