"""
A million synthetic projects: server time of list, filter, keyset page 500 and cockpit.

Each page is asked through the whole product (middleware, session, scope, rules, template), warm,
in one process, beside the list and the cockpit that a Django developer writes first. Medians of
interleaved calls; run on SQLite, and on PostgreSQL where its programs are installed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from scripts.postgres import find_binaries, postgres_server

_CALLS, _PEER_CALLS, _DEEP_PAGE = 100, 5, 500


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.portfolio", description=__doc__)
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.inside:
        _measure(args.projects)
        return
    _run("SQLite", "", args.projects)
    if find_binaries() is None:
        print("PostgreSQL: not installed here, not measured")
        return
    with postgres_server() as url:
        _run("PostgreSQL", url, args.projects)


def _run(name: str, url: str, n_projects: int) -> None:
    """Measure in a process of its own: Django is bound to one database."""
    print(f"{name}, {n_projects:,} projects", flush=True)
    with tempfile.TemporaryDirectory(prefix="tuijin-bench-") as home:
        environment = {
            **os.environ,
            "TUIJIN_HOME": home,
            "TUIJIN_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tuijin.site.settings",
        }
        subprocess.run(
            [sys.executable, "-m", "bench.portfolio", "--inside", "--projects", str(n_projects)],
            env=environment, check=True,
        )  # fmt: skip


def _measure(n_projects: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client, RequestFactory

    from bench import plain_list, synthetic
    from tuijin.cli import first_start
    from tuijin.ledger.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    first_start.prepare(with_example=False, say=print)
    start = time.perf_counter()
    synthetic.fill(n_projects)
    print(f"  written in {time.perf_counter() - start:.0f} s")
    user = User.objects.create(username="bench", display_name="bench", role="city_coordinator")
    client, factory = Client(), RequestFactory()
    client.force_login(user)

    def ask(address: str) -> Callable[[], None]:
        def call() -> None:
            response = client.get(address)
            if response.status_code != 200:
                raise SystemExit(f"{address} answered {response.status_code}")

        return call

    def ask_peer(view: Callable[..., object], address: str) -> Callable[[], None]:
        return lambda: (view(factory.get(address)), None)[1]

    deep = _find_deep_page(client)
    total = n_projects // 50
    pages = {
        "list": ("/projects/", plain_list.plain_list, "/list"),
        "filtered list": (
            "/projects/?place=150200&stage=building&light=red", plain_list.plain_list,
            "/list?place=150223&stage=building&light=red",
        ),
        f"keyset page {_DEEP_PAGE}": (deep, plain_list.plain_list, f"/list?page={_DEEP_PAGE}"),
        "sorted by investment": (
            "/projects/?sort=-total_investment_yuan", plain_list.plain_list, f"/list?page={total}",
        ),
        "cockpit": ("/", plain_list.plain_cockpit, "/cockpit"),
    }  # fmt: skip
    for name, (address, view, peer_address) in pages.items():
        _report(name, ask(address), ask_peer(view, peer_address))


def _find_deep_page(client: object) -> str:
    """Walk to the page by its tokens, as a reader would."""
    from tuijin.ledger import paging, scope
    from tuijin.ledger.models import Project

    with scope.active(scope.system_scope("bench")):
        token = ""
        for _ in range(_DEEP_PAGE - 1):
            page = paging.read_page(Project.objects.values("id"), token=token, size=50)
            token = page.next_token
    return f"/projects/?after={token}"


def _report(name: str, ours: Callable[[], None], peer: Callable[[], None]) -> None:
    for _ in range(5):
        ours()
    peer()
    own, theirs = [], []
    for number in range(_CALLS):
        own.append(_timed(ours))
        if number % (_CALLS // _PEER_CALLS) == 0:
            theirs.append(_timed(peer))
    p95 = sorted(own)[int(0.95 * len(own)) - 1]
    median, other = statistics.median(own), statistics.median(theirs)
    print(
        f"  {name:22} p95 {p95 * 1000:7.1f} ms   median {median * 1000:7.1f} ms"
        f"   plain Django {other * 1000:8.1f} ms   ratio {other / median:6.1f}",
        flush=True,
    )


def _timed(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
