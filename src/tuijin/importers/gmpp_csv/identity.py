"""Which rows of the panel are one project: the same id, or the same name but for case."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ID = re.compile(r"[A-Za-z]{2,6}_\d{4}_\d{4}-Q[1-4]")


def is_id(text: str) -> bool:
    """Whether this is a GMPP id such as DFT_0022_1415-Q4."""
    return _ID.fullmatch(text) is not None


def fold_name(name: str) -> str:
    """Reduce a name to its letters and digits, without case."""
    return re.sub(r"[^\w]+", " ", name.casefold()).strip()


def group_rows(rows: Sequence[tuple[str, str]]) -> list[int]:
    """
    Number the projects of the panel.

    Parameters
    ----------
    rows
        (id or "", name) of each row; in 2019 the id stands in the place of the name.

    Returns
    -------
    For each row the index of the first row of the same project.
    """
    first_with: dict[str, int] = {}
    parent = list(range(len(rows)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index] = parent[parent[index]]
        return index

    for index, (number, name) in enumerate(rows):
        marks = [f"id:{n.upper()}" for n in (number, name) if is_id(n)]
        marks += [f"name:{fold_name(name)}"] if fold_name(name) and not is_id(name) else []
        for mark in marks:
            other = root(first_with.setdefault(mark, index))
            mine = root(index)
            parent[max(other, mine)] = min(other, mine)
    return [root(index) for index in range(len(rows))]
