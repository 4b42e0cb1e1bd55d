"""What prices did: moves, how unusual, and what they do to projects, worked out by hand."""

from __future__ import annotations

import io
import itertools
import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.utils import translation
from docx import Document
from scipy import stats

from tuijin.engines import markets
from tuijin.ledger import records, scope
from tuijin.ledger.models import Figure, Price, PriceLink, PriceSeries, TrailEvent
from tuijin.paper import render_docx
from tuijin.plan import price_effects, price_words, prices
from tuijin.plan.price_chart import draw_series, look_ahead
from tuijin.plan.price_digest import build_digest
from tuijin.plan.price_effects import find_effects
from tuijin.plan.prices import LAST, MONTH, WEEK, follow_prices
from tuijin.project_models import Metric
from tuijin.verify.models import Binding, Claim

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 1, 31)


@pytest.fixture
def series(portfolio: dict[str, Any]) -> PriceSeries:
    one = PriceSeries(key="anode", name="负极材料", name_en="Anode", unit="yuan_per_t",
                      tax_basis="with_vat")  # fmt: skip
    records.save_new([one])
    return one


def quote(series: PriceSeries, **by_day: float) -> None:
    """`d2026_01_05=100` and so on."""
    records.save_new([
        Price(series=series, on=date(*map(int, day[1:].split("_"))), value=Decimal(str(value)))
        for day, value in by_day.items()
    ])  # fmt: skip


def quote_weekly(series: PriceSeries, values: Any) -> None:
    days = [AS_OF - timedelta(7 * n) for n in range(len(values))][::-1]
    records.save_new([
        Price(series=series, on=day, value=Decimal(str(round(float(value), 2))))
        for day, value in zip(days, values, strict=True)
    ])  # fmt: skip


def follow(period: str = LAST, as_of: date = AS_OF) -> prices.Followed:
    (found,) = follow_prices(as_of=as_of, period=period)
    return found


def bind(project: Any, *, model: str = "anode_plant", metric: str = "sales_yuan_per_year") -> None:
    claim = Claim(key=f"c-{project.key}", project=project, dimension="market", metric=metric,
                  title="t", claim_type="at_least", statistic="value", target=1,
                  unit="yuan_per_year", quote="q")  # fmt: skip
    records.save_new([claim])
    records.save_new([Binding(claim=claim, kind="model", using=model)])


def link(series: PriceSeries, project: Any, *, parameter: str = "price_yuan_per_t",
         tax_basis: str = "with_vat") -> PriceLink:  # fmt: skip
    one = PriceLink(series=series, project=project, parameter=parameter, tax_basis=tax_basis)
    records.save_new([one])
    return one


def put_on_record(project: Any, metric: str, value: float, unit: str) -> None:
    records.save_new([Figure(key=f"{project.key}-{metric}", project=project, metric=metric,
                             title=metric, unit=unit, value=Decimal(str(value)))])  # fmt: skip


# --- moves


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [(WEEK, "2026-01-20", "2026-01-30"), (MONTH, "2025-12-31", "2026-01-30"),
     (LAST, "2026-01-27", "2026-01-30")],
)  # fmt: skip
def test_a_move_is_from_the_last_price_before_the_period_to_the_last_in_it(
    series, period, start, end
):
    quote(series, d2025_12_31=100, d2026_01_05=110, d2026_01_20=90, d2026_01_27=120,
          d2026_01_30=99, d2026_02_03=500)  # fmt: skip
    move = follow(period).move
    assert (str(move.start.on), str(move.end.on)) == (start, end)
    assert move.change_ratio == move.end.value / move.start.value - 1


def test_what_cannot_be_compared_is_said(series):
    assert price_words.silence_text(follow()) == "还没有报价"
    quote(series, d2026_01_05=100)
    assert follow().move is None
    assert price_words.silence_text(follow()) == "只有一次报价，无从比较"
    quote(series, d2026_01_06=100)
    assert price_words.silence_text(follow(WEEK)) == "期内没有新报价"
    assert follow(MONTH).move is None  # nothing before the month
    assert follow(LAST).move.change_ratio == 0


