"""The rows of an appraisal workbook: what is given, and every formula of the statements."""

from __future__ import annotations

from tuijin.engines.returns import Project, benchmark_ratio
from tuijin.engines.returns.layout import (
    DAYS_A_YEAR,
    effective_ratio,
    interest_written_off_by_year,
    written_off_by_year,
)
from tuijin.engines.returns.tables import TITLES
from tuijin.engines.returns.tax_rates import income_tax_ratios
from tuijin.engines.returns.yearly import by_operation_year, by_spending_year, by_year
from tuijin.plan.appraisal_sheet import YearSheet
from tuijin.plan.appraisal_words import Say

OTHER_TAXES = "other_taxes"


# Rows that no statement shows.
_TITLES = TITLES | {
    "capital_equity": "流动资金中资本金",
    "interest_total": "建设期利息（累计）",
    "interest_written": "建设期利息折旧",
    "profit_to_tax": "应税利润",
    "book": "资产净值（不含建设期利息）",
    "interest_book": "建设期利息净值",
    "flow": "融资后净现金流量",
    "available_first": "还款前可用资金",
    "available": "可用资金",
}


def build_sheet(project: Project, *, say: Say = str) -> YearSheet:
    sheet = YearSheet(project.n_years, say)
    _scalars(sheet, project)
    building = [float(t < project.construction_years) for t in range(project.n_years)]
    sheet.given("building", "建设期（1为是）", building)
    sheet.given("load", "生产负荷", by_operation_year(project, project.load_ratio).tolist())
    _products(sheet, project)
    _costs(sheet, project)
    _assets(sheet, project)
    _rest_of_plan(sheet, project)
    _vat(sheet, project)
    _loans(sheet, project)
    _capital(sheet)
    _profit(sheet, project)
    _flows(sheet, project)
    _balance(sheet, project)
    return sheet


def _scalars(sheet: YearSheet, project: Project) -> None:
    extra, rule = project.surcharges, project.distribution
    benchmark, equity = benchmark_ratio(project), project.equity_benchmark_ratio
    for name, title, value in (
        ("benchmark", "基准收益率", benchmark or 0.0),
        ("equity_benchmark", "资本金基准收益率", equity or 0.0),
        ("city", "城市维护建设税率", extra.city_construction_ratio),
        ("education", "教育费附加率", extra.education_ratio),
        ("local_education", "地方教育附加率", extra.local_education_ratio),
        ("capital_rate", "流动资金借款利率", project.working_capital.rate_ratio),
        ("short_rate", "短期借款利率", project.short_rate_ratio),
        ("reserve_ratio", "法定盈余公积金提取率", rule.reserve_ratio),
        ("payout_ratio", "利润分配比例", rule.payout_ratio),
        ("loss_years", "亏损结转年限", float(project.income_tax.loss_years)),
    ):
        sheet.scalar(name, title, value)
    for i, (name, loan) in enumerate(project.loans.items()):
        sheet.scalar(f"rate{i}", f"借款利率（年实际）{name}", effective_ratio(loan))


def _products(sheet: YearSheet, project: Project) -> None:
    revenue, vat, resource, receivable = [], [], [], []
    for i, (name, product) in enumerate(project.products.items()):
        load = project.load_ratio if product.load_ratio is None else product.load_ratio
        for key, title, values in (
            ("quantity", f"达产年销量（{product.unit}）", product.quantity),
            ("loaded", "生产负荷", load),
            ("price", "单价", product.price),
            ("rate", "销项税率", product.vat_ratio),
            ("resource", "资源税率", product.resource_tax_ratio),
        ):
            row = by_operation_year(project, values).tolist()
            sheet.given(f"product{i}_{key}", f"{name} {title}", row)
        net = f"/(1+[product{i}_rate])" if product.includes_vat else ""
        gross = f"=[product{i}_quantity]*[product{i}_loaded]*[product{i}_price]"
        sheet.formula(f"product{i}", f"{name} 收入", gross + net)
        sheet.formula(f"product{i}_vat", f"{name} 销项税", f"=[product{i}]*[product{i}_rate]")
        revenue.append(f"product{i}")
        vat.append(f"product{i}_vat")
        resource.append(f"[product{i}]*[product{i}_resource]")
        receivable.append(f"[product{i}]*{product.receivable_days / DAYS_A_YEAR!r}")
    sheet.total("revenue", TITLES["revenue"], revenue)
    sheet.total("output_vat", TITLES["output_vat"], vat)
    sheet.formula("resource_tax", "资源税", "=" + "+".join(resource))
    sheet.formula("receivable", "应收账款", "=" + "+".join(receivable))


