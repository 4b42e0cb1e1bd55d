"""How claims and verdicts are written for people: which side decides, few digits, no codes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tuijin.verify import wording
from tuijin.verify.models import Binding, Claim, Verdict


def verdict(decided, *, kind="model", using="border_port", needs=("最大未知：开箱查验比例",
            "biggest unknown: share opened"), value=1.9, name="开箱查验比例"):  # fmt: skip
    parameters = [{"name": decided[0], "description_zh": name, "description": "share opened"}]
    return Verdict(
        ruling="UNDECIDED", value=value, needs_zh=needs[0], needs_en=needs[1], decides=[decided],
        binding=Binding(kind=kind, using=using), inputs={"parameters": parameters},
        n_draws=128, seed=7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("decided", "zh", "en"),
    [
        (["x", "ratio", 0.0501367, 0.0501367, "at_most"], "需要不高于5%", "needs at most 5%"),
        (["x", "ratio", 3.05e-6, 3.05e-6, "at_most"], "需要不高于0.0003%", "needs at most 0.0003%"),
        (["x", "ratio", 0.99951, 0.99951, "at_least"], "需要不低于99.951%",
         "needs at least 99.951%"),
        (["x", "minutes", 0.361328, 0.361328, "at_most"], "需要不高于0.361分钟",
         "needs at most 0.361 min"),
        (["x", "yuan_per_t", 94_311.2, 94_311.2, "at_least"], "需要不低于94,400元/吨",
         "needs at least 94,400 yuan/t"),
        (["x", "ratio", 0.6, 20.5, "at_least"], "需要不低于60%至2,100%（按现有数据的范围）",
         "needs at least 60% to 2,100% at the ranges on file"),
        (["x", "t_per_year", 1.2341e7, 1.2341e7, "at_least"], "需要不低于1,240万吨/年",
         "needs at least 12.4 million t/yr"),
        (["x", "ratio", 0.0501367, 0.0501367], "需要5%", "needs 5%"),
    ],
)  # fmt: skip
def test_needs_have_a_side_and_few_digits_that_still_decide(decided, zh, en):
    found = verdict(decided)
    assert wording.write_needs(found, english=False) == f"最大未知：开箱查验比例，{zh}"
    assert wording.write_needs(found, english=True) == f"biggest unknown: share opened, {en}"


@pytest.mark.parametrize("number", [0.0501367, 0.4449, 0.90001, 0.99951, 94_311.2, 62_500.0000001])
@pytest.mark.parametrize("unit", ["ratio", "t_per_year"])
def test_a_rounded_value_still_passes(number, unit):
    tolerance = 1 + 1e-8
    assert wording.round_safely(number, unit, side="at_least") * tolerance >= number
    assert wording.round_safely(number, unit, side="at_most") <= number * tolerance


def test_what_is_wanted_is_named_where_what_is_missing_is_another_thing():
    found = verdict(["x", "minutes", 3.0, 3.0, "at_most"], name="开箱时间")
    assert wording.write_needs(found, english=False) == (
        "最大未知：开箱查验比例，需要开箱时间不高于3分钟"
    )


def test_ends_that_round_to_one_have_their_side_on_a_terminal_too():
    found = verdict(["x", "yuan_per_t", 94_311.0, 94_320.0, "at_least"])
    assert wording.write_needs(found, english=True, on_terminal=True).endswith(
        "needs at least 94,400 yuan/t at the ranges on file"
    )


def test_a_metric_that_is_wanted_goes_by_its_title():
    found = Verdict(
        ruling="UNDECIDED", value=None, inputs={}, binding=Binding(kind="evidence", using="x"),
        needs_en="Use of waste heat, cold and pressure not on record",
        decides=[["waste_heat_use_ratio", "ratio", 0.5, 0.5, "at_least"]],
    )  # fmt: skip
    assert wording.write_needs(found, english=True) == (
        "Use of waste heat, cold and pressure not on record: needs at least 50%"
    )


def test_a_terminal_shows_a_range_without_its_side():
    found = verdict(
        ["x", "t_per_year", 62_500.0, 166_667.0, "at_least"], value=None,
        needs=("年销量未入账", "share opened not on record"),
    )  # fmt: skip
    told = "share opened not on record: needs {}62,500 to 167,000 t/yr at the ranges on file"
    assert wording.write_needs(found, english=True, on_terminal=True) == told.format("")
    assert wording.write_needs(found, english=True) == told.format("at least ")


@pytest.mark.parametrize(
    ("claim", "zh", "en"),
    [
        (Claim(metric="clearance_minutes", claim_type="at_most", statistic="p95",
               target=Decimal(2), unit="minutes"),
         "通关时间（95分位）不高于2分钟", "Clearance time (95th percentile): at most 2 min"),
        (Claim(metric="freight_t_per_year", claim_type="at_least", statistic="value",
               target=Decimal(10_000_000), unit="t_per_year"),
         "年过货量不低于1,000万吨/年", "Freight: at least 10 million t/yr"),
        (Claim(metric="sales_yuan_per_year", claim_type="at_least", statistic="probability",
               target=Decimal(25), unit="yi_yuan_per_year", probability_ratio=Decimal("0.9")),
         "年销售收入不低于25 亿元/年，概率不低于90%",
         "Sales: at least 2.5 bn yuan/yr, with a probability of 90%"),
        (Claim(metric="in_operation_on", claim_type="by_date", statistic="value",
               by_date=date(2025, 9, 21), unit="date"),
         "投入运行日期不晚于 2025-09-21", "In operation on: no later than 2025-09-21"),
    ],
)  # fmt: skip
def test_a_promise_in_words(claim, zh, en):
    assert wording.write_promise(claim, english=False) == zh
    assert wording.write_promise(claim, english=True) == en


def test_values_as_people_say_them():
    claim = Claim(metric="freight_t_per_year", claim_type="at_least", unit="t_per_year")
    found = Verdict(value=1.2e7, interval_low=9.5e6, interval_high=None)
    assert wording.write_in_words(found, claim, english=False) == "1,200万吨/年 [950万吨/年 – …]"
    assert wording.write_in_words(found, claim, english=True) == (
        "12 million t/yr [9.5 million t/yr – …]"
    )
    share = Claim(metric="availability_ratio", claim_type="at_least", unit="ratio")
    assert wording.write_in_words(Verdict(value=0.483), share, english=True) == "48.3%"
    minutes = Claim(metric="clearance_minutes", claim_type="at_most", unit="minutes")
    assert wording.write_in_words(Verdict(value=1.4), minutes, english=True) == ""


def test_a_method_names_the_model_and_not_its_settings():
    found = verdict(["x", "ratio", 0.05, 0.05, "at_most"])
    told = wording.write_method(found, sources="", english=False)
    assert told == "模型：边境口岸 AGV 跨境运输"
    assert "draws" not in wording.write_method(found, sources="", english=True)
    formula = verdict(["x", "ratio", 1, 1], kind="formula", using="sales_yuan_per_year / 2")
    assert wording.write_method(formula, sources="", english=True) == "formula: Sales / 2"
    charts = {"influences": [{"name": "x", "total_ratio": 0.48, "low_ratio": 0.25,
                              "high_ratio": 0.86}]}  # fmt: skip
    assert wording.write_influence(found, charts, english=False) == (
        "开箱查验比例：Sobol总效应 0.48 [0.25, 0.86]"
    )