def test_the_usual_period_is_the_week_or_else_the_last_two_quotations(series):
    quote(series, d2026_01_05=100)
    assert prices.usual_period(date(2026, 1, 10)) == WEEK
    assert prices.usual_period(AS_OF) == LAST


def test_a_corrected_price_no_longer_counts(series):
    quote(series, d2026_01_05=100, d2026_01_06=200)
    wrong = Price.objects.get(value="200")
    records.correct_many(Price, {wrong.pk: {"value": Decimal(150)}})
    assert follow().move.change_ratio == Decimal("0.5")


def test_too_few_quotations_are_undecided_and_say_how_many_are_missing(series):
    quote(series, d2026_01_05=100, d2026_01_06=200)
    one = follow()
    assert one.move.percentile_ratio is None
    assert not one.move.is_unusual
    assert price_words.process_text(one) == "待定：有 2 个报价，还需 28 个"
    assert price_words.standing_text(one) == price_words.process_text(one)
    assert look_ahead(one) == []
    assert len(draw_series(one)["series"]) == 1


def test_how_unusual_a_move_is_follows_from_what_was_before_it(series):
    rng = np.random.default_rng(3)
    walk = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, 60)))
    quote_weekly(series, [*walk, walk[-1] * 1.15])
    one = follow(WEEK)
    past = prices.as_observed(one.prices[:-1])
    choice = markets.choose_process(past)
    mean, variance = choice.process.moments(past.logs[-1], 7.0)
    z = (math.log(float(one.last.value)) - mean) / math.sqrt(variance)
    assert one.move.percentile_ratio == pytest.approx(stats.norm.cdf(z))
    assert one.move.is_unusual
    assert price_words.percentile_text(one.move).startswith("少见")
    assert [day for day, *_ in look_ahead(one)] == [AS_OF + timedelta(d) for d in (7, 30, 60, 90)]
    assert len(draw_series(one)["series"]) == 4
    facts = dict(price_words.process_facts(one))
    assert {"价格过程", "评分次数"} < facts.keys()


# --- what it does to projects


def effects_of(series: PriceSeries, period: str = LAST) -> list[Any]:
    found = find_effects(follow_prices(as_of=AS_OF, period=period))
    return found.get(series.pk, [])


def test_sales_move_by_tonnes_times_the_price(series, portfolio):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    put_on_record(portfolio["plant"], "output_t_per_year", 50_000, "t_per_year")
    link(series, portfolio["plant"])
    (effect,) = effects_of(series)
    assert (effect.problem, effect.is_basis_sure) == ("", True)
    moved = {one.metric: one for one in effect.moved}
    sales = moved["sales_yuan_per_year"]
    assert (sales.before, sales.after) == pytest.approx((1.0e9, 1.25e9))
    assert sales.difference == pytest.approx(2.5e8)
    assert effect.moved[0].metric == "sales_yuan_per_year"  # what it sells comes before the rest
    assert "capital_yuan" not in moved
    assert price_words.moved_text(sales) == "年销售收入 +2.5 亿元/年（10 亿元/年 → 12.5 亿元/年）"


def test_both_figures_and_their_difference_are_medians():
    """A skewed metric: its mean falls by far more than its median."""
    old, new = np.array([0.7, 0.756, 0.8]), np.array([-2.0, -0.0425, -0.04])
    before, after = ({"firr_ratio": Metric("firr_ratio", "ratio", sample)} for sample in (old, new))
    (moved,) = price_effects._find_moved(before, after)
    assert moved.difference == pytest.approx(moved.after - moved.before)
    assert price_words.signed(moved.difference, "ratio") == "−79.8 个百分点"
    assert price_words.level(moved.before, "ratio") == "75.6%"
    assert price_words.level(24_712.83, "yuan_per_t") == "24,713元/吨"
    assert price_words.level(343.612, "yuan_per_mwh") == "343.6元/兆瓦时"
    assert price_words.signed(0.0, "ratio") == "中位数不变"