def _costs(sheet: YearSheet, project: Project) -> None:
    costs, vat = [], []
    days: dict[str, list[str]] = {"stock": ["0"], "cash": ["0"], "payable": ["0"]}
    for i, (name, cost) in enumerate(project.costs.items()):
        paid = by_operation_year(project, cost.yuan_per_year).tolist()
        rate = by_operation_year(project, cost.vat_ratio).tolist()
        sheet.given(f"cost{i}_full", f"{name} 达产年成本", paid)
        sheet.given(f"cost{i}_rate", f"{name} 进项税率", rate)
        net = f"/(1+[cost{i}_rate])" if cost.includes_vat else ""
        load = "*[load]" if cost.varies else ""
        sheet.formula(f"cost{i}", f"{name} 成本", f"=[cost{i}_full]{load}{net}")
        sheet.formula(f"cost{i}_vat", f"{name} 进项税", f"=[cost{i}]*[cost{i}_rate]")
        costs.append(f"cost{i}")
        vat.append(f"cost{i}_vat")
        for kind, terms in days.items():
            terms.append(f"[cost{i}]*{getattr(cost, f'{kind}_days') / DAYS_A_YEAR!r}")
    sheet.total("operating_cost", TITLES["operating_cost"], costs)
    sheet.total("input_vat", TITLES["input_vat"], vat)
    capital = project.working_capital
    needed = by_operation_year(project, capital.yuan_by_year).tolist()
    sheet.given("capital_given", "流动资金（另计）", needed)
    days["cash"].append("[capital_given]" + ("*[load]" if capital.varies else ""))
    for kind, title in (("stock", "存货"), ("cash", "现金"), ("payable", "应付账款")):
        sheet.formula(f"{kind}_needed", title, "=" + "+".join(days[kind]))


def _assets(sheet: YearSheet, project: Project) -> None:
    spent: list[str] = []
    vat: list[str] = []
    fixed: list[str] = []
    others: list[str] = []
    for i, (name, asset) in enumerate(project.assets.items()):
        paid = by_spending_year(project, asset.yuan_by_year).tolist()
        sheet.given(f"asset{i}_paid", f"{name} 投资", paid)
        shares = written_off_by_year(project, asset).tolist()
        sheet.given(f"asset{i}_share", f"{name} 折旧摊销率", shares)
        net = f"/(1+{asset.vat_ratio!r})" if asset.includes_vat else ""
        sheet.formula(f"asset{i}", f"{name} 投资（不含税）", f"=[asset{i}_paid]{net}")
        sheet.formula(f"asset{i}_vat", f"{name} 进项税", f"=[asset{i}]*{asset.vat_ratio!r}")
        written = f"=SUM([asset{i}*])*[asset{i}_share]"
        sheet.formula(f"asset{i}_written", f"{name} 折旧摊销", written)
        spent.append(f"asset{i}")
        vat.append(f"asset{i}_vat")
        is_fixed = asset.kind in ("building", "equipment")
        (fixed if is_fixed else others).append(f"asset{i}_written")
    sheet.total("investment", TITLES["investment"], spent)
    sheet.total("investment_vat", TITLES["investment_vat"], vat)
    sheet.total("depreciation_before", "折旧费（不含建设期利息）", fixed)
    sheet.total("amortisation", TITLES["amortisation"], others)


