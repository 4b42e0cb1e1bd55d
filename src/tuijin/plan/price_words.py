"""Prices, moves and what they do, in the reader's language."""

from __future__ import annotations

import math
from collections.abc import Iterator

from django.utils.translation import gettext as _

from tuijin.engines.markets import (
    Choice,
    MeanReversion,
    Undecided,
    half_life_interval_days,
)
from tuijin.ledger.models import Price, PriceSeries
from tuijin.plan.price_effects import Effect, Moved, Waiting
from tuijin.plan.prices import LAST, MONTH, WEEK, Followed, Move, as_observed
from tuijin.see.language import either, is_english
from tuijin.see.wording import write_number, write_ratio
from tuijin.verify import wording
from tuijin.verify.charts import unit_word
from tuijin.verify.showing import name_in_words

_MOST_WAITING = 3


def period_title(period: str) -> str:
    return {WEEK: _("周报（近7天）"), MONTH: _("月报（近30天）"), LAST: _("最近两次报价")}[period]


def series_name(series: PriceSeries) -> str:
    return either(series.name, series.name_en)


def price_text(price: Price | None) -> str:
    """`26,466`, or with its range `66,500 [65,000, 68,000]`."""
    if price is None:
        return "—"
    text = write_number(price.value, places=6)
    if price.low is None or price.high is None:
        return text
    return f"{text} [{write_number(price.low, places=6)}, {write_number(price.high, places=6)}]"


def change_text(move: Move | None) -> str:
    if move is None:
        return "—"
    ratio = move.change_ratio
    return f"{'+' if ratio > 0 else '−' if ratio < 0 else ''}{write_ratio(abs(ratio))}"


def percentile_text(move: Move) -> str:
    """How unusual, in words."""
    found = move.percentile_ratio
    if found is None:
        return _("待定：变动之前的报价不足")
    shown = write_ratio(min(max(found, 0.001), 0.999))
    word = _("少见") if move.is_unusual else _("常见")
    return _("%(word)s：高于预期走势的 %(share)s") % {"word": word, "share": shown}


def standing_text(one: Followed) -> str:
    """How unusual the move is, or what it would take to say."""
    if one.move is None or (one.move.percentile_ratio is None and not is_decided(one)):
        return process_text(one)
    return percentile_text(one.move)


def is_decided(one: Followed) -> bool:
    return isinstance(one.fitted, Choice)


def silence_text(followed: Followed) -> str:
    """Why a series has no move."""
    if followed.last is None:
        return _("还没有报价")
    if followed.is_first_quoted:
        return _("只有一次报价，无从比较")
    return _("期内没有新报价")


def process_text(followed: Followed) -> str:
    """Which process the prices follow, or what it would take to say."""
    fitted = followed.fitted
    if fitted is None:
        return _("待定：报价中有不大于零的数")
    if isinstance(fitted, Undecided):
        if not fitted.needs_count:
            return _("待定：报价从未变动")
        return _("待定：有 %(n)d 个报价，还需 %(needs)d 个") % {
            "n": fitted.n_points, "needs": fitted.needs_count,
        }  # fmt: skip
    return _named(fitted) if fitted.is_clear else _("%(name)s（两者差别不明显）") % {
        "name": _named(fitted)
    }  # fmt: skip


def _named(fitted: Choice) -> str:
    process = fitted.process
    if isinstance(process, MeanReversion):
        return _("均值回归，半衰期约 %(days)s 天") % {
            "days": write_number(process.half_life_days, places=0)
        }
    return _("随机游走")


def process_facts(followed: Followed) -> Iterator[tuple[str, str]]:
    """Label and value of what was fitted."""
    fitted = followed.fitted
    yield _("价格过程"), process_text(followed)
    if not isinstance(fitted, Choice):
        return
    scores = (fitted.walk_score_log, fitted.reversion_score_log)
    walk, reversion = (write_number(100 * score, places=2) for score in scores)
    yield _("预测得分（随机游走 / 均值回归，低者优）"), f"{walk} / {reversion}"
    yield _("评分次数"), str(fitted.n_origins)
    year = math.sqrt(365 * fitted.walk.variance_per_day)
    yield _("年波动率（随机游走）"), write_ratio(year)
    if isinstance(fitted.process, MeanReversion):
        unit = unit_word(followed.series.unit)
        yield (
            _("长期水平"),
            f"{write_number(math.exp(fitted.reversion.level_log), places=0)} {unit}",
        )
        observed = as_observed(followed.prices)
        assert observed is not None
        low, high = half_life_interval_days(observed)
        ends = [write_number(low, places=0), write_number(high, places=0) if math.isfinite(high)
                else "∞"]  # fmt: skip
        yield _("半衰期（天，95% 区间）"), f"{ends[0]} – {ends[1]}"


def metric_name(moved: Moved) -> str:
    name = name_in_words(moved.metric)
    return _("%(name)s（按同类参数）") % {"name": name} if moved.is_typical else name


def amount(value: float, unit: str) -> str:
    return wording.write_range(value, value, unit, english=is_english())


def level(value: float, unit: str) -> str:
    """A figure at one price: four digits, or all before the point; a share to a tenth of 1 %."""
    return amount(_rounded(value, unit), unit).replace("-", "−")  # which no line breaks at


def signed(value: float, unit: str) -> str:
    """A difference of medians; of shares in percentage points."""
    size = abs(_rounded(value, unit))
    if size == 0:
        return _("中位数不变")
    sign = "+" if value > 0 else "−"
    if unit == "ratio":
        points = write_number(100 * size, places=2)
        return _("%(sign)s%(points)s 个百分点") % {"sign": sign, "points": points}
    return f"{sign}{amount(size, unit)}"


def _rounded(value: float, unit: str) -> float:
    if unit == "ratio":
        return round(value, 3) if abs(value) >= 0.01 else float(f"{value:.1g}")
    return float(round(value)) if abs(value) >= 1000 else float(f"{value:.4g}")


def moved_text(moved: Moved) -> str:
    return _("%(name)s %(change)s（%(before)s → %(after)s）") % {
        "name": metric_name(moved),
        "change": signed(moved.difference, moved.unit),
        "before": level(moved.before, moved.unit),
        "after": level(moved.after, moved.unit),
    }


def waiting_text(waiting: tuple[Waiting, ...]) -> str:
    """The first few figures that wait, and for what."""
    comma = ", " if is_english() else "、"
    parts = [
        _("%(name)s（缺%(needs)s）") % {
            "name": name_in_words(one.metric),
            "needs": comma.join(
                either(p.description_zh, p.description) or p.name for p in one.needs[:3]
            ),
        }
        for one in waiting[:_MOST_WAITING]
    ]  # fmt: skip
    rest = len(waiting) - len(parts)
    joined = comma.join(parts)
    return _("%(list)s，另 %(rest)d 项") % {"list": joined, "rest": rest} if rest else joined


def problem_text(effect: Effect) -> str:
    """Why nothing was worked out."""
    said = {
        "hidden": _("数值依据您看不到的数据，不显示"),
        "model": _("项目没有绑定带此参数的模型：%(parameter)s"),
        "unit": _("单位不符：序列为 %(series)s，参数为 %(unit)s"),
        "tax_basis": _("税口径不同（一方含税、一方不含税），未计算"),
        "refused": _("模型无法运行：%(detail)s"),
    }[effect.problem]
    return said % {
        "parameter": effect.link.parameter,
        "series": unit_word(effect.link.series.unit),
        "unit": unit_word(effect.parameter.unit) if effect.parameter else "",
        "detail": effect.detail,
    }
