"""
A sheet of rows by year whose cells are formulas.

In a formula `[x]` is row x in the same year, `[x-]` in the year before (nothing before year 1),
`[x*]` in all years, and `{x}` the scalar x.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from tuijin.importers.xlsx_write import Formats, write_text
from tuijin.plan.appraisal_words import Say

FIRST_COLUMN = 3  # a blank column before year 1 is "the year before"
FIRST_ROW = 3
_ROW = re.compile(r"\[(\w+)([-*]?)\]")
_SCALAR = re.compile(r"\{(\w+)\}")
NAME = "计算"


@dataclass(slots=True)
class YearSheet:
    """Scalars and rows, in the order in which they are added; formulas may look ahead."""

    n_years: int
    say: Say = str
    scalars: dict[str, tuple[str, float]] = field(default_factory=dict)
    rows: dict[str, tuple[str, str | Sequence[float]]] = field(default_factory=dict)

    def scalar(self, name: str, title: str, value: float) -> None:
        self.scalars[name] = title, value

    def given(self, name: str, title: str, values: Sequence[float]) -> None:
        """A row of numbers for the user to change."""
        self.rows[name] = title, [float(value) for value in values]

    def formula(self, name: str, title: str, text: str) -> None:
        self.rows[name] = title, text

    def total(self, name: str, title: str, parts: Sequence[str]) -> None:
        self.formula(name, title, "=" + ("+".join(f"[{part}]" for part in parts) or "0"))

    def cell(self, name: str, year: int) -> str:
        return f"{xl_col_to_name(FIRST_COLUMN + year)}{self._numbers[name] + 1}"

    def span(self, name: str) -> str:
        """All years of a row, for a formula on another sheet."""
        return f"{self.title}!{self._all(name)}"

    def scalar_cell(self, name: str) -> str:
        return f"$B${FIRST_ROW + list(self.scalars).index(name) + 1}"

    @property
    def title(self) -> str:
        """Name of the sheet."""
        return self.say(NAME)

    @property
    def _numbers(self) -> dict[str, int]:
        first = FIRST_ROW + len(self.scalars) + 2
        return {name: first + n for n, name in enumerate(self.rows)}

    def _all(self, name: str) -> str:
        first = xl_col_to_name(FIRST_COLUMN)
        last = xl_col_to_name(FIRST_COLUMN + self.n_years - 1)
        number = self._numbers[name] + 1
        return f"${first}${number}:${last}${number}"

    def write(self, page: Worksheet, formats: Formats) -> None:
        page.set_column(0, 0, 34)
        page.set_column(1, 1 + FIRST_COLUMN + self.n_years, 15)
        title = self.say("计算（白底为可改的数，其余为公式）")
        write_text(page, 0, 0, title, formats.header)
        number = formats.number(2)
        for n, (title, value) in enumerate(self.scalars.values()):
            write_text(page, FIRST_ROW + n, 0, self.say(title), formats.text)
            page.write_number(FIRST_ROW + n, 1, value)
        head = FIRST_ROW + len(self.scalars) + 1
        write_text(page, head, 0, self.say("年份"), formats.header)
        for year in range(self.n_years):
            page.write_number(head, FIRST_COLUMN + year, year + 1)
        numbers = self._numbers
        for name, (title, content) in self.rows.items():
            write_text(page, numbers[name], 0, self.say(title), formats.text)
            for year in range(self.n_years):
                at = numbers[name], FIRST_COLUMN + year
                if isinstance(content, str):
                    page.write_formula(*at, self._fill(content, year, numbers), number)
                else:
                    page.write_number(*at, content[year])

    def _fill(self, text: str, year: int, numbers: dict[str, int]) -> str:
        def place(found: re.Match[str]) -> str:
            name, mark = found.groups()
            if mark == "*":
                return self._all(name)
            column = FIRST_COLUMN + year - (mark == "-")
            return f"{xl_col_to_name(column)}{numbers[name] + 1}"

        text = _ROW.sub(place, text)
        return _SCALAR.sub(lambda found: self.scalar_cell(found.group(1)), text)