def _rest_of_plan(sheet: YearSheet, project: Project) -> None:
    taxes, received, untaxed = [], [], []
    for i, (name, tax) in enumerate(project.other_taxes.items()):
        row = by_operation_year(project, tax.yuan_per_year).tolist()
        sheet.given(f"tax{i}", f"{name} 税", row)
        taxes.append(f"tax{i}")
    for i, (name, subsidy) in enumerate(project.subsidies.items()):
        row = by_operation_year(project, subsidy.yuan_per_year).tolist()
        sheet.given(f"subsidy{i}", f"{name} 补贴", row)
        received.append(f"subsidy{i}")
        untaxed += [] if subsidy.taxed else [f"subsidy{i}"]
    sheet.total(OTHER_TAXES, "其他税", [*taxes, "resource_tax"])
    sheet.total("subsidy", TITLES["subsidy"], received)
    sheet.total("untaxed", "不征税补贴", untaxed)
    sheet.given("tax_rate", "所得税率", income_tax_ratios(project).tolist())
    shares = interest_written_off_by_year(project).tolist()
    sheet.given("interest_share", "建设期利息折旧率", shares)
    equity = by_operation_year(project, project.working_capital.equity_ratio).tolist()
    sheet.given("capital_equity_ratio", "流动资金中资本金比例", equity)


def _vat(sheet: YearSheet, project: Project) -> None:
    balance = "[output_vat]-[input_vat]-[investment_vat]-[vat_credit-]"
    sheet.formula("vat", TITLES["vat"], f"=MAX(0,{balance})")
    sheet.formula("vat_credit", TITLES["vat_credit"], f"=MAX(0,-({balance}))")
    levied = f"=[vat]*({{city}}+{{education}}+{{local_education}})+[{OTHER_TAXES}]"
    sheet.formula("taxes_and_surcharges", TITLES["taxes_and_surcharges"], levied)


def _loans(sheet: YearSheet, project: Project) -> None:
    parts: dict[str, list[str]] = {"drawn": [], "interest": [], "agreed": [], "owed": []}
    paid: list[str] = []
    for i, (name, loan) in enumerate(project.loans.items()):
        own = f"loan{i}"
        sheet.given(f"{own}_share", f"{name} 占投资比例",
                    by_year(loan.share_ratio, project.n_years).tolist())  # fmt: skip
        first = project.construction_years + loan.grace_years + 1
        due = [float(t == first) for t in range(1, project.n_years + 1)]
        sheet.given(f"{own}_first", f"{name} 开始还款年（1为是）", due)
        spent = f"=[{own}_share]*([investment]+[investment_vat])"
        sheet.formula(f"{own}_drawn", f"{name} 借入", spent)
        cost = f"=([{own}_owed-]+[{own}_drawn]/2)*{{rate{i}}}"
        sheet.formula(f"{own}_interest", f"{name} 利息", cost)
        before = f"([{own}_owed-]+[{own}_drawn])"
        if loan.repayment == "equal_payment":
            factor = f"IF({{rate{i}}}=0,1/{loan.term_years},-PMT({{rate{i}}},{loan.term_years},1))"
        else:
            factor = f"1/{loan.term_years}" if loan.repayment == "equal_principal" else "0"
        part = f"=IF([{own}_first]=1,{before}*{factor},[{own}_part-])"
        sheet.formula(f"{own}_part", f"{name} 每年应还", part)
        level = f"-[{own}_interest]" if loan.repayment == "equal_payment" else ""
        agreed = f"=IF([building]=1,0,MIN({before},MAX(0,[{own}_part]{level})))"
        sheet.formula(f"{own}_agreed", f"{name} 约定还本", agreed)
        able = "0"
        if loan.repayment == "as_able":
            begun = f"SUM([{own}_begun-],[{own}_first])"
            sheet.formula(f"{own}_begun", f"{name} 已开始还款", f"={begun}")
            left = "-".join(["[available_first]", *paid])
            able = f"IF([{own}_begun]=1,MIN({before},MAX(0,{left})),0)"
            paid.append(f"[{own}_able]")
        sheet.formula(f"{own}_able", f"{name} 按能力还本", f"={able}")
        is_paid = loan.interest_in_construction == "paid"
        kept = "0" if is_paid else f"[building]*[{own}_interest]"
        owed = f"={before}+{kept}-[{own}_agreed]-[{own}_able]"
        sheet.formula(f"{own}_owed", f"{name} 余额", owed)
        for key, names in parts.items():
            names.append(f"{own}_{key}")
    sheet.total("loan_drawn", TITLES["loan_drawn"], parts["drawn"])
    sheet.total("all_interest", "长期借款应计利息", parts["interest"])
    sheet.total("agreed", "约定还本", parts["agreed"])
    sheet.total("as_able", "按能力还本", [f"loan{i}_able" for i in range(len(project.loans))])
    sheet.total("long_loans", TITLES["long_loans"], parts["owed"])
    sheet.formula("capitalised_interest", TITLES["capitalised_interest"],
                  "=[building]*[all_interest]")  # fmt: skip
    sheet.formula("loan_interest", TITLES["loan_interest"], "=(1-[building])*[all_interest]")
    sheet.formula("principal", TITLES["principal"], "=[agreed]+[as_able]")
    cash = [
        f"[building]*[loan{i}_interest]"
        for i, loan in enumerate(project.loans.values())
        if loan.interest_in_construction == "paid"
    ]
    sheet.formula("paid_interest", TITLES["paid_interest"], "=" + ("+".join(cash) or "0"))


