"""The material account by hand; what is unknown stays so; nobody sums what is not theirs to see."""

from __future__ import annotations

import pytest

from tuijin.ledger import scope
from tuijin.ledger.models import Figure
from tuijin.plan.materials import load_account
from tuijin.plan.sankey import build_sankey
from tuijin.verify.models import Binding, Claim


def account():
    return {material.code: material for material in load_account()}


def test_supply_demand_and_what_is_left(record) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    record("fair", "can_make_magnet_t_per_year", value=1000)
    record("slow", "uses_magnet_t_per_year", low=300, high=400)
    magnet = account()["magnet"]
    assert magnet.name == "稀土永磁材料"
    assert magnet.supply == (500, 1500)
    assert magnet.demand == (300, 400)
    assert magnet.balance == (100, 1200)
    option = build_sankey([magnet])
    assert option is not None
    links = {(a["source"], a["target"]): a["value"] for a in option["series"][0]["links"]}
    assert links["稀土永磁材料", "外销或富余"] == 650
    into = sum(v for (_, target), v in links.items() if target == "稀土永磁材料")
    out = sum(v for (source, _), v in links.items() if source == "稀土永磁材料")
    assert into == out


def test_what_is_lacking_comes_in(record) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    record("slow", "uses_magnet_t_per_year", value=800)
    option = build_sankey(load_account())
    assert option is not None
    links = {(a["source"], a["target"]): a["value"] for a in option["series"][0]["links"]}
    assert links["市外购入", "稀土永磁材料"] == 300


def test_an_unknown_tonnage_is_named_and_leaves_the_sum_open(record) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    record("slow", "uses_magnet_t_per_year")
    magnet = account()["magnet"]
    assert (magnet.supply, magnet.demand, magnet.balance) == ((500, 500), None, None)
    assert [line.project.name for line in magnet.unknown] == ["慢项目"]


def bind(project, *, model: str) -> None:
    claim = Claim.objects.create(
        key=f"c-{project.pk}", project=project, dimension="green", metric="energy_kgce_per_t",
        title="能耗", claim_type="at_most", statistic="value", target=1770, unit="kgce_per_t",
        quote="低碳",
    )  # fmt: skip
    Binding.objects.create(claim=claim, kind="model", using=model)


def test_a_bound_model_names_its_materials_and_fills_them_in_once_the_output_is_known(
    record, portfolio
) -> None:
    bind(portfolio["slow"], model="ferrosilicon_plant")
    quartz = account()["quartz"]
    assert (quartz.makers, quartz.demand) == ((), None)
    record("slow", "output_t_per_year", value=50_000)
    found = account()
    assert found["ferrosilicon"].supply == pytest.approx((50_000, 50_000))
    assert found["quartz"].demand == pytest.approx((1.815 * 50_000,) * 2)
    assert found["quartz"].balance[0] < 0


def test_the_record_goes_before_the_model(record, portfolio) -> None:
    bind(portfolio["slow"], model="ferrosilicon_plant")
    record("slow", "output_t_per_year", value=50_000)
    record("slow", "uses_quartz_t_per_year", value=80_000)
    quartz = account()["quartz"]
    assert [(line.basis, line.ends) for line in quartz.users] == [("record", (80_000, 80_000))]


def test_a_company_sums_only_its_own(record, as_role) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    record("slow", "makes_magnet_t_per_year", value=70)
    with scope.active(as_role("company", project="slow")):
        (magnet,) = load_account()
        assert magnet.supply == (70, 70)
        assert [line.project.name for line in magnet.lines] == ["慢项目"]


def test_a_capacity_in_another_unit(record) -> None:
    record("plant", "can_make_magnet_t_per_year", value=2)
    Figure.objects.update(unit="wan_t_per_year")
    assert account()["magnet"].supply == (0, 20_000)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page(record, browse, language) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    record("slow", "uses_magnet_t_per_year")
    client = browse("city_coordinator")
    page = client.get("/materials/", headers={"accept-language": language})
    words = {
        "zh-hans": ("稀土永磁材料", "吨位未入账"),
        "en": ("Rare-earth magnets", "not on record"),
    }
    for word in words[language]:
        assert word in page.content.decode()


def test_page_without_anything(portfolio, browse) -> None:
    assert "还没有物料" in browse("place_viewer").get("/materials/").content.decode()


def test_api(record, browse) -> None:
    record("plant", "makes_magnet_t_per_year", value=500)
    found = browse("city_coordinator").get("/api/v1/materials").json()
    (magnet,) = found["items"]
    assert (magnet["material"], magnet["supply"], magnet["balance"]) == (
        "magnet", [500, 500], [500, 500]
    )  # fmt: skip


def test_administrators_have_no_account_of_materials(portfolio, browse) -> None:
    assert browse("system_admin").get("/materials/").status_code == 403
