"""What is there is documented, and what is documented is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scripts import reference
from tuijin.cli import COMMANDS
from tuijin.importers.nouns import CHOICES, NOUNS

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "tuijin"
DOCS = ROOT / "docs"
_ELSEWHERE = {".venv", "node_modules", ".git", "var"}
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *SRC.rglob("*.md")]
    if not _ELSEWHERE & set(path.parts)
)
RECIPES = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_setting_is_documented():
    used = {
        name
        for path in SRC.rglob("*.py")
        for name in re.findall(r"TUIJIN_[A-Z_]*[A-Z]", path.read_text())
    }
    page = (DOCS / "reference" / "settings.md").read_text()
    assert used == set(re.findall(r"^\| `(TUIJIN_[A-Z_]+)`", page, re.MULTILINE))


@pytest.mark.parametrize("page", reference.WRITERS)
def test_reference_is_what_the_code_says(page):
    assert not reference.is_stale(page), "run `make reference`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command):
    module = SRC / "cli" / f"{command}_command.py"
    page = (DOCS / "reference" / "commands.md").read_text()
    assert f"## `tuijin {command}" in page
    section = page.split(f"## `tuijin {command}")[1].split("\n## ")[0]
    missing = [
        n for n in names_of_arguments(module) if n not in section and n.upper() not in section
    ]
    assert not missing


def names_of_arguments(module: Path) -> list[str]:
    """Options, and of positional arguments their choices, metavar or name."""
    found: list[str] = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument":
            given = {k.arg: k.value for k in node.keywords}
            name = ast.literal_eval(node.args[0])
            if not name.startswith("-"):
                name = ast.literal_eval(given.get("choices", given.get("metavar", node.args[0])))
            found += [name] if isinstance(name, str) else name
    return found


def test_every_noun_and_choice_is_in_the_glossary():
    page = (DOCS / "glossary.md").read_text()
    pairs = [(noun.zh, noun.en) for noun in NOUNS.values()]
    pairs += CHOICES["stage"].values()
    missing = [f"{zh} {en}" for zh, en in pairs if zh not in page or en.lower() not in page.lower()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_recipes_in_text_exist(page):
    named = set(re.findall(r"`?\bmake ([a-z]+(?:-[a-z]+)*)(?=[` ]|$)", code_in(page.read_text())))
    assert named <= RECIPES, page


def code_in(text: str) -> str:
    """The code of a page: blocks and `spans`, one a line."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in inside if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_no_machine(page):
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home)/", page.read_text())


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("20*.md")), ids=lambda p: p.stem)
def test_decisions_have_all_five_parts(page):
    text = page.read_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z0-9-]+", page.stem)
    assert "\nStatus: " in text
    for part in ("Context", "Decision", "Consequences", "Rejected"):
        assert f"\n## {part}\n" in text, part


def test_changelog_fragments_have_a_known_kind():
    for path in (ROOT / "changelog.d").glob("*.md"):
        assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed|numbers)\.md", path.name), (
            path
        )


@pytest.mark.parametrize("folder", ["how-to", "reference", "decisions"])
def test_every_page_is_listed(folder):
    listed = (DOCS / folder / "README.md").read_text()
    pages = {path.name for path in (DOCS / folder).glob("*.md")} - {"README.md"}
    assert not [name for name in pages if name not in listed]