def _add(sheet: YearSheet, formulas: dict[str, str]) -> None:
    for name, text in formulas.items():
        sheet.formula(name, _TITLES[name], text)


def _capital(sheet: YearSheet) -> None:
    _add(sheet, {
        "current_needed": "=[receivable]+[stock_needed]+[cash_needed]",
        "working_capital": "=[current_needed]-[payable_needed]",
        "capital_increase": "=[working_capital]-[working_capital-]",
        "capital_loan_drawn": "=IF([capital_increase]>=0,[capital_increase]"
        "*(1-[capital_equity_ratio]),IF([working_capital-]>0,[capital_increase]"
        "*[capital_loan-]/[working_capital-],0))",
        "capital_equity": "=IF([capital_increase]>=0,[capital_increase]-[capital_loan_drawn],0)",
        "capital_loan": "=[capital_loan-]+[capital_loan_drawn]",
        "capital_interest": "=[capital_loan]*{capital_rate}",
        "short_interest": "=[short_loan-]*{short_rate}",
        "interest": "=[loan_interest]+[capital_interest]+[short_interest]",
        "interest_total": "=[interest_total-]+[capitalised_interest]",
        "interest_written": "=[interest_total]*[interest_share]",
        "depreciation": "=[depreciation_before]+[interest_written]",
    })  # fmt: skip


def _profit(sheet: YearSheet, project: Project) -> None:
    _add(sheet, {
        "total_cost": "=[operating_cost]+[depreciation]+[amortisation]+[interest]",
        "profit": "=[revenue]+[subsidy]-[taxes_and_surcharges]-[total_cost]",
        "ebit": "=[profit]+[interest]",
        "ebitda": "=[ebit]+[depreciation]+[amortisation]",
        "profit_to_tax": "=[profit]-[untaxed]",
    })  # fmt: skip
    before = project.income_tax.base == "before_financing"
    more = "+[interest_written]" if before else ""
    sheet.formula("ebit_to_tax", "调整应税利润", f"=[ebit]{more}-[untaxed]")
    _losses(sheet, "profit_to_tax", "losses_used")
    _losses(sheet, "ebit_to_tax", "losses_used_before")
    _add(sheet, {
        "taxable": "=MAX(0,[profit_to_tax])-[losses_used]",
        "income_tax": "=[taxable]*[tax_rate]",
        "adjusted_income_tax": "=(MAX(0,[ebit_to_tax])-[losses_used_before])*[tax_rate]",
        "net_profit": "=[profit]-[income_tax]",
    })  # fmt: skip


