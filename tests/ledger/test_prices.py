"""Price series: the project office's, corrected by new entries, by file and through the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tuijin.ledger import batches, records
from tuijin.ledger.models import Price, PriceLink, PriceSeries, TrailEvent

pytestmark = pytest.mark.django_db
HEAD = "商品：铜,口径：含税,来源：甲\n日期,价格（元/吨）,\n"
FILE = f"{HEAD}2026-01-05,100.5,\n2026-01-12,101,\n"


def bring(text, name="铜.csv"):
    found = batches.upload(text.encode(), name=name)
    assert found.batch.importer == "price_sheet"
    return found


def accept(text):
    batch = bring(text).batch
    return batches.accept(batch.pk, digest=batch.details["digest"])


def kept():
    rows = Price.objects.filter(is_current=True).order_by("on")
    return {price.on.isoformat(): price.value for price in rows}


def test_a_file_brings_a_series_and_again_changes_nothing(as_system):
    accept(FILE)
    (series,) = PriceSeries.objects.all()
    assert (series.name, series.unit, series.tax_basis) == ("铜", "yuan_per_t", "with_vat")
    assert kept() == {"2026-01-05": Decimal("100.5"), "2026-01-12": Decimal(101)}
    assert bring(FILE).is_repeat
    again = bring(FILE + "\n")  # other bytes, the same prices
    assert again.preview.counts == {"new": 0, "changed": 0, "unchanged": 3, "refused": 0}


def test_two_files_that_disagree_are_shown_and_corrected_by_a_new_entry(as_system):
    accept(FILE)
    other = f"{HEAD}2026-01-12,99,\n2026-01-19,102,\n"
    batch = bring(other).batch
    (shown,) = [noun for noun in batch.details["shown"] if noun["noun"] == "price"]
    (changed,) = shown["changed"]
    assert changed["fields"] == [{"name": "value", "old": "101", "new": "99"}]
    assert (changed["was_in"], shown["new_count"]) == ("铜.csv", 1)
    batches.accept(batch.pk, digest=batch.details["digest"])
    assert kept()["2026-01-12"] == Decimal(99)
    old = Price.objects.get(on=date(2026, 1, 12), is_current=False)
    assert (old.value, old.corrected.value) == (Decimal(101), Decimal(99))
    event = TrailEvent.objects.get(object_type="price", action="correct")
    assert [Decimal(text) for text in event.changes["value"]] == [101, 99]


def test_one_bad_row_keeps_the_whole_file_out(as_system):
    found = bring(f"{FILE}2026-01-19,十万,\n")
    assert found.batch.status == "refused"
    assert [(p.row, p.column, p.code) for p in batches.problems_of(found.batch)] == [
        (5, "B", "decimal")
    ]
    assert not Price.objects.exists()
    assert not PriceSeries.objects.exists()


def test_a_series_on_record_keeps_its_unit_and_basis(as_system):
    accept(FILE)
    found = bring(FILE.replace("口径：含税", "口径：不含税"))
    assert [p.code for p in found.preview.refused] == ["fixed"]
    assert "with_vat" in found.preview.refused[0].message


def test_a_file_finds_a_series_on_record_by_its_name(as_system):
    records.save_new([PriceSeries(key="cu", name="铜", unit="yuan_per_t", tax_basis="with_vat")])
    accept(FILE)
    assert Price.objects.values_list("series__key", flat=True).distinct().get() == "cu"


def test_the_ledgers_own_workbook_and_csv_take_the_same_nouns(as_system):
    accept(FILE)
    series = PriceSeries.objects.get()
    text = f"价格序列,日期,数值,备注\n{series.key},2026-01-05,100.7,按月报更正\n"
    found = batches.import_now(text.encode(), name="prices.csv")
    assert found.batch.importer == "ledger_csv"
    assert kept()["2026-01-05"] == Decimal("100.7")


SERIES = {"key": "cu", "name": "铜", "unit": "yuan_per_t", "tax_basis": "with_vat"}


def test_the_office_edits_and_others_read(api):
    office = api("city_coordinator")
    made = office.post("price-series", SERIES)
    assert made.status_code == 201, made.content
    price = office.post("prices", {"series": "cu", "on": "2026-01-05", "value": "100"})
    assert price.status_code == 201
    body = {"series": "cu", "on": "2026-01-05", "value": "101"}
    assert office.post("prices", body).status_code == 409  # a correction is a PATCH
    path = f"prices/{price.json()['id']}"
    fresh = office.patch(path, {"value": "101"}, If_Match=price.json()["etag"])
    assert (fresh.status_code, fresh.json()["supersedes"]) == (200, price.json()["id"])
    history = office.get("prices", history="true").json()["items"]
    assert sorted(row["value"] for row in history) == ["100", "101"]
    refused = office.patch(f"price-series/{made.json()['id']}", {"unit": "usd_per_t"},
                           If_Match=made.json()["etag"])  # fmt: skip
    assert refused.status_code == 422

    editor = api("place_editor")
    assert editor.get("prices").json()["items"][0]["value"] == "101"
    assert editor.post("prices", {**body, "on": "2026-01-06"}).status_code == 403
    assert editor.post("price-series", {**SERIES, "key": "x"}).status_code == 403
    assert editor.patch(path, {"value": "1"}, If_Match=fresh.json()["etag"]).status_code == 403


def test_a_company_reads_only_what_its_project_is_linked_to(api, ledger):
    for name in ("cu", "si"):
        series = PriceSeries(key=name, name=name, unit="yuan_per_t", tax_basis="with_vat")
        records.save_new([series])
        records.save_new([Price(series=series, on=date(2026, 1, 5), value=Decimal(1))])
    link = PriceLink(series=PriceSeries.objects.get(key="cu"), project=ledger["here"],
                     parameter="copper_price_yuan_per_t", tax_basis="with_vat")  # fmt: skip
    records.save_new([link])
    company = api("company")
    assert [row["key"] for row in company.get("price-series").json()["items"]] == ["cu"]
    assert [row["series"] for row in company.get("prices").json()["items"]] == ["cu"]
    assert len(company.get("price-links").json()["items"]) == 1
