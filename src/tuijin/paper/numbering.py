"""Numbers of headings, as official documents give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuijin.errors import ParameterOutOfRange
from tuijin.paper.document import Block, Heading, Language

_DIGITS = "零一二三四五六七八九"


def chinese_numeral(number: int) -> str:
    """Spell 1 to 99: 一, 十, 十一, 二十, 九十九."""
    if not 1 <= number <= 99:
        raise ParameterOutOfRange(f"headings are numbered 1 to 99, got {number}")
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def heading_number(level: int, number: int, language: Language) -> str:
    """Return the mark before a heading: 一、 （一） 1. （1）."""
    if language == "en":
        return {1: f"{number}. ", 2: f"({number}) "}.get(level, "")
    return {
        1: f"{chinese_numeral(number)}、",
        2: f"（{chinese_numeral(number)}）",
        3: f"{number}.",
        4: f"（{number}）",
    }[level]


def number_blocks(blocks: Iterable[Block], language: Language) -> Iterator[tuple[str, Block]]:
    """Yield each block with its number; a heading starts the ones below it from 1 again."""
    counts = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading):
            level = block.level
            counts[level - 1] += 1
            counts[level:] = [0] * (4 - level)
            yield heading_number(level, counts[level - 1], language), block
        else:
            yield "", block
