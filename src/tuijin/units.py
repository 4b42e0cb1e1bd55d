"""Units: the suffixes allowed in names, and the units a figure may carry."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tuijin.errors import ParameterOutOfRange

# Every float field of a dataclass ends in one of these (tests/test_units.py walks them).
SUFFIXES = (
    "_yuan", "_yuan_per_t", "_yuan_per_year", "_t", "_t_per_year", "_mt_per_year", "_kg", "_days",
    "_hours", "_minutes", "_seconds", "_years", "_km", "_m", "_mu", "_km_per_hour", "_mw", "_mwh",
    "_kwh", "_kwh_per_t", "_tco2", "_ratio", "_deg", "_count", "_count_per_year", "_mwh_per_year",
    "_hours_per_day", "_per_day", "_hours_per_year", "_days_per_year", "_kg_per_mw", "_volts",
    "_amperes", "_m2", "_log",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its code; `factor` times a value gives the same value in `base`."""

    code: str
    base: str
    factor: Decimal
    zh: str
    en: str


def _unit(code: str, base: str, factor: str, zh: str, en: str) -> tuple[str, Unit]:
    return code, Unit(code, base, Decimal(factor), zh, en)


UNITS: dict[str, Unit] = dict(
    [
        _unit("yuan", "yuan", "1", "元", "yuan"),
        _unit("wan_yuan", "yuan", "10000", "万元", "10,000 yuan"),
        _unit("yi_yuan", "yuan", "100000000", "亿元", "100 M yuan"),
        _unit("yuan_per_year", "yuan_per_year", "1", "元/年", "yuan/yr"),
        _unit("yi_yuan_per_year", "yuan_per_year", "100000000", "亿元/年", "100 M yuan/yr"),
        _unit("yuan_per_t", "yuan_per_t", "1", "元/吨", "yuan/t"),
        _unit("t", "t", "1", "吨", "t"),
        _unit("kg", "kg", "1", "千克", "kg"),
        _unit("kg_per_mw", "kg_per_mw", "1", "千克/兆瓦", "kg/MW"),
        _unit("wan_t", "t", "10000", "万吨", "10,000 t"),
        _unit("t_per_year", "t_per_year", "1", "吨/年", "t/yr"),
        _unit("mt_per_year", "t_per_year", "1000000", "百万吨/年", "Mt/yr"),
        _unit("mw", "mw", "1", "兆瓦", "MW"),
        _unit("wan_kw", "mw", "10", "万千瓦", "10 MW"),
        _unit("km", "km", "1", "公里", "km"),
        _unit("mu", "mu", "1", "亩", "mu"),
        _unit("ha", "mu", "15", "公顷", "ha"),
        _unit("seconds", "seconds", "1", "秒", "s"),
        _unit("minutes", "minutes", "1", "分钟", "min"),
        _unit("hours", "hours", "1", "小时", "h"),
        _unit("hours_per_day", "hours_per_day", "1", "小时/天", "h/day"),
        _unit("days", "days", "1", "天", "days"),
        _unit("years", "years", "1", "年", "years"),
        _unit("ratio", "ratio", "1", "比例", "ratio"),
        _unit("percent", "ratio", "0.01", "%", "%"),
        _unit("count", "count", "1", "个", "count"),
        _unit("jobs", "jobs", "1", "人", "people"),
        _unit("kw", "mw", "0.001", "千瓦", "kW"),
        _unit("mwh", "mwh", "1", "兆瓦时", "MWh"),
        _unit("wan_kwh", "mwh", "10", "万千瓦时", "10 MWh"),
        _unit("mwh_per_year", "mwh_per_year", "1", "兆瓦时/年", "MWh/yr"),
        _unit("twh_per_year", "mwh_per_year", "1000000", "太瓦时/年", "TWh/yr"),
        _unit("kwh_per_t", "kwh_per_t", "1", "千瓦时/吨", "kWh/t"),
        _unit("wan_t_per_year", "t_per_year", "10000", "万吨/年", "10,000 t/yr"),
        _unit("t_per_day", "t_per_day", "1", "吨/天", "t/day"),
        _unit("t_per_month", "t_per_month", "1", "吨/月", "t/month"),
        _unit("usd_per_t", "usd_per_t", "1", "美元/吨", "USD/t"),
        _unit("yuan_per_mwh", "yuan_per_mwh", "1", "元/兆瓦时", "yuan/MWh"),
        _unit("yuan_per_kwh", "yuan_per_mwh", "1000", "元/千瓦时", "yuan/kWh"),
        _unit("yuan_per_kw", "yuan_per_kw", "1", "元/千瓦", "yuan/kW"),
        _unit("yuan_per_mu", "yuan_per_mu", "1", "元/亩", "yuan/mu"),
        _unit("wan_yuan_per_mu", "yuan_per_mu", "10000", "万元/亩", "10,000 yuan/mu"),
        _unit("yuan_per_t_per_year", "yuan_per_t_per_year", "1", "元/（吨/年）", "yuan per t/yr"),
        _unit("m", "m", "1", "米", "m"),
        _unit("km2", "mu", "1500", "平方公里", "km²"),
        _unit("km_per_hour", "km_per_hour", "1", "公里/小时", "km/h"),
        _unit("minutes_per_day", "minutes_per_day", "1", "分钟/天", "min/day"),
        _unit("hours_per_year", "hours_per_year", "1", "小时/年", "h/yr"),
        _unit("days_per_year", "days_per_year", "1", "天/年", "days/yr"),
        _unit("count_per_day", "count_per_day", "1", "次/天", "per day"),
        _unit("count_per_year", "count_per_year", "1", "台/年", "per year"),
        _unit("kg_per_t", "kg_per_t", "1", "千克/吨", "kg/t"),
        _unit("nm3_per_t", "nm3_per_t", "1", "标准立方米/吨", "Nm³/t"),
        _unit("kg_per_m2_per_day", "kg_per_m2_per_day", "1", "千克/（平方米·天）", "kg/m²/day"),
        _unit("volts", "volts", "1", "伏", "V"),
        _unit("amperes", "amperes", "1", "安", "A"),
        _unit("amperes_per_m2", "amperes_per_m2", "1", "安/平方米", "A/m²"),
        _unit("ppm", "ratio", "0.000001", "ppm", "ppm"),
        _unit("kgce_per_t", "kgce_per_t", "1", "千克标准煤/吨", "kgce/t"),
        _unit("kgce_per_kwh", "kgce_per_kwh", "1", "千克标准煤/千瓦时", "kgce/kWh"),
        _unit("tce_per_mwh", "tce_per_mwh", "1", "吨标准煤/兆瓦时", "tce/MWh"),
        _unit("tco2_per_year", "tco2_per_year", "1", "吨二氧化碳/年", "tCO2/yr"),
        _unit("tco2_per_mwh", "tco2_per_mwh", "1", "吨二氧化碳/兆瓦时", "tCO2/MWh"),
        _unit("tco2_per_t", "tco2_per_t", "1", "吨二氧化碳/吨", "tCO2/t"),
        _unit("tco2_per_tce", "tco2_per_tce", "1", "吨二氧化碳/吨标准煤", "tCO2/tce"),
        _unit("gbp", "gbp", "1", "英镑", "GBP"),
        _unit("usd", "usd", "1", "美元", "USD"),
        _unit("yi_usd", "usd", "100000000", "亿美元", "USD 100 M"),
        _unit("mn_gbp", "gbp", "1000000", "百万英镑", "GBP M"),
        _unit("date", "date", "1", "日期", "date"),
        _unit("text", "text", "1", "文字", "text"),
    ]
)


def to_base(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """Return the value in its base unit, and that unit's code."""
    if unit not in UNITS:
        raise ParameterOutOfRange(f"unit must be one of {', '.join(UNITS)}, got {unit!r}")
    return value * UNITS[unit].factor, UNITS[unit].base