def test_every_metric_of_the_model_that_differs_is_told(series, portfolio, monkeypatch):
    """A metric that a model has tomorrow, such as FIRR, appears without a change here."""
    from tuijin.project_models.anode_plant import AnodePlant

    run = AnodePlant.run

    def with_firr(self, parameters, *, n_draws, rng):
        price = parameters["price_yuan_per_t"].value
        sample = np.full(n_draws, price / 1e6)
        found = run(self, parameters, n_draws=n_draws, rng=rng)
        return {**found, "firr_ratio": Metric("firr_ratio", "ratio", sample)}

    monkeypatch.setattr(AnodePlant, "run", with_firr)
    quote(series, d2026_01_05=20_001, d2026_01_06=25_001)
    bind(portfolio["plant"])
    link(series, portfolio["plant"])
    (effect,) = effects_of(series)
    assert effect.moved[0].metric == "firr_ratio"
    assert effect.moved[0].difference == pytest.approx(0.005)


def test_what_waits_is_named_with_what_it_waits_for(series, portfolio):
    """Sales would move but need tonnes; capital would not move, so it is not in the list."""
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    link(series, portfolio["plant"])
    (effect,) = effects_of(series)
    waiting = {one.metric: [p.name for p in one.needs] for one in effect.waiting}
    assert waiting["sales_yuan_per_year"] == ["output_t_per_year"]
    assert not [name for name in waiting if name.startswith("capital")]
    assert price_words.waiting_text(effect.waiting).startswith("年销售收入（缺年销量）")


@pytest.mark.parametrize(
    ("unit", "parameter", "basis", "problem"),
    [
        ("usd_per_t", "price_yuan_per_t", "with_vat", "unit"),
        ("yuan_per_t", "price_yuan_per_t", "without_vat", "tax_basis"),
        ("yuan_per_t", "no_such_parameter", "with_vat", "model"),
        ("yuan_per_t", "utilisation_ratio", "with_vat", "unit"),
    ],
)
def test_a_link_that_does_not_fit_is_told_and_nothing_worked_out(
    series, portfolio, unit, parameter, basis, problem
):
    PriceSeries.objects.update(unit=unit)
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    link(series, portfolio["plant"], parameter=parameter, tax_basis=basis)
    (effect,) = effects_of(series)
    assert (effect.problem, effect.moved) == (problem, ())
    assert price_words.problem_text(effect)


def test_units_of_one_kind_are_converted(series, portfolio):
    """0.4 to 0.5 yuan/kWh is 400 to 500 yuan/MWh."""
    PriceSeries.objects.update(unit="yuan_per_kwh")
    quote(series, d2026_01_05=0.4, d2026_01_06=0.5)
    bind(portfolio["plant"])
    link(series, portfolio["plant"], parameter="power_price_yuan_per_mwh")
    put_on_record(portfolio["plant"], "graphitisation_power_kwh_per_t", 8000, "kwh_per_t")
    moved = {m.metric: m for m in effects_of(series)[0].moved}
    cost = moved["graphitisation_cost_yuan_per_t"]
    assert (cost.before, cost.after) == pytest.approx((3200, 4000))


def test_a_price_the_model_cannot_take_is_a_refusal_of_the_link(series, portfolio):
    quote(series, d2026_01_05=0.5, d2026_01_06=0.6)
    bind(portfolio["plant"])
    link(series, portfolio["plant"])
    (effect,) = effects_of(series)
    assert effect.problem == "refused"
    assert "price_yuan_per_t must lie between" in price_words.problem_text(effect)


def test_a_basis_that_is_not_stated_is_a_caution(series, portfolio):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    link(series, portfolio["plant"], tax_basis="not_stated")
    (effect,) = effects_of(series)
    assert (effect.problem, effect.is_basis_sure) == ("", False)


def test_figures_of_others_projects_are_not_shown(series, portfolio, as_role):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    put_on_record(portfolio["plant"], "output_t_per_year", 50_000, "t_per_year")
    link(series, portfolio["plant"])
    problems = {}
    for role in ("city_leader", "place_viewer"):
        who = as_role(role, place="150223")  # the plant is in 150222
        with scope.active(who):
            (effect,) = effects_of(series)
            problems[role] = (effect.problem, bool(effect.moved))
    assert problems == {"city_leader": ("", True), "place_viewer": ("hidden", False)}


