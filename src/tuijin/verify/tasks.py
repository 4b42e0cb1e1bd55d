"""What the worker runs."""

from __future__ import annotations

from django_tasks import task

from tuijin.ledger.access import job
from tuijin.verify.supervisor import supervise


@task()
@job("verify")
def run_claims(user_id: int | None, run_id: str) -> None:
    """Run the claims of a `Run` in a process of their own."""
    supervise(run_id)
