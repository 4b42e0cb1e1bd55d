"""Amounts, dates, places, firms and names, each by its own rule."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuijin.engines.text import Article, extract_article
from tuijin.engines.text.amounts import find_money
from tuijin.engines.text.attributes import read_attributes
from tuijin.engines.text.dates import find_dates
from tuijin.engines.text.gazetteer import find_code, find_places, official_name, stem_of
from tuijin.engines.text.investors import find_investor
from tuijin.engines.text.mentions import find_mentions
from tuijin.engines.text.organisations import find_organisations
from tuijin.engines.text.projects import is_same

DAY = date(2011, 5, 20)


@pytest.mark.parametrize(
    ("text", "value", "is_usd"),
    [
        ("总投资1311万元", 0.1311, False),
        ("总投资12.1亿美元", 12.1, True),
        ("税收10亿-15亿元", [10, 15], False),
        ("投资1500亿~2000亿元", [1500, 2000], False),
        ("投资50个亿元", 50, False),
        ("每年70亿的销售额", 70, False),
        ("总投资1,311.5万元", 0.13115, False),
    ],
)
def test_money(text, value, is_usd):
    (money,) = find_money(text)
    assert (money.value_yi, money.is_usd) == (value, is_usd)


@pytest.mark.parametrize("text", ["年产1.62亿片硅片", "电量3712万千瓦时", "50万吨", "4000万台"])
def test_not_money(text):
    assert list(find_money(text)) == []


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("今年6月底", "2011-06"),
        ("明年底完成", "2012-12"),
        ("2013年上半年", "2013-H1"),
        ("4月21日", "2011-04-21"),
        ("12月3日", "2010-12-03"),
        ("本月29日", "2011-05-29"),
        ("18日上午", "2011-05-18"),
        ("预计2016年3月竣工", "2016-03"),
        ("年底前", "2011-12"),
        ("6个月后", "2011-11"),
        ("去年", "2010"),
    ],
)
def test_dates(text, iso):
    assert [day.iso for day in find_dates(text, published=DAY)] == [iso]


def test_without_the_day_of_the_article_only_full_dates_are_read():
    assert [d.iso for d in find_dates("今年4月和2013年6月", published=None)] == ["2013-06"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("达茂旗、白云矿区、土右旗和昆区", ["达茂旗", "白云矿区", "土右旗", "昆区"]),
        ("甘肃省和政县", ["甘肃省", "和政县"]),
        ("内蒙古兴安盟", ["内蒙古自治区", "兴安盟"]),
        ("双城市与鹿泉市", ["双城市", "鹿泉市"]),
        ("中小城市和大城市", []),
    ],
)
def test_places(text, names):
    assert [official_name(place) for place in find_places(text)] == names


def test_codes():
    assert find_code("内蒙古自治区", "包头市", "达茂旗") == "150223"
    assert find_code(None, None, "固阳县") == "150222"
    assert find_code("吉林省", None, "朝阳区") == "220104"
    assert find_code(None, None, "朝阳区") is None  # two counties are called so
    assert find_code(None, "重庆市", None) == "500000"
    assert stem_of("内蒙古自治区") == "内蒙古"
    assert stem_of("新疆维吾尔自治区") == "新疆"


def test_firms():
    text = "由江苏雨润集团投资，苏州市欧陆杰电器有限公司参加，该公司与两家公司"
    assert [text[b:e] for b, e in find_organisations(text)] == [
        "江苏雨润集团",
        "苏州市欧陆杰电器有限公司",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("总投资100亿元的澜泊湾4A级城市旅游综合项目开工。", ["澜泊湾4A级城市旅游综合项目"]),
        ("将投资4.96亿元扩建水清沟热电厂项目。", ["水清沟热电厂扩建项目"]),
        ("加快推进重大项目建设，一批重点项目开工。", []),
        ("该项目占地500亩。", []),
        ("随岳、岳常、通平3条高速公路开工。", ["随岳高速公路", "岳常高速公路", "通平高速公路"]),
    ],
)
def test_names(text, names):
    assert [mention.name for mention in find_mentions(text)] == names


def test_same_project():
    assert is_same("年产40万件羊绒衫加工项目", "鄂尔多斯羊绒集团年产40万件羊绒衫加工项目")
    assert not is_same("浒溪线改造工程一期", "浒溪线改造工程二期")
    assert not is_same("随岳高速公路", "临岳高速公路")
    assert not is_same("国道219线区界至日土段", "国道219线狮泉河至拉孜段")


def test_kinds_of_investment():
    sentences = [
        "该工程总投资近10亿元，目前已累计完成投资近3亿元，今年将完成投资4亿元。",
        "一期投资2亿元。",
    ]
    found = read_attributes(sentences, name="北延工程", published=DAY)
    assert (found["investment_yi"], found["investment_kind"]) == (10, "nearly")
    assert found["cumulative_investment_yi"] == 3
    assert found["annual_investment_yi"] == 4


def test_a_sum_of_many_is_nobodys():
    text = ["45个项目集中开工，总投资533亿元。"]
    assert read_attributes(text, name="甲项目", published=DAY)["investment_yi"] is None


def test_profit_tax_is_not_tax():
    text = ["建成后可实现年总产值680亿元、利税120亿元，可安排就业5000人。"]
    found = read_attributes(text, name="产业集群区", published=DAY)
    assert (found["output_value_yi"], found["profit_tax_yi"]) == (680, 120)
    assert (found["tax_yi"], found["jobs"]) == (None, 5000)


def test_investors():
    assert find_investor("甲项目", ["由江苏雨润集团投资建设的甲项目"], text="", alone=False) == (
        "江苏雨润集团"
    )
    assert find_investor("乙项目", ["乙项目开工"], text="乙项目开工", alone=True) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "总投资 10亿元 的 甲 集团 项目 ， 。 \n 今年6月 开工 、 等3个 至 段 二期 包头市 达茂旗 "
            "年产 5万吨 在 由 （ ） 公司 12".split(" ")
        ),
        max_size=60,
    )
)
def test_any_text_is_read(pieces):
    extract_article(Article("".join(pieces), title="".join(pieces[:5]), published="2011-05-20"))
