"""Chinese news text: repair, and extraction of projects and facts by general rules."""

from tuijin.engines.text.articles import MAX_CHARACTERS, Article, extract_article
from tuijin.engines.text.gazetteer import find_code, find_places, official_name
from tuijin.engines.text.repair import Repaired, repair_text

__all__ = [
    "MAX_CHARACTERS", "Article", "Repaired", "extract_article", "find_code", "find_places",
    "official_name", "repair_text",
]  # fmt: skip
