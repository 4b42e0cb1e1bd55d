"""What the worker runs."""

from __future__ import annotations

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tuijin.ledger.access import job
from tuijin.verify.models import Binding, Claim, Run
from tuijin.verify.supervisor import supervise


@task()
@job("verify")
def run_claims(user_id: int | None, run_id: str) -> None:
    """Run the claims of a `Run` in a process of their own."""
    supervise(run_id)


@task(priority=-10)
@job("verify")
def rerun_pending(user_id: int | None, seed: int) -> None:
    """Run what changed, or was never run, in the name of the product itself."""
    ids = pending_claims()
    if ids:
        run = Run.objects.create(
            title="自动重验", claim_ids=ids, total_count=len(ids), seed=seed, user_id=user_id
        )
        supervise(str(run.pk))


def pending_claims() -> list[int]:
    """Claims in the reader's scope to be run again, or for the first time."""
    never = Binding.objects.filter(verdicts__isnull=True).values_list("claim_id", flat=True)
    stale = Claim.objects.filter(is_stale=True).values_list("id", flat=True)
    return sorted({*never, *stale})


def ask_for_rerun(*, seed: int) -> None:
    """Have the worker run what is pending, once however much changed."""
    waiting = DBTaskResult.objects.ready().filter(task_path=rerun_pending.module_path)
    if not waiting.exists():
        rerun_pending.enqueue(None, seed)
