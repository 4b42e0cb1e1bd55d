"""What a refinery engineer wants to see, at what is on record or else typical."""

from __future__ import annotations

import numpy as np

from tuijin.project_models import Bar, Bars, Cell, Picture, Table
from tuijin.project_models.appraisal_pictures import picture_returns
from tuijin.project_models.chains import (
    bar_of_metric,
    known_or_typical,
    picture_flows,
    table_of_needs,
)
from tuijin.project_models.copper_refinery import tank_house
from tuijin.project_models.copper_refinery.chain import NAMES, solve_chain
from tuijin.project_models.copper_refinery.formulas import BOUNDS, FORMULAS
from tuijin.project_models.formulas import Given, evaluate, stand_in

GRADES_RATIO = {"4N": 0.9999, "5N": 0.99999, "6N": 0.999999}
DENSITIES_AMPERES_PER_M2 = (220.0, 250.0, 265.0, 300.0, 350.0, 400.0)
PASSES = (1, 2, 3)


def draw_pictures(given: Given) -> tuple[Picture, ...]:
    flows = picture_flows(solve_chain(given), NAMES, id="materials", title=(
        "物料流程（每吨阴极铜，吨；未入账的按同类水平）",
        "Materials, t per tonne of cathode; typical where not on record"))  # fmt: skip
    own = (flows, _energy(given), _carbon(given), _cost(given), _purity(given),
           _tank_house(given), _needs(given))  # fmt: skip
    levers = ("copper_price_yuan_per_t", "operating_cost_yuan_per_t",
              "unit_investment_yuan_per_t")  # fmt: skip
    return own + picture_returns(FORMULAS, given, BOUNDS, levers=levers)


def _energy(given: Given) -> Bars:
    unit = "kwh_per_t"
    all_kwh = known_or_typical(given, "power_kwh_per_t")
    dc_kwh = float(
        tank_house.dc_kwh_per_t(
            known_or_typical(given, "cell_voltage_volts"),
            known_or_typical(given, "current_efficiency_ratio"),
        )
    )
    bars = (
        bar_of_metric(FORMULAS, given, "dc_kwh_per_t", "电解直流电", "Direct current"),
        Bar("辅助用电", "Auxiliaries", max(0.0, all_kwh - dc_kwh), unit),
        Bar("合计", "Total", all_kwh, unit),
    )
    return Bars("energy", "吨铜电耗（槽电压与效率未核实）",
                "Electricity per tonne (voltage and efficiency unverified)", bars)  # fmt: skip


def _carbon(given: Given) -> Bars:
    bar = bar_of_metric(FORMULAS, given, "grid_power_tco2_per_t", "全部网电（范围二，2022年因子）",
                        "All from the grid (scope 2, factor of 2022)")  # fmt: skip
    return Bars("carbon", "吨铜碳排放（蒸汽、浇铸燃料与原料上游未入账）",
                "CO2 per tonne (steam, fuel and upstream not on record)", (bar,))  # fmt: skip


def _cost(given: Given) -> Bars:
    def bar(metric: str, zh: str, en: str) -> Bar:
        return bar_of_metric(FORMULAS, given, metric, zh, en)

    bars = [
        bar("copper_loss_yuan_per_t", "未回收的铜", "Copper not recovered"),
        bar("power_cost_yuan_per_t", "电费", "Electricity"),
    ]
    if given["conversion_yuan_per_t"].is_known:
        conversion = known_or_typical(given, "conversion_yuan_per_t")
        bars.append(Bar("加工成本", "Conversion", conversion, "yuan_per_t"))
    title = "吨铜成本中已知的部分（原料按铜价，折价未入账）"
    return Bars("cost", title,
                "Known parts of the cost per tonne (discount of the feed not on record)",
                tuple(bars))  # fmt: skip


def _purity(given: Given) -> Table:
    """Purity after one, two and three passes, at both ends of what a pass lets through."""
    row = "impurity_passing_ratio"
    low, high = given[stand_in(given, row)].ends
    anode = known_or_typical(given, "anode_copper_ratio")
    rows = []
    for n in PASSES:
        worst, best = (
            float(evaluate(FORMULAS, "copper_purity_ratio", {
                "anode_copper_ratio": np.array(anode), row: np.array(k),
                "refining_passes_count": np.array(n)}))
            for k in (high, low)
        )  # fmt: skip
        grade = _grade(worst), _grade(best)
        rows.append((
            Cell(n, "count"), Cell(worst * 100, "percent"), Cell(best * 100, "percent"),
            (" 至 ".join(dict.fromkeys(grade)), " to ".join(dict.fromkeys(grade))),
        ))  # fmt: skip
    head = (("精炼次数", "Passes"), ("纯度（不利）", "Purity at worst"),
            ("纯度（有利）", "Purity at best"), ("等级", "Grade"))  # fmt: skip
    return Table("purity", "精炼次数与纯度（各次通过率相同）",
                 "Passes and purity (each lets the same share through)", head,
                 tuple(rows))  # fmt: skip


def _grade(purity: float) -> str:
    """Highest grade reached."""
    reached = [name for name, least in GRADES_RATIO.items() if purity >= least - 1e-12]
    return reached[-1] if reached else "<4N"


def _tank_house(given: Given) -> Table:
    efficiency = known_or_typical(given, "current_efficiency_ratio")
    rows = tuple(
        (
            Cell(density, "amperes_per_m2"),
            Cell(tank_house.deposited_kg_per_m2(density, efficiency), "kg_per_m2_per_day"),
        )
        for density in DENSITIES_AMPERES_PER_M2
    )
    head = (("电流密度", "Current density"), ("日沉积量", "Deposited a day"))
    return Table("tank_house", f"电解沉积（电流效率{efficiency:.1%}）",
                 f"Deposition at {efficiency:.1%} current efficiency", head, rows)  # fmt: skip


def _needs(given: Given) -> Table:
    wanted = (
        ("copper_purity_ratio", GRADES_RATIO["5N"], "产品为5N", "Product is 5N"),
        ("unit_margin_yuan_per_t", 0.0, "按铜价不亏损", "No loss at the copper price"),
        ("share_of_5n_output_ratio", 1.0, "产量等于2019年全国5N及以上产量",
         "Output equals all of China's 5N and better in 2019"),
    )  # fmt: skip
    return table_of_needs(FORMULAS, given, BOUNDS, wanted)
