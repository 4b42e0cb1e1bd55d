"""The process of one run: `python -m tuijin.verify.job RUN`, started by the supervisor."""

from __future__ import annotations

import os
import sys
import time


def main(run_id: str) -> int:
    """Do a run in the scope of who started it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")
    import django

    django.setup()
    from tuijin.verify.supervisor import OUT_OF_MEMORY

    try:
        work(run_id)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def work(run_id: str) -> None:
    from tuijin.ledger import scope
    from tuijin.verify import simulating
    from tuijin.verify.models import Run, Scenario
    from tuijin.verify.runner import count_rulings, verify_claims

    run = Run.objects.select_related("user").get(pk=run_id)
    who = scope.build_scope(run.user) if run.user else scope.system_scope("run")
    told = time.monotonic()

    def tell(n_done: int) -> None:
        nonlocal told
        if time.monotonic() - told > 0.5:
            told = time.monotonic()
            Run.objects.filter(pk=run_id).update(done_count=n_done)

    with scope.active(who):
        scenario = Scenario.objects.filter(run=run).first()
        if scenario is not None:
            simulating.run_scenario(scenario, watch=tell)
            return
        outcome = verify_claims(run.claim_ids, seed=run.seed, run=run, watch=tell)
        counts = count_rulings(run.claim_ids)
    Run.objects.filter(pk=run_id).update(
        done_count=outcome.claims_count, counts=counts, errors=outcome.errors[:200]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
