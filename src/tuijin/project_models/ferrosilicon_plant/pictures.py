"""What a furnace engineer wants to see, at what is on record or else typical."""

from __future__ import annotations

from tuijin.engines.balance import Balance, read_figures
from tuijin.project_models import Bar, Bars, Cell, Picture, Table
from tuijin.project_models.appraisal_pictures import picture_returns
from tuijin.project_models.chains import (
    bar_of_metric,
    known_or_typical,
    picture_flows,
    table_of_needs,
)
from tuijin.project_models.ferrosilicon_plant import metallurgy
from tuijin.project_models.ferrosilicon_plant.chain import NAMES, read_levels, solve_chain
from tuijin.project_models.ferrosilicon_plant.formulas import BOUNDS, FORMULAS
from tuijin.project_models.formulas import Given

ALUMINIUM_TARGETS_RATIO = (0.01, 0.008, 0.005, 0.003)  # DL grades, not confirmed
NM3_PER_KG_OXYGEN = 22.414 / metallurgy.O2


def draw_pictures(given: Given) -> tuple[Picture, ...]:
    balance = solve_chain(given)
    flows = picture_flows(balance, NAMES, id="materials", title=(
        "物料流程（每吨硅铁，吨；未入账的按同类水平）",
        "Materials, t per tonne of alloy; typical where not on record"))  # fmt: skip
    own = (flows, _energy(given, balance), _carbon(given), _cost(given), _aluminium(given),
           _needs(given))  # fmt: skip
    levers = ("ferrosilicon_price_yuan_per_t", "operating_cost_yuan_per_t",
              "unit_investment_yuan_per_t")  # fmt: skip
    return own + picture_returns(FORMULAS, given, BOUNDS, levers=levers)


def _energy(given: Given, balance: Balance) -> Bars:
    figures = read_figures(balance)
    power = float(figures["power_kwh_per_t"].sample[0]) * known_or_typical(
        given, "power_kgce_per_kwh"
    )
    total = float(figures["energy_kgce_per_t"].sample[0])
    floor = float(metallurgy.chemical_floor_kwh_per_t(known_or_typical(given, "silicon_ratio")))
    unit = "kgce_per_t"
    bars = [
        Bar(
            "其中：反应热下限",
            "of it: heat of reaction",
            floor * power / known_or_typical(given, "power_kwh_per_t"),
            unit,
        ),
        Bar("电力（当量值）", "Electricity (equivalent value)", power, unit),
        Bar("焦炭", "Coke", total - power, unit),
        bar_of_metric(FORMULAS, given, "energy_kgce_per_t", "合计", "Total"),
    ]
    return Bars("energy", "吨产品综合能耗与限额（限额未核实）",
                "Energy per tonne beside the limits (limits unverified)",
                (*bars, *_levels("energy_kgce_per_t", unit)))  # fmt: skip


def _levels(figure: str, unit: str) -> tuple[Bar, ...]:
    return tuple(
        Bar(f"{zh}（未核实）", f"{level.name} (unverified)", level.level, unit)
        for level, zh in read_levels().values()
        if level.figure == figure
    )


def _carbon(given: Given) -> Bars:
    def bar(metric: str, zh: str, en: str) -> Bar:
        return bar_of_metric(FORMULAS, given, metric, zh, en)

    bars = (
        bar("stoichiometric_tco2_per_t", "化学计量下限（范围一）", "Stoichiometry (scope 1)"),
        bar("direct_tco2_per_t", "焦炭与电极糊（范围一）", "Coke and paste (scope 1)"),
        *_levels("direct_tco2_per_t", "tco2_per_t"),
        bar("grid_power_tco2_per_t", "全部网电（范围二，2022年因子）",
            "All from the grid (scope 2, factor of 2022)"),
    )  # fmt: skip
    return Bars("carbon", "吨产品碳排放", "CO2 per tonne", bars)


def _cost(given: Given) -> Bars:
    other = known_or_typical(given, "other_cost_yuan_per_t")
    cost = known_or_typical(given, "unit_cost_yuan_per_t")
    rows = (
        ("材料、人工等（未核实）", "Materials, labour and so on (unverified)", other),
        ("电费（由成本反推）", "Electricity (what is left of the cost)", cost - other),
        ("完全成本", "Full cost", cost),
        (
            "售价（FeSi72）",
            "Price (FeSi72)",
            known_or_typical(given, "ferrosilicon_price_yuan_per_t"),
        ),
    )
    bars = tuple(Bar(zh, en, value, "yuan_per_t") for zh, en, value in rows)
    return Bars("cost", "吨成本构成", "Cost build-up per tonne", bars)


def _aluminium(given: Given) -> Table:
    """What each grade takes, from the highest aluminium as tapped."""
    _, tapped = given["tapped_aluminium_ratio"].ends
    rows = []
    for target in ALUMINIUM_TARGETS_RATIO:
        removed_ratio = max(0.0, 1 - target / tapped)
        removed_kg = removed_ratio * tapped * metallurgy.KG_PER_T
        oxygen_kg = metallurgy.oxygen_for_aluminium_kg(removed_kg)
        silica_kg = metallurgy.silica_for_aluminium_kg(removed_kg)
        rows.append((
            Cell(target * 100, "percent"), Cell(removed_ratio * 100, "percent"),
            Cell(oxygen_kg, "kg_per_t"), Cell(oxygen_kg * NM3_PER_KG_OXYGEN, "nm3_per_t"),
            Cell(silica_kg, "kg_per_t"),
        ))  # fmt: skip
    head = (
        ("铝含量目标", "Al aimed at"), ("须除去的比例", "Share to remove"),
        ("吹氧（选择性100%）", "Oxygen, all on Al"), ("同，体积", "the same, volume"),
        ("或渣中二氧化硅", "or SiO2 of slag"),
    )  # fmt: skip
    return Table("aluminium", f"炉外除铝（出炉含铝{tapped:.1%}起）",
                 f"Aluminium removal in the ladle, from {tapped:.1%} as tapped", head,
                 tuple(rows))  # fmt: skip


def _needs(given: Given) -> Table:
    levels = [
        (level.figure, level.level, f"不高于{zh}（未核实）", f"At most: {level.name} (unverified)")
        for level, zh in read_levels().values()
    ]
    wanted = (
        *levels,
        ("aluminium_ratio", ALUMINIUM_TARGETS_RATIO[0], "铝不高于1.0%", "Al at most 1.0 %"),
        ("unit_margin_yuan_per_t", 0.0, "按现价不亏损", "No loss at the price on file"),
    )
    return table_of_needs(FORMULAS, given, BOUNDS, wanted)
