"""What an importer made of a file, as text a golden file can keep."""

from __future__ import annotations

import json
from typing import Any

from tuijin.importers import Parsed, Table


def show_parsed(parsed: Parsed) -> str:
    """One line an entry, one a problem or note; decimals and dates as people write them."""
    lines = [f"encoding: {parsed.encoding}"]
    for table in parsed.tables:
        lines.append(f"\n{table.noun}: {len(table)}")
        lines += [f"{table.rows[i]}: {_line(entry_at(table, i))}" for i in range(len(table))]
    for title in ("problems", "notes"):
        found = getattr(parsed, title)
        lines += [f"\n{title}: {len(found)}"] if found else []
        lines += [_line({k: v for k, v in p.as_dict().items() if v}) for p in found]
    return "\n".join(lines) + "\n"


def entry_at(table: Table, index: int) -> dict[str, Any]:
    """One entry, without what is None."""
    entry = {name: values[index] for name, values in table.columns.items()}
    return {name: value for name, value in entry.items() if value is not None}


def entries_of(parsed: Parsed, noun: str) -> list[dict[str, Any]]:
    """All entries of one noun."""
    return [entry_at(t, i) for t in parsed.tables if t.noun == noun for i in range(len(t))]


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)
