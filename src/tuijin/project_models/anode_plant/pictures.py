"""What a plant engineer wants to see, at what is on record or else typical."""

from __future__ import annotations

from tuijin.engines.balance import read_figures
from tuijin.project_models import Bar, Bars, Cell, Picture, Table
from tuijin.project_models.anode_plant import graphite
from tuijin.project_models.anode_plant.chain import NAMES, solve_chain, yields_are_known
from tuijin.project_models.anode_plant.process import PRICE_BOUNDS, PROCESS, PROCESS_BOUNDS
from tuijin.project_models.appraisal_pictures import picture_returns
from tuijin.project_models.chains import (
    bar_of_metric,
    known_or_typical,
    middle_of,
    picture_flows,
    picture_steps,
)
from tuijin.project_models.formulas import Given

PRICES_YUAN_PER_T = (40_000.0, 18_000.0, 15_000.0)  # beside the price on file
POWERS_KWH_PER_T = (6000.0, 7000.0, 9000.0, 12_000.0)  # best, industry now, older practice


def draw_pictures(given: Given) -> tuple[Picture, ...]:
    balance = solve_chain(given)
    title = ("物料流程（每吨负极，吨）", "Materials, t per tonne of anode material")
    if not yields_are_known(given):
        title = (
            "物料流程下限（每吨负极，吨；收率未入账的工序按无损耗）",
            "Materials at least, t per tonne; stages lose nothing where no yield is on record",
        )
    energy = picture_steps(
        read_figures(balance)["power_kwh_per_t"], NAMES, id="energy",
        title=("分工序电耗（未入账的工序不计）", "Electricity by stage (those on record)"),
    )  # fmt: skip
    flows = picture_flows(balance, NAMES, id="materials", title=title)
    returns = picture_returns(
        PROCESS, given, PROCESS_BOUNDS | PRICE_BOUNDS,
        levers=("price_yuan_per_t", "operating_cost_yuan_per_t", "unit_investment_yuan_per_t",
                "utilisation_ratio"),
    )  # fmt: skip
    return (
        flows, energy, _graphitisation(given), _carbon(given), _cost(given), *_needs(given),
        *returns,
    )  # fmt: skip


def _graphitisation(given: Given) -> Table:
    """Furnace efficiency and carbon at the levels reported."""
    floor = graphite.heating_floor_kwh_per_t(graphite.GRAPHITISED_KELVIN)
    factor = known_or_typical(given, "grid_tco2_per_mwh")
    rows = tuple(
        (
            Cell(power, "kwh_per_t"),
            Cell(floor / power * 100, "percent"),
            Cell(power / 1000 * factor, "tco2_per_t"),
        )
        for power in POWERS_KWH_PER_T
    )
    head = (("石墨化电耗", "Electricity"), ("炉效率（理论热÷电耗）", "Furnace efficiency"),
            ("网电排放（范围二，2022年因子）", "CO2 from the grid (scope 2, 2022)"))  # fmt: skip
    return Table("graphitisation", f"石墨化：升温至3000 K的理论热为{floor:,.0f}千瓦时/吨",
                 f"Graphitisation: heat to 3,000 K is {floor:,.0f} kWh/t", head, rows)  # fmt: skip


def _carbon(given: Given) -> Bars:
    unit = "tco2_per_t"
    bars = (
        bar_of_metric(PROCESS, given, "graphitisation_tco2_per_t", "石墨化网电（范围二，2022年）",
                      "Graphitisation from the grid (scope 2, factor of 2022)"),
        Bar("人造石墨全生命周期（文献）", "Synthetic graphite, cradle to gate (published)",
            known_or_typical(given, "cradle_tco2_per_t"), unit),
        Bar("天然石墨负极（文献）", "Natural graphite anode (published)",
            known_or_typical(given, "natural_tco2_per_t"), unit),
    )  # fmt: skip
    return Bars("carbon", "吨产品碳排放", "CO2 per tonne", bars)


def _cost(given: Given) -> Bars:
    unit = "yuan_per_t"
    feed_t = float(-solve_chain(given).crossing_t_per_year("coke")[0])
    zh, en = ("原料焦", "Coke") if yields_are_known(given) else ("原料焦（下限）", "Coke, at least")
    low, high = given["coke_price_yuan_per_t"].ends
    bars = (
        Bar(zh, en, feed_t * (low + high) / 2, unit, feed_t * low, feed_t * high),
        bar_of_metric(PROCESS, given, "graphitisation_cost_yuan_per_t", "自有石墨化电费",
                      "Electricity of own graphitisation"),
        Bar("石墨化委外（另一做法）", "Outsourced graphitisation (instead)",
            known_or_typical(given, "toll_yuan_per_t"), unit),
        Bar("售价", "Price", known_or_typical(given, "price_yuan_per_t"), unit),
    )  # fmt: skip
    return Bars("cost", "吨成本中已知的部分（沥青、其他加工与折旧未入账）",
                "Known parts of the cost (pitch, other processing, depreciation not on record)",
                bars)  # fmt: skip


def _needs(given: Given) -> tuple[Table, ...]:
    """What the promised sales need at several prices; nothing where none are on record."""
    sales = middle_of(given["stated_sales_yuan_per_year"])
    if sales is None:
        return ()
    utilisation = known_or_typical(given, "utilisation_ratio")
    market_t = known_or_typical(given, "market_output_t_per_year")
    low, high = given["peer_capital_yuan_per_t"].ends
    rows = []
    for price in sorted((known_or_typical(given, "price_yuan_per_t"), *PRICES_YUAN_PER_T)):
        tonnes = sales * known_or_typical(given, "vat_factor_ratio") / price
        rows.append((
            Cell(price, "yuan_per_t"), Cell(tonnes, "t_per_year"),
            Cell(tonnes / utilisation, "t_per_year"), Cell(tonnes / market_t * 100, "percent"),
            Cell(tonnes * low / 1e8, "yi_yuan"), Cell(tonnes * high / 1e8, "yi_yuan"),
        ))  # fmt: skip
    head = (("售价", "Price"), ("所需销量", "Tonnage needed"),
            (f"按利用率{utilisation:.1%}所需产能", f"Capacity at {utilisation:.1%} utilisation"),
            ("占全国产量", "Share of China's output"),
            ("所需投资（低）", "Capital, low"), ("所需投资（高）", "Capital, high"))  # fmt: skip
    title = f"年销售{sales / 1e8:g}亿元须满足"
    title_en = f"What sales of {sales / 1e9:g} bn yuan a year need"
    return (Table("needs", title, title_en, head, tuple(rows)),)
