"""
Cut the fonts of src/tuijin/paper/fonts from their Debian packages.

Run once, by hand, when the choice changes (see docs/decisions/2026-11-23-document-font.md):

    apt-get download texlive-lang-chinese fonts-noto-cjk unicode-data
    for p in *.deb; do dpkg-deb -x "$p" unpacked; done
    python scripts/document_fonts.py unpacked

The result depends on the packages and on the version of fontTools alone.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

TARGET = Path(__file__).parents[1] / "src/tuijin/paper/fonts"
FANDOL = Path("usr/share/texlive/texmf-dist/fonts/opentype/public/fandol")
NOTO = Path("usr/share/fonts/opentype/noto")
UNIHAN = Path("usr/share/unicode/Unihan_OtherMappings.txt.bz2")
# Latin, punctuation, arrows, mathematics, numbered circles, boxes, CJK marks, full-width forms.
SYMBOLS = {
    *range(0x20, 0x180), *range(0x2000, 0x2070), *range(0x2190, 0x2300), *range(0x2460, 0x2500),
    *range(0x25A0, 0x2650), *range(0x3000, 0x3040), *range(0xFF00, 0xFFEF),
    0x2103, 0x2713, 0x2717, 0x338F, 0x33A1,
}  # fmt: skip


def read_gb2312(first_row: int, last_row: int) -> set[int]:
    """Characters of GB/T 2312-1980 in rows of its table (16 to 55 level 1, 56 to 87 level 2)."""
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            try:
                found.add(ord(bytes([row + 0xA0, cell + 0xA0]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def read_general_standard(path: Path) -> set[int]:
    """The 8,105 characters of 通用规范汉字表 (2013), from Unihan's kTGH."""
    with bz2.open(path, "rt", encoding="utf-8") as file:
        return {
            int(fields[0].replace("U+", "0x"), base=0)
            for line in file
            if len(fields := line.split()) == 3 and fields[1] == "kTGH"
        }


def read_simplified(path: Path) -> TTFont:
    """The mainland face of a collection."""
    faces = TTCollection(path).fonts
    return next(f for f in faces if f["name"].getDebugName(1).endswith("CJK SC"))


def cut(font: TTFont, characters: set[int], target: Path) -> None:
    options = subset.Options(
        hinting=False, layout_features=["kern", "vert"], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
    )  # fmt: skip
    options.drop_tables += ["DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.recalcTimestamp = False
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("unpacked", type=Path)
    root = parser.parse_args().unpacked
    level_one = read_gb2312(16, 55)
    everything = SYMBOLS | read_gb2312(1, 87) | read_general_standard(root / UNIHAN)
    fang = TTFont(root / FANDOL / "FandolFang-Regular.otf", recalcTimestamp=False)
    # What 仿宋 lacks, with Latin for page numbers, which are set in 宋体.
    rest = (everything - set(fang.getBestCmap())) | {*range(0x20, 0x7F), 0x2013, 0x2014}
    TARGET.mkdir(exist_ok=True)
    cut(fang, everything, TARGET / "FandolFang-Regular.otf")
    kai = TTFont(root / FANDOL / "FandolKai-Regular.otf", recalcTimestamp=False)
    cut(kai, SYMBOLS | read_gb2312(1, 9) | level_one, TARGET / "FandolKai-Regular.otf")
    for collection, characters, name in (
        ("NotoSansCJK-Regular.ttc", everything, "NotoSansCJKsc-Regular.otf"),
        ("NotoSerifCJK-Bold.ttc", everything, "NotoSerifCJKsc-Bold.otf"),
        ("NotoSerifCJK-Regular.ttc", rest, "NotoSerifCJKsc-Regular.otf"),
    ):
        cut(read_simplified(root / NOTO / collection), characters, TARGET / name)
    copying = root / "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz"
    with gzip.open(copying) as packed, (TARGET / "LICENSE-Fandol.txt").open("wb") as plain:
        shutil.copyfileobj(packed, plain)


if __name__ == "__main__":
    main()
