"""How claims and verdicts are written: short figures, units, what is missing."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from tuijin.discovery import load_plugin
from tuijin.see.wording import split_money
from tuijin.units import UNITS
from tuijin.verify.models import Claim, Verdict

CLAIM_TYPES = "tuijin.verify.claim_types"
_MONEY = {"yuan": ("", ""), "yuan_per_year": ("/年", "/yr")}  # Chinese, English


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
    """`clearance_minutes.p95 ≤ 2`: the claim as it is tested, in its own unit."""
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


def write_money(verdict: Verdict, claim: Claim, *, english: bool) -> str:
    """The value and its interval as money, or "" where the claim is about something else."""
    unit = UNITS[claim.unit].base if claim.unit in UNITS else ""
    if unit not in _MONEY or verdict.value is None or claim.statistic == "probability":
        return ""
    text = write_amount(verdict.value, unit, english=english)
    ends = [
        "…" if end is None else write_amount(end, unit, english=english)
        for end in (verdict.interval_low, verdict.interval_high)
    ]
    return text if ends == ["…", "…"] else f"{text} [{' – '.join(ends)}]"


def write_needs(verdict: Verdict, *, english: bool) -> str:
    """What is missing, and the values that would decide it: first the one that is asked for."""
    missing = verdict.needs_en if english else verdict.needs_zh
    if verdict.ruling != "UNDECIDED" or not verdict.decides:
        return missing
    name, unit, low, high = verdict.decides[0]
    wanted = write_range(low, high, unit, english=english)
    # Without a value, what is missing names it already.
    named = "" if verdict.value is None else f"{_in_words(verdict, name, english=english)} "
    if verdict.binding.kind == "evidence":
        named = load_plugin(CLAIM_TYPES, verdict.inputs["statement"]["claim_type"]).symbol + " "
    is_wide = low < high
    if english:
        return f"{missing}: needs {named}{wanted}" + (" at the ranges on file" if is_wide else "")
    return f"{missing}：需要{named}{wanted}" + ("（按现有数据的范围）" if is_wide else "")


def _in_words(verdict: Verdict, name: str, *, english: bool) -> str:
    """A model's parameter by its description."""
    described = {p["name"]: p for p in verdict.inputs.get("parameters", ())}.get(name, {})
    return described.get("description" if english else "description_zh") or name


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
