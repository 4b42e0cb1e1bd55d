"""
Write the reference pages that follow from the code: `reference.py [--check]`.

A new importer, claim type, project model, error, unit or column is thereby documented without
anybody editing a list; `tests/test_docs.py` fails while a page is not what this would write.
"""

from __future__ import annotations

import argparse
import ast
import csv
import sys
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from tuijin import errors, units
from tuijin.discovery import load_plugins
from tuijin.importers.nouns import CHOICES, NOUNS

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "tuijin"
PAGES = ROOT / "docs" / "reference"
_WRITTEN = "<!-- Written by `make reference`; edit the code it describes. -->\n\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    head = list(head)
    lines = [head, ["---"] * len(head), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _kinds_of_error(base: type = errors.TuijinError) -> Iterator[type[errors.TuijinError]]:
    yield base
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from _kinds_of_error(kind)


def _codes_in(path: Path) -> Iterator[str]:
    """Codes given where something is refused: `Problem("code", …)` and `code="code"`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        named = [k.value for k in node.keywords if k.arg == "code"]
        first = node.args[:1] if getattr(node.func, "id", "") == "Problem" else []
        for value in (*named, *first):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def write_errors() -> str:
    kinds = list(_kinds_of_error())
    known = {kind.code for kind in kinds}
    where: dict[str, set[str]] = {}
    for path in sorted(SRC.rglob("*.py")):
        if not path.name.startswith("test_"):
            for code in set(_codes_in(path)) - known:
                where.setdefault(code, set()).add(path.relative_to(SRC).with_suffix("").parts[0])
    return (
        "# Errors\n\n"
        "A refusal has a stable ASCII code, a status for the web and an exit code for the command\n"
        "line. Pages show it in the language of the reader; the API answers with\n"
        "`application/problem+json`; `tuijin … --json` prints the same on stdout. A claim that is\n"
        "not met is a verdict and no error: `tuijin verify` then ends with exit code 1.\n\n"
        + _table(
            ["error", "code", "HTTP", "exit", "title"],
            [(k.__name__, f"`{k.code}`", k.status, k.exit_code, k.title) for k in kinds],
        )
        + "\n## Finer codes\n\nOf a file, a row or a field, and where they come from.\n\n"
        + _table(
            ["code", "from"],
            [(f"`{code}`", ", ".join(sorted(where[code]))) for code in sorted(where)],
        )
    )


def write_units() -> str:
    rows = [(f"`{u.code}`", u.zh, u.en, u.factor, f"`{u.base}`") for u in units.UNITS.values()]
    return (
        "# Units\n\n"
        "A float says its unit in its name: it ends in one of\n\n"
        + "".join(f"- `{suffix}`\n" for suffix in units.SUFFIXES)
        + "\nA fraction is a `_ratio` from 0 to 1, never percent. Money in the ledger is yuan\n"
        "as `Decimal`, stored as whole 分.\n\n"
        "## Units of figures and claims\n\n"
        + _table(["code", "中文", "English", "times", "gives"], rows)
    )


def _readme_link(package: str, name: str) -> str:
    folder = "/".join(package.split(".")[1:])
    return f"[README](../../src/tuijin/{folder}/{name}/README.md)"


def write_importers() -> str:
    package = "tuijin.importers"
    rows = [
        (f"`{p.id}`", p.title_zh, p.title_en, " ".join(p.suffixes), _readme_link(package, p.id))
        for p in load_plugins(package)
    ]
    return (
        "# Importers\n\n"
        "Each reads one source in one form. `tuijin import PATH…` and the import page choose by\n"
        "content. A file is taken whole or not at all; the same file twice changes nothing.\n\n"
        + _table(["importer", "中文", "English", "files", "more"], rows)
    )


def write_claim_types() -> str:
    package = "tuijin.verify.claim_types"
    rows = [(f"`{p.id}`", p.symbol, _readme_link(package, p.id)) for p in load_plugins(package)]
    return (
        "# Claim types\n\n"
        "What a claim may say. Each judges what a check measured: 成立 HOLDS, 未达 FALLS SHORT or\n"
        "待定 UNDECIDED.\n\n" + _table(["claim type", "as printed", "more"], rows)
    )


def write_project_models() -> str:
    package = "tuijin.project_models"
    parts = []
    for model in load_plugins(package):
        text = (files(f"{package}.{model.id}") / "parameters.csv").read_text(encoding="utf-8")
        rows = [
            (f"`{r['name']}`", r["unit"], r["default"] or "not known", r["low"], r["high"],
             r["description"], r["as_of"], r["source"])
            for r in csv.DictReader(text.splitlines())
        ]  # fmt: skip
        head = ["parameter", "unit", "default", "low", "high", "what", "as of", "source"]
        parts.append(
            f"\n## `{model.id}` {model.title_zh} {model.title_en}\n\n"
            f"Version {model.version}. {_readme_link(package, model.id)}\n\n" + _table(head, rows)
        )
    return (
        "# Project models\n\n"
        "A model is given parameters and returns metrics. What is on record takes the place of a\n"
        "default; a parameter that nobody published is not known and is never made up.\n"
        + "".join(parts)
    )


def write_ledger() -> str:
    parts = []
    for noun in NOUNS.values():
        rows = [
            (f"`{c.name}`", c.zh, c.en, c.kind, c.unit or c.ref or c.choices,
             "yes" if c.required else "", c.field_class)
            for c in noun.columns
        ]  # fmt: skip
        head = ["column", "中文", "English", "kind", "unit, noun or list", "required", "class"]
        keys = ", ".join(f"`{key}`" for key in noun.key)
        parts.append(
            f"\n## `{noun.name}` {noun.zh} {noun.en}\n\nTold apart by {keys}.\n\n"
            + _table(head, rows)
        )
    lists = [
        (f"`{name}`", ", ".join(f"`{code}` {zh} {en}" for code, (zh, en) in values.items()))
        for name, values in CHOICES.items()
    ]
    return (
        "# What a file can bring into the ledger\n\n"
        "Class: P public to the signed-in, I internal, C confidential, S personal.\n"
        + "".join(parts)
        + "\n## Lists\n\n"
        + _table(["list", "values"], lists)
    )


def write_decisions() -> str:
    folder = ROOT / "docs" / "decisions"
    pages = {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.glob("20*.md"))}
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in pages.items()}
    return (
        "# Decisions\n\n"
        "One page each: status, context, decision, consequences, what was rejected. Named\n"
        "by date and not by number, so that two authors never collide.\n\n"
        + "".join(f"- [{title}]({name})\n" for name, title in titles.items())
    )


WRITERS = {
    "../decisions/README.md": write_decisions,
    "errors.md": write_errors,
    "units.md": write_units,
    "importers.md": write_importers,
    "claim-types.md": write_claim_types,
    "project-models.md": write_project_models,
    "ledger.md": write_ledger,
}


def is_stale(name: str) -> bool:
    """Whether a page is not what the code says now."""
    page = PAGES / name
    return not page.exists() or page.read_text(encoding="utf-8") != _WRITTEN + WRITERS[name]()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="reference pages that follow from the code")
    parser.add_argument("--check", action="store_true", help="only say which are stale")
    stale = [name for name in WRITERS if is_stale(name)]
    if parser.parse_args(argv).check:
        print(*(f"stale: {name}" for name in stale), sep="\n")
        return 1 if stale else 0
    for name in stale:
        (PAGES / name).write_text(_WRITTEN + WRITERS[name](), encoding="utf-8")
        print(f"written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
