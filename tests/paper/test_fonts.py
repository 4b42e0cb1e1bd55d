"""Every character that a Chinese official document needs has a glyph in what is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import tuijin.paper

FONTS = Path(tuijin.paper.__file__).parent / "fonts"
PUNCTUATION = "−∑∞，。、；：？！“”‘’（）〔〕【】《》〈〉—…·－～①②③④⑤⑥⑦⑧⑨⑩℃‰±×÷≤≥≠≈→％²³㎡"
NAMES = "镕堃喆垚玥"  # in names of people and firms, and not in GB/T 2312


def covered(*names: str) -> set[int]:
    return {code for name in names for code in TTFont(FONTS / name).getBestCmap()}


def gb2312(first_row: int, last_row: int) -> set[int]:
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            try:
                found.add(ord(bytes([row + 0xA0, cell + 0xA0]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


FANG, KAI = "FandolFang-Regular.otf", "FandolKai-Regular.otf"
HEI, TITLE = "NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Bold.otf"
SONG = "NotoSerifCJKsc-Regular.otf"


def test_fang_alone_has_all_of_gb2312_and_so_has_every_other_with_what_stands_in():
    hanzi = gb2312(16, 87)
    assert len(hanzi) == 6763
    for fonts in ((FANG,), (HEI,), (TITLE,), (KAI, FANG)):
        assert not hanzi - covered(*fonts), fonts
    assert not gb2312(16, 55) - covered(KAI)


@pytest.mark.parametrize("fonts", [(FANG, SONG), (HEI, SONG), (TITLE, FANG), (KAI, FANG, SONG)])
def test_punctuation_latin_and_rare_names(fonts):
    wanted = {ord(c) for c in PUNCTUATION + NAMES} | set(range(0x20, 0x7F))
    assert not {chr(c) for c in wanted - covered(*fonts)}


def test_size_and_licences():
    files = list(FONTS.glob("*.otf"))
    assert sum(f.stat().st_size for f in files) < 15_000_000
    for name in ("LICENSE-Fandol.txt", "LICENSE-Noto.txt"):
        assert (FONTS / name).stat().st_size > 4_000
    listed = (FONTS / "README.md").read_text(encoding="utf-8")
    assert all(f.name in listed for f in files)
