"""How claims and verdicts are written: short figures, units, what is missing."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from tuijin.discovery import load_plugin, plugin_names
from tuijin.importers.nouns import CHOICES
from tuijin.ledger.metrics import name_of, words_of
from tuijin.see.wording import split_money, write_number
from tuijin.units import UNITS
from tuijin.verify.models import Claim, Verdict

CLAIM_TYPES = "tuijin.verify.claim_types"
MODELS = "tuijin.project_models"
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_MANY = 1e6  # from here on people say 万 and million
_MONEY = {"yuan": ("", ""), "yuan_per_year": ("/年", "/yr")}  # Chinese, English
_SIDES = {"at_least": ("不低于", "at least "), "at_most": ("不高于", "at most ")}


def write_figure(number: float | Decimal, *, digits: int = 3) -> str:
    """Some significant digits: 1.4; 62,500; 167,000; 2.5e9."""
    if number == 0:
        return "0"
    rounded = float(f"{float(number):.{digits}g}")
    if abs(rounded) >= 1e7 or abs(rounded) < 1e-4:
        mantissa, exponent = f"{rounded:e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{rounded:,.6f}".rstrip("0").rstrip(".")


def write_unit(unit: str, *, english: bool) -> str:
    if unit in ("", "ratio", "count", "text"):
        return ""
    return (UNITS[unit].en if english else UNITS[unit].zh) if unit in UNITS else unit


def write_amount(number: float, unit: str, *, english: bool) -> str:
    """Money as people say it: 25 亿元/年, 2.5 bn yuan/yr."""
    digits, word = split_money(float(f"{number:.3g}"), language="en" if english else "zh-hans")
    return f"{digits} {word}{_MONEY[unit][english]}"


def write_range(low: float, high: float, unit: str, *, english: bool) -> str:
    """`62,500 to 167,000 t/yr`, or one figure where both ends are the same."""
    if unit in _MONEY:
        written = [write_amount(end, unit, english=english) for end in (low, high)]
        between = " to " if english else "至"
        return between.join(dict.fromkeys(written))
    digits = 6 if low == high else 3
    least, most = (_write_end(end, unit, digits=digits) for end in (low, high))
    joined = least if least == most else f"{least} to {most}" if english else f"{least}至{most}"
    word = write_unit(unit, english=english)
    if not word:
        return joined
    return f"{joined} {word}" if english else f"{joined}{word}"


def _write_end(number: float, unit: str, *, digits: int) -> str:
    """A share in percent, a count in groups of three: never in powers of ten."""
    shown = float(f"{number * 100 if unit == 'ratio' else number:.{digits}g}")
    text = f"{shown:,.6f}".rstrip("0").rstrip(".")
    return f"{text}%" if unit == "ratio" else text


def write_statement(claim: Claim) -> str:
    """`clearance_minutes.p95 ≤ 2`: the claim as a command prints it, in its own unit."""
    symbol = load_plugin(CLAIM_TYPES, claim.claim_type).symbol
    if claim.claim_type == "by_date":
        text = f"{_metric(claim)} {symbol} {claim.by_date}"
    else:
        target = "?" if claim.target is None else write_figure(claim.target, digits=6)
        text = f"{_metric(claim)} {symbol} {target}"
    if claim.statistic == "probability" and claim.probability_ratio is not None:
        text += f" with probability {claim.probability_ratio}"
    return text


def _metric(claim: Claim) -> str:
    plain = claim.statistic in ("value", "probability")
    return claim.metric if plain else f"{claim.metric}.{claim.statistic}"


def write_value(verdict: Verdict, claim: Claim) -> str:
    """`1.4 [1.3, 1.5]` in the claim's unit, or a date; "" where nothing was measured."""
    if verdict.on is not None:
        return verdict.on.isoformat()
    is_date = claim.claim_type == "by_date" and claim.statistic != "probability"
    if verdict.value is None or is_date:
        return ""
    factor = float(UNITS[claim.unit].factor) if claim.unit in UNITS else 1.0
    if claim.statistic == "probability":
        factor = 1.0
    text = write_figure(verdict.value / factor)
    low, high = verdict.interval_low, verdict.interval_high
    if (low, high) == (None, None):
        return text
    ends = ("…" if end is None else write_figure(end / factor) for end in (low, high))
    return f"{text} [{', '.join(ends)}]"


