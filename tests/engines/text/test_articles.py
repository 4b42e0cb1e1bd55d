"""Whole articles: the shape of the annotation, and the score on what is annotated."""

import json
import time

import pytest

from bench.extract import EQUAL, ITEMS, load_pairs, score
from tuijin.engines.text import MAX_CHARACTERS, Article, extract_article

GARBLED = (
    "包頭:項(xiàng)目建設(shè)\n包頭工信局\n· 2025-09-22 17:10:04\n"
    "固陽(yáng)縣鋰電池負(fù)極材料項(xiàng)目總投資15億元,預(yù)計(jì)明年底竣工。\n閱讀余下全文\n登錄"
)


def test_a_bare_text():
    found = extract_article(Article(GARBLED))
    assert found["title"] == "包头:项目建设"
    assert (found["publisher"], found["published"]) == ("包头工信局", "2025-09-22T17:10:04")
    (project,) = found["projects"]
    assert project["name"].endswith("锂电池负极材料项目")
    assert (project["county"], project["investment_yi"]) == ("固阳县", 15)
    assert project["completion"] == "2026-12"


def test_nothing_is_invented():
    found = extract_article(Article("今天天气很好。", title="天气", published="2025-09-22"))
    assert (found["projects"], found["facts"]) == ([], [])


@pytest.mark.parametrize(
    "piece",
    [
        "总投资10亿元的包头稀土新材料项目今日开工，预计2026年6月竣工。\n",
        "总投资1亿元",
        "甲乙、",
        "省级重点1111111111项目",
        "集团公司",
        "1" * 50 + "万吨项目，",
        "(bào)",
        "今年6月底",
        "包头市达茂旗",
        "“项目",
    ],
)
def test_no_text_takes_long(piece):
    """A fifth of the longest text that is accepted; what is quadratic shows here already."""
    length = MAX_CHARACTERS // 5
    text = (piece * length)[:length]
    began = time.monotonic()
    extract_article(Article(text, title="开工", published="2025-09-22"))
    assert time.monotonic() - began < 8


@pytest.mark.shared
def test_shape_is_that_of_the_annotation(shared):
    lines = (shared / "articles/gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold = json.loads(lines[0])
    found = extract_article(Article(GARBLED))
    assert set(gold) <= set(found)
    assert set(gold["projects"][0]) == set(found["projects"][0])


@pytest.mark.shared
def test_score_does_not_fall(shared):
    """What the rules reach on the annotated articles: amounts and dates exactly."""
    tally = score(load_pairs(shared / "articles"))
    precision, recall, *_ = tally.row("name")
    assert precision > 0.85
    assert recall > 0.90
    precision, recall, *_ = tally.row(*EQUAL, *ITEMS)
    assert precision > 0.78
    assert recall > 0.75
