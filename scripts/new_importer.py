"""Make the folder of a new importer: `new_importer.py source_form`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

IMPORTERS = Path(__file__).parents[1] / "src" / "tuijin" / "importers"

CODE = '''\
"""<What the file is, and who publishes it.>"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuijin.errors import ImportFailed
from tuijin.importers import ColumnMapping, Parsed


@dataclass(frozen=True, slots=True)
class {kind}:
    id: str = "{name}"
    title_zh: str = "<中文名称>"
    title_en: str = "<English name>"
    suffixes: tuple[str, ...] = (".csv",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return False

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        raise ImportFailed("{name} reads nothing yet", code="not_implemented")


plugin = {kind}()
'''

README = """\
# {name}: <what the file is>

- **Publisher**: <who>
- **How often**: <when>
- **Licence**: <under which terms; of the fixtures too>
- **Form**: <one row a …>

## What becomes what

| theirs | ledger |
|---|---|

## Known faults of the files
"""

TEST = '''\
"""Each fixture becomes its golden file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuijin.importers.{name} import plugin

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.*"))


def test_there_are_fixtures():
    assert FIXTURES, "collect real rows first, trimmed: one file a case"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_fixture_becomes_its_golden_file(path, golden):
    parsed = plugin.parse(path.read_bytes(), name=path.name)
    lines = [
        f"{{table.noun}} {{row}} "
        + " ".join(f"{{name}}={{column[i]!r}}" for name, column in table.columns.items())
        for table in parsed.tables
        for i, row in enumerate(table.rows)
    ]
    lines += [repr(problem) for problem in parsed.problems]
    golden(path.parents[1] / "golden" / f"{{path.name}}.txt", "\\n".join(lines) + "\\n")


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_recognises_its_own(path):
    assert plugin.recognises(path.read_bytes(), name=path.name)


def test_recognises_nothing_else():
    assert not plugin.recognises(b"%PDF-1.7", name="notice.pdf")
'''


def make(name: str, *, under: Path = IMPORTERS) -> Path:
    """Write the folder; its test fails until there is a fixture."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", name):
        raise SystemExit(f"NAME is the source, then the form, as in schedule_csv; got {name!r}")
    folder = under / name
    if folder.exists():
        raise SystemExit(f"{folder.name} is there already")
    kind = "".join(word.capitalize() for word in name.split("_"))
    for part in ("fixtures", "golden"):
        (folder / part).mkdir(parents=True)
    for file, text in (
        ("__init__.py", CODE), ("README.md", README), (f"test_{name}.py", TEST),
    ):  # fmt: skip
        (folder / file).write_text(text.format(name=name, kind=kind), encoding="utf-8")
    return folder


if __name__ == "__main__":
    folder = make(sys.argv[1] if len(sys.argv) > 1 else "")
    print(f"made {folder.name}: put real rows into fixtures/ first, then see docs/how-to")
