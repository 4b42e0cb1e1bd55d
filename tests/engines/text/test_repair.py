"""Repair of the three forms; every pair is built by the rule, none is looked up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuijin.engines.text.boilerplate import cut_boilerplate
from tuijin.engines.text.repair import GARBLED, SIMPLIFIED, TRADITIONAL, repair_text


def test_garbled_text_becomes_simplified():
    garbled = (
        "固陽(yáng)縣一個(gè)鋰電池負(fù)極材料項(xiàng)目,"
        "可實(shí)現(xiàn)25億元的年銷(xiāo)售額。"
    )
    found = repair_text(garbled)
    assert found.text == "固阳县一个锂电池负极材料项目，可实现25亿元的年销售额。"
    assert found.encoding == GARBLED


def test_brackets_that_are_no_reading_stay():
    garbled = "無(wú)人駕駛(AGV)項(xiàng)目(一期)和格力電器(重慶)的項(xiàng)目"
    assert repair_text(garbled).text == "无人驾驶(AGV)项目(一期)和格力电器(重庆)的项目"
    assert repair_text("格力电器(重庆)(abc)有限公司").text == "格力电器(重庆)(abc)有限公司"


def test_taiwan_wording():
    found = repair_text("重點專案的資訊與軟體，總投資５．５億元")
    assert (found.text, found.encoding) == ("重点项目的信息与软件，总投资5.5亿元", TRADITIONAL)


def test_dry_and_the_name():
    assert repair_text("乾昊集團的乾燥設備項目與餅乾廠").text == "乾昊集团的干燥设备项目与饼干厂"


def test_simplified_text_keeps_its_rare_characters():
    text = "陶喆与乾昊集团签约，项目总投资3.26亿元。"
    assert repair_text(text) == repair_text(repair_text(text).text)
    assert repair_text(text).text == text


def test_the_rest_of_a_tag_closes_the_quotation():
    garbled = "“建設(shè)好園區(qū),綠色優(yōu)先?！?/span>\n項(xiàng)目?！?/p>"
    assert repair_text(garbled).text == "“建设好园区，绿色优先。”\n项目"


@given(st.text())
def test_never_fails_and_is_stable(text):
    once = repair_text(text).text
    assert repair_text(once).text == once or repair_text(text).encoding != SIMPLIFIED


def test_what_the_site_added_is_cut():
    text = (
        "项目开工。\n工程进展\n项目投产。\n1、2011（第三届）中国塑料管道行业优秀供应商评价推介\n"
        "中国LED采购商圈：144695292\n阅读余下全文\n登录后解锁。\n-\n查看行情"
    )
    assert cut_boilerplate(text) == "项目开工。\n工程进展\n项目投产。"


@pytest.mark.shared
def test_derived_encodings_come_back(shared):
    lines = (shared / "articles/articles.jsonl").read_text(encoding="utf-8").splitlines()
    originals = {a["id"]: a["text"] for a in map(json.loads, lines)}
    derived = (shared / "articles/derived_encodings.jsonl").read_text(encoding="utf-8")
    widths = str.maketrans(",;:!?()", "，；：！？（）")
    wrong = total = 0
    for article in map(json.loads, derived.splitlines()):
        want = repair_text(originals[article["derived_from"]]).text.translate(widths)
        have = repair_text(article["text"]).text.translate(widths)
        assert len(have) == len(want), article["id"]
        wrong += sum(a != b for a, b in zip(have, want, strict=True))
        total += len(want)
    assert wrong / total < 0.001