def _losses(sheet: YearSheet, base: str, total: str) -> None:
    """A row for the loss of each year: what later years use of it, oldest loss first."""
    sheet.given(f"{total}_year", "序号", [float(t + 1) for t in range(sheet.n_years)])
    used: list[str] = []
    for k in range(1, sheet.n_years + 1):
        name = f"{total}{k}"
        loss = f"MAX(0,-INDEX([{base}*],1,{k}))"
        gone = f"[{name}_gone-]"
        taken = "".join(f"-[{other}]" for other in used[-10:])
        left = f"MAX(0,[{base}]){taken}"
        within = f"AND([{total}_year]>{k},[{total}_year]<={k}+{{loss_years}})"
        text = f"=IF({within},MAX(0,MIN({loss}-{gone},{left})),0)"
        sheet.formula(name, f"第{k}年亏损弥补", text)
        sheet.formula(f"{name}_gone", f"第{k}年亏损累计弥补", f"={gone}+[{name}]")
        used.append(name)
    sheet.total(total, TITLES["losses_used"], used)


def _flows(sheet: YearSheet, project: Project) -> None:
    residual = "residual_before"
    _add(sheet, {
        "operating_flow": "=[revenue]+[output_vat]+[subsidy]-[operating_cost]-[input_vat]"
        "-[vat]-[taxes_and_surcharges]",
        "book": "=[book-]+[investment]-[depreciation_before]-[amortisation]",
        "interest_book": "=[interest_book-]+[capitalised_interest]-[interest_written]",
        "fixed_assets": "=[book]+[interest_book]",
    })  # fmt: skip
    last = [0.0] * (project.n_years - 1) + [1.0]
    sheet.given("is_last", "计算期末（1为是）", last)
    before = project.income_tax.base == "before_financing"
    _add(sheet, {
        residual: "=[is_last]*" + ("[book]" if before else "[fixed_assets]"),
        "residual": "=[is_last]*[fixed_assets]",
        "capital_recovered": "=[is_last]*[working_capital]",
        "debts_settled": "=[is_last]*([capital_loan]+[short_loan]+[long_loans])",
        "project_flow_before_tax": "=[operating_flow]-[investment]-[investment_vat]"
        "-[capital_increase]+[residual_before]+[capital_recovered]",
        "project_flow": "=[project_flow_before_tax]-[adjusted_income_tax]",
        "flow": "=[operating_flow]-[income_tax]-[investment]-[investment_vat]"
        "-[capital_increase]+[loan_drawn]+[capital_loan_drawn]-[interest]-[paid_interest]-[agreed]",
        "equity_paid_in": "=IF([building]=1,MAX(0,-[flow]),[capital_equity])",
        "available_first": "=[cash-]+[flow]+[equity_paid_in]-[short_loan-]",
        "available": "=[available_first]-[as_able]",
        "short_repaid": "=[short_loan-]",
        "short_drawn": "=MAX(0,-[available])",
        "short_loan": "=[short_drawn]",
        "equity_flow": "=[flow]-[as_able]+[short_drawn]-[short_repaid]+[residual]"
        "+[capital_recovered]-[debts_settled]",
    })  # fmt: skip


def _balance(sheet: YearSheet, project: Project) -> None:
    _add(sheet, {
        "paid_in": "=[paid_in-]+[equity_paid_in]",
        "to_reserve": "=MIN({reserve_ratio}*MAX(0,[net_profit]+MIN(0,[retained-])),"
        "MAX(0,0.5*[paid_in]-[reserve-]))",
        "reserve": "=[reserve-]+[to_reserve]",
        "dividends": "=MIN({payout_ratio}*MAX(0,[retained-]+[net_profit]-[to_reserve]),"
        "MAX(0,[available]))",
        "retained": "=[retained-]+[net_profit]-[to_reserve]-[dividends]",
        "cash": "=MAX(0,[available])-[dividends]",
        "surplus": "=[cash]-[cash-]",
        "current_assets": "=[cash]+[current_needed]+[vat_credit]",
        "assets": "=[current_assets]+[fixed_assets]",
        "current_liabilities": "=[payable_needed]+[short_loan]",
        "liabilities": "=[current_liabilities]+[capital_loan]+[long_loans]",
        "equity": "=[paid_in]+[reserve]+[retained]",
    })  # fmt: skip
