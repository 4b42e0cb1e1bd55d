"""The page of a model in a real browser: change a parameter, run, compare, replay a day."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.verify.conftest import build_ledger, clearance_claim
from tests.verify.test_runs import add_user, wait_for, worker_environment
from tests.verify.test_scenarios import run
from tuijin.ledger import scope
from tuijin.verify.models import Binding, Run, Scenario

SHOTS = os.environ.get("TUIJIN_SHOTS", "")


@pytest.fixture
def binding(transactional_db: Any, toy_port: None) -> Binding:
    with scope.active(scope.system_scope("test")):
        return Binding.objects.get(claim=clearance_claim(build_ledger()))


@pytest.fixture
def worker(binding: Binding, tmp_path: Path) -> Iterator[None]:
    """A real worker that knows the small model."""
    environment = worker_environment(tmp_path)
    process = subprocess.Popen([sys.executable, "-m", "tuijin.site.worker"], env=environment)
    yield
    process.terminate()
    process.wait(10)


@pytest.fixture
def visit(page: Any, live_server: Any) -> Callable[..., Any]:
    def build(path: str, *, language: str = "zh-hans", size: tuple[int, int] = (1366, 768)) -> Any:
        client = Client()
        client.force_login(add_user(f"office-{language}-{size[0]}", "city_coordinator"))
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            "django_language": language,
        }
        page.context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    return build


def system_scope():
    return scope.active(scope.system_scope("test"))


def test_change_run_compare_and_replay(visit, binding, worker):
    """The first run is asked for by the page itself."""
    page = visit(f"/models/{binding.pk}/")
    page.wait_for_url("**scenario=*")
    page.locator("#run-progress").wait_for()
    page.locator("#network svg").wait_for(timeout=60_000)
    assert "2 / 2" not in page.inner_text("main")

    assert not page.locator('input[name="value.agvs"]').is_visible()
    page.locator("#sheet > summary").click()
    page.fill('input[name="value.agvs"]', "4")
    page.fill('input[name="title"]', "四台车")
    page.select_option('select[name="n_draws"]', "2000")
    page.get_by_role("button", name="运行情景").click()
    page.locator("#network svg").wait_for(timeout=60_000)
    assert "四台车" in page.inner_text("#result")
    page.get_by_role("link", name="与 A 对比").first.click()
    page.wait_for_load_state("networkidle")
    assert "B 减 A" in page.inner_text("main")

    assert_replays(page)
    with system_scope():
        assert Scenario.objects.count() == 2


def time_of(page):
    return page.evaluate("document.querySelector('[data-replay]').replay.time")


def assert_replays(page):
    """Vehicles stand still until somebody plays; the clock and the slider then move together."""
    page.locator("[data-replay-bar]").wait_for()
    vehicles = page.locator("[data-vehicles] path")
    assert vehicles.count() == 4
    clock = page.locator("[data-replay-clock]")
    before = clock.inner_text()
    page.wait_for_timeout(300)
    assert clock.inner_text() == before
    page.select_option("[data-replay-speed]", "1200")
    page.locator("[data-replay-play]").click()
    wait_for(lambda: time_of(page) > 20)
    page.locator("[data-replay-play]").click()
    paused = clock.inner_text()
    assert paused != before
    page.wait_for_timeout(200)
    assert clock.inner_text() == paused
    page.locator("[data-replay-at]").evaluate(
        "part => { part.value = 500; part.dispatchEvent(new Event('input')); }"
    )
    assert time_of(page) == pytest.approx(1440 / 2)
    states = page.locator("[data-vehicles] path").evaluate_all(
        "all => all.map(one => one.getAttribute('class'))"
    )
    assert all(re.fullmatch("vehicle is-(idle|empty|loaded|busy)", state) for state in states)


def test_a_run_is_stopped_from_the_page(visit, binding):
    """No worker runs: the scenario waits, and is cancelled while it waits."""
    page = visit(f"/models/{binding.pk}/")
    page.wait_for_url("**scenario=*")
    page.locator("#run-progress").wait_for()
    page.get_by_role("button", name="停止").click()
    with system_scope():
        wait_for(lambda: Run.objects.get().status == "cancelled", seconds=5)
    assert "已取消" in page.inner_text("main")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_pages_fit_and_draw(visit, binding, language, size):
    with system_scope():
        first = run(binding)
        second = run(binding, changes={"gate_minutes": {"value": 4}}, title="four minutes")
    page = visit(
        f"/models/{binding.pk}/?scenario={first.pk}&beside={second.pk}",
        language=language,
        size=size,
    )
    page.locator("[data-replay-bar]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("[data-chart] canvas").count() == 6
    text = page.inner_text("main")
    assert ("common random numbers" if language == "en" else "同一随机数") in text
    if SHOTS:
        page.locator("[data-replay-at]").evaluate(
            "part => { part.value = 430; part.dispatchEvent(new Event('input')); }"
        )
        page.screenshot(path=f"{SHOTS}/model-{language}-{size[0]}.png", full_page=True)


def test_less_motion_is_respected(visit, binding, page):
    with system_scope():
        run(binding)
    page.emulate_media(reduced_motion="reduce")
    page.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
    shown = visit(f"/models/{binding.pk}/")
    shown.locator("[data-replay-bar]").wait_for()
    page.clock.pause_at(datetime(2026, 1, 2, tzinfo=UTC))  # from here on only the test moves it
    shown.locator("[data-replay-play]").click()
    page.clock.run_for(900)
    assert time_of(shown) == 0
    page.clock.run_for(300)
    jumped = time_of(shown)
    assert jumped > 0
    page.clock.run_for(600)
    assert time_of(shown) == jumped
