"""A twin that says one thing and a log that says another, on the claim's page."""

from decimal import Decimal

import numpy as np
import pytest
from django.conf import settings
from django.test import Client

from tests.ledger.test_measuring import write_gate_log
from tests.verify.conftest import add_check, add_claim, build_ledger
from tuijin.ledger import batches, scope
from tuijin.ledger.models import User
from tuijin.verify import comparison
from tuijin.verify.models import Verdict
from tuijin.verify.runner import verify_claims


@pytest.fixture
def claim(ledger):
    return compared_claim(ledger)


def compared_claim(ledger):
    """A claim with a log, and the verdict of a twin beside it."""
    claim = add_claim(
        ledger.port, "clear.p95", check="evidence", using="clearance_minutes",
        metric="clearance_minutes", claim_type="at_most", statistic="p95", target=Decimal(2),
        unit="minutes",
    )  # fmt: skip
    minutes = np.random.default_rng(7).gamma(4, 2.0, 1000).round(4)
    batches.import_now(write_gate_log(minutes), name="gate.csv")
    verify_claims([claim.pk])
    twin = add_check(claim, check="model", using="border_port")
    log = Verdict.objects.get(claim=claim, is_current=True)
    Verdict.objects.create(
        claim=claim, binding=twin, ruling="HOLDS", value=1.5, interval_low=1.4, interval_high=1.6,
        made_with="test", seed=7, n_draws=100, inputs=log.inputs, inputs_sha256="0" * 64,
        charts={"distribution": {"edges": [0.0, 1.0, 2.0, 4.0], "counts": [40, 50, 10]}},
    )  # fmt: skip
    return claim


def verdicts_of(claim):
    rows = Verdict.objects.filter(claim=claim, is_current=True).select_related("binding")
    return list(rows)


def test_both_figures_the_difference_and_the_share_of_the_log(claim):
    found = comparison.compare(claim, verdicts_of(claim))
    log, twin = found.sides
    assert (log.check, twin.check) == ("证据", "模型")
    assert twin.value == "1.5 [1.4, 1.6]"
    minutes = np.random.default_rng(7).gamma(4, 2.0, 1000).round(4)
    assert log.within == f"{(minutes <= 2).mean():.1%}"
    assert twin.within == ""  # its draws are of the percentile, not of vehicles
    assert found.is_apart
    assert found.difference.startswith("实测比模型高")


def test_nothing_to_compare_without_one_of_them(claim):
    log, twin = verdicts_of(claim)
    assert comparison.compare(claim, [log]) is None
    assert comparison.compare(claim, [twin]) is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "实测比模型高"), ("en", "above the model")]
)
def test_the_page_shows_it(claim, language, words):
    user = User.objects.create(username="leader", role="city_leader", language=language)
    client = Client()
    client.force_login(user)
    answer = client.get(f"/claims/{claim.pk}/", headers={"accept-language": language})
    text = answer.content.decode()
    assert "1.5 [1.4, 1.6]" in text
    assert words in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_it_fits(page, live_server, transactional_db, language, size):
    with scope.active(scope.system_scope("test")):
        claim = compared_claim(build_ledger())
    client = Client()
    client.force_login(User.objects.create(username="leader", role="city_leader"))
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        "django_language": language,
    }
    page.context.add_cookies(
        [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{live_server.url}/claims/{claim.pk}/")
    page.wait_for_selector("[data-chart] canvas, [data-chart] svg")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