def test_the_ledger_and_the_verdicts_stay_as_they_are(series, portfolio):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    link(series, portfolio["plant"])
    before = TrailEvent.objects.count()
    effects_of(series)
    assert TrailEvent.objects.count() == before


# --- the digest and the pages


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_digest_says_what_moved_and_whom_it_touches(series, portfolio, language):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    put_on_record(portfolio["plant"], "output_t_per_year", 50_000, "t_per_year")
    link(series, portfolio["plant"])
    still = PriceSeries(key="cu", name="铜", name_en="Copper", unit="yuan_per_t",
                        tax_basis="with_vat", is_synthetic=True)  # fmt: skip
    records.save_new([still])
    with translation.override(language):
        followed = follow_prices(as_of=AS_OF, period=LAST)
        brief = build_digest(followed, find_effects(followed), period=LAST, as_of=AS_OF)
        document = Document(io.BytesIO(render_docx(brief)))
    text = "\n".join(
        [p.text for p in document.paragraphs]
        + [c.text for t in document.tables for row in t.rows for c in row.cells]
    )
    expected = {
        "zh-hans": (
            "负极材料",
            "+25%",
            "电厂",
            "年销售收入",
            "+2.5 亿元/年",
            "合成数据",
            "还没有报价",
        ),
        "en": ("Anode", "+25%", "Power plant", "Sales", "synthetic", "Not quoted yet"),
    }[language]
    for words in expected:
        assert words in text, words


def test_pages_and_api(series, portfolio, browse):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    bind(portfolio["plant"])
    link(series, portfolio["plant"])
    office = browse("city_coordinator")
    page = office.get("/markets/", {"as_of": "2026-01-31"}).content.decode()
    assert "+25%" in page
    assert "年销售收入（缺年销量）" in page
    assert "没有可以比较" not in page
    assert office.get("/markets/", {"as_of": "31.1."}).status_code == 404
    assert office.get("/markets/", {"period": "year"}).status_code == 404
    found = office.get("/api/v1/markets", {"as_of": "2026-01-31"}).json()
    (item,) = found["items"]
    assert (found["period"], item["move"]["change_ratio"]) == (LAST, 0.25)
    assert item["process"] == {"kind": "undecided", "needs_count": 28}
    assert item["projects"][0]["waiting"]["sales_yuan_per_year"] == ["output_t_per_year"]
    viewer = browse("place_viewer")
    page = viewer.get(f"/markets/{series.pk}/").content.decode()
    assert "25,000" in page
    assert "录入或更正" not in page


def test_a_quotation_is_typed_in_and_corrected(series, browse):
    office = browse("city_coordinator")
    path = f"/markets/{series.pk}/prices/"
    good = {"on": "2026-01-05", "value": "20,000", "quoted_in": "甲"}
    assert office.post(path, good).status_code == 302
    assert office.post(path, {**good, "value": "21000"}).status_code == 302
    values = Price.objects.order_by("pk").values_list("value", "is_current")
    assert list(values) == [(Decimal(20_000), False), (Decimal(21_000), True)]
    assert TrailEvent.objects.filter(object_type="price").count() == 2
    wrong = [{"on": "五号"}, {"value": "0"}, {"value": "二万"}, {"quoted_in": ""},
             {"low": "30000"}]  # fmt: skip
    for part in wrong:
        response = office.post(path, {**good, **part})
        assert response.status_code == 422, part
    assert browse("place_editor").post(path, good).status_code == 403
    assert Price.objects.count() == 2


def test_the_digest_is_exported_with_a_trail(series, browse):
    quote(series, d2026_01_05=20_000, d2026_01_06=25_000)
    office = browse("city_coordinator")
    response = office.get("/markets/digest.docx", {"as_of": "2026-01-31", "period": LAST})
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert Document(io.BytesIO(response.content)).tables
    assert TrailEvent.objects.filter(action="export", object_type="priceseries").count() == 1


def test_periods_have_titles():
    titles = {price_words.period_title(period) for period in prices.PERIODS}
    assert len(titles) == len(prices.PERIODS)
    assert all(len(list(group)) == 1 for _, group in itertools.groupby(sorted(titles)))