def write_in_words(verdict: Verdict, claim: Claim, *, english: bool) -> str:
    """
    The value and its interval as people say them: money, percent, millions.

    "" where the plain figure in the claim's unit is as good.
    """
    is_share = claim.statistic == "probability"
    unit = "ratio" if is_share else _said_unit(claim.unit)
    if verdict.value is None or verdict.on is not None or claim.claim_type == "by_date":
        return ""
    ends = (verdict.interval_low, verdict.interval_high)
    figures = [abs(number) for number in (verdict.value, *ends) if number is not None]
    if unit not in (*_MONEY, "ratio") and max(figures) < _MANY:
        return ""
    text = say(verdict.value, unit, english=english)
    if ends == (None, None):
        return text
    said = ["…" if end is None else say(end, unit, english=english) for end in ends]
    return f"{text} [{' – '.join(said)}]"


def say(number: float, unit: str, *, english: bool, digits: int = 3) -> str:
    """An amount in a base unit as people say it: 1,000万吨/年, 10 million t/yr, 4.2%, 25 亿元."""
    if unit in _MONEY:
        return write_amount(number, unit, english=english)
    if unit == "ratio":
        is_nearly_all = 0.99 < abs(number) < 1  # 99.999 % is not 100 %
        return _write_end(number, unit, digits=6 if is_nearly_all else digits)
    rounded, word = float(f"{number:.{digits}g}"), write_unit(unit, english=english)
    if abs(rounded) < _MANY:
        return f"{write_figure(rounded, digits=digits)}{' ' if english and word else ''}{word}"
    steps = ((1e9, "bn"), (1e6, "million")) if english else ((1e8, "亿"), (1e4, "万"))
    step, many = next(found for found in steps if abs(rounded) >= found[0])
    amount = f"{write_number(rounded / step, places=digits)}"
    return f"{amount} {many} {word}".rstrip() if english else f"{amount}{many}{word}"


def _say_range(low: float, high: float, unit: str, *, english: bool) -> str:
    """`62,500 to 167,000 t/yr`: the unit once, where both ends have the same."""
    least, most = (say(end, unit, english=english, digits=6) for end in (low, high))
    if least == most:
        return least
    word = "" if unit in (*_MONEY, "ratio") else write_unit(unit, english=english)
    return f"{least.removesuffix(word).rstrip()}{' to ' if english else '至'}{most}"


def _said_unit(unit: str) -> str:
    return UNITS[unit].base if unit in UNITS and unit != "ppm" else unit


def write_promise(claim: Claim, *, english: bool) -> str:
    """`通关时间（95分位）不高于2分钟`, `Sales: at least 2.5 bn yuan/yr`: the claim in words."""
    code = claim.metric
    if claim.statistic not in ("value", "probability"):
        code += f".{claim.statistic}"
    name = words_of(code)[english]
    compared = CHOICES["claim_type"][claim.claim_type][english].lower()
    if claim.claim_type == "by_date":
        joined = (
            f"{name}: no later than {claim.by_date}"
            if english
            else (f"{name}{compared} {claim.by_date}")
        )
    else:
        target = _write_target(claim, english=english)
        joined = f"{name}: {compared} {target}" if english else f"{name}{compared}{target}"
    if claim.statistic == "probability" and claim.probability_ratio is not None:
        share = say(float(claim.probability_ratio), "ratio", english=english, digits=6)
        joined += f", with a probability of {share}" if english else f"，概率不低于{share}"
    return joined


def _write_target(claim: Claim, *, english: bool) -> str:
    if claim.target is None:
        return "?"
    known = UNITS.get(claim.unit)
    # 万吨 and million yuan are said of the amount, not of the unit
    if known is not None and (_said_unit(claim.unit) in ("ratio", *_MONEY) or known.factor >= 1e4):
        number = float(claim.target * known.factor)
        return say(number, known.base, english=english, digits=6)
    return say(float(claim.target), claim.unit, english=english, digits=6)


def write_needs(verdict: Verdict, *, english: bool, on_terminal: bool = False) -> str:
    """
    What is missing, and the values that would decide it: first the one that is asked for.

    A value is rounded so that it still decides. A terminal shows a range without the side.
    """
    missing = verdict.needs_en if english else verdict.needs_zh
    if verdict.ruling != "UNDECIDED" or not verdict.decides:
        return missing
    name, unit, low, high, *sides = verdict.decides[0]
    side, tells_range = "".join(sides), " at the ranges on file" if low < high else ""
    if verdict.binding.kind != "evidence":  # a target is as it was promised
        low, high = (round_safely(end, unit, side=side) for end in (low, high))
    wanted = _say_range(low, high, unit, english=english)
    if side and not (low < high and on_terminal):
        wanted = f"{_SIDES[side][english]}{wanted}"
    named = _name_of_wanted(verdict, name, missing, english=english)
    if english:
        joint = ", " if ": " in missing else ": "
        return f"{missing}{joint}needs {named}{wanted}{tells_range}"
    joint = "，" if "：" in missing else "："
    return f"{missing}{joint}需要{named}{wanted}" + ("（按现有数据的范围）" if tells_range else "")


def _name_of_wanted(verdict: Verdict, name: str, missing: str, *, english: bool) -> str:
    """The name of what is wanted; "" where what is missing is that alone and says so."""
    words = _in_words(verdict, name, english=english)
    is_alone = (", " if english else "、") not in missing.replace(words, "")
    if is_alone and (verdict.value is None or words in missing):
        return ""
    return f"{words} " if english else words


def round_safely(number: float, unit: str, *, side: str) -> float:
    """
    Few digits, rounded to the side on which a deciding value still decides.

    A share gets two digits, of what it lacks to one where that is less; all else gets three.
    """
    exact = Decimal(f"{number:.9g}")  # a solver stops short of the last digits
    digits = 2 if unit == "ratio" else 3
    if unit == "ratio" and Decimal("0.5") < exact < 1:
        place = (1 - exact).adjusted() - digits + 1
    else:
        place = exact.adjusted() - digits + 1
    how = {"at_least": ROUND_CEILING, "at_most": ROUND_FLOOR}.get(side, ROUND_HALF_EVEN)
    return float((exact / Decimal(10) ** place).to_integral_value(how) * Decimal(10) ** place)


def _in_words(verdict: Verdict, name: str, *, english: bool) -> str:
    """A model's parameter by its description, a metric by its title."""
    described = {p["name"]: p for p in verdict.inputs.get("parameters", ())}.get(name, {})
    return described.get("description" if english else "description_zh") or words_of(name)[english]


def in_words(text: str, *, english: bool) -> str:
    """Give metrics in a sentence their names."""
    return _CODE.sub(lambda found: name_of(found[0])[english], text)


def write_method(verdict: Verdict, *, sources: str, english: bool) -> str:
    """What a verdict rests on, for people: `模型：铜精炼厂`, `evidence: the source`."""
    using = verdict.binding.using
    if verdict.binding.kind == "model" and using in plugin_names(MODELS):
        model = load_plugin(MODELS, using)
        return f"model: {model.title_en}" if english else f"模型：{model.title_zh}"
    return in_words(write_check(verdict, sources=sources, english=english), english=english)


def write_influence(verdict: Verdict, charts: Mapping[str, Any], *, english: bool) -> str:
    """The unknown that moves the metric most, with its total Sobol index; "" without one."""
    found = charts.get("influences")
    if not found:
        return ""
    most = found[0]
    name = _in_words(verdict, most["name"], english=english)
    index = f"{most['total_ratio']:.2f} [{most['low_ratio']:.2f}, {most['high_ratio']:.2f}]"
    return f"{name}: total Sobol index {index}" if english else f"{name}：Sobol总效应 {index}"


def write_check(verdict: Verdict, *, sources: str, english: bool) -> str:
    """`model port, 1,000 draws, seed 7` or `evidence: the source`."""
    binding = verdict.binding
    if binding.kind == "model":
        if english:
            return f"model {binding.using}, {verdict.n_draws:,} draws, seed {verdict.seed}"
        return f"模型 {binding.using}，{verdict.n_draws:,} 次抽样，种子 {verdict.seed}"
    kind = {"evidence": ("evidence", "证据"), "formula": ("formula", "算式")}[binding.kind]
    detail = (
        textwrap.shorten(binding.using, 60, placeholder=" …")
        if binding.kind == "formula"
        else sources
    )
    if english:
        return f"{kind[0]}: {detail}" if detail else kind[0]
    return f"{kind[1]}：{detail}" if detail else kind[1]
