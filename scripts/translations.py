"""
English for the Chinese of each room: `translations.py update|compile|check [ROOM…]`.

update
    Bring every `locale/en/LC_MESSAGES/django.po` in line with the strings in code and templates:
    new ones come in empty, translations that are there are kept, strings that are gone go.
compile
    Write `django.mo` beside each; both are committed, so that nobody needs gettext's programs.
check
    Fail on anything missing, fuzzy, stale, or compiled from something else; on a placeholder that
    is lost in translation; on Chinese in a template outside a translated string (unless the line
    says lang="zh…": what stays Chinese on an English page is marked as such for screen readers).
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SRC = Path(__file__).parents[1] / "src" / "tuijin"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Fixed, so that the same strings give the same bytes.
HEADER = """\
# English for the Chinese source strings; see scripts/translations.py.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
Key = tuple[str | None, str | tuple[str, ...]]

_CHINESE = re.compile(r"[㐀-鿿、。，：；（）]")
# The product's name, and what says itself that it is Chinese in either language.
_MEANT_AS_CHINESE = re.compile(r"""推进|lang="zh""")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
_TRANSLATED = re.compile(
    r"\{% *blocktrans(?:late)?\b.*?endblocktrans(?:late)? *%\}"
    r"|\{% *trans(?:late)?\b.*?%\}"
    r"""|_\((?:"[^"]*"|'[^']*')\)"""
    r"""|\{% *either "[^"]*" "[^"]*".*?%\}""",
    re.DOTALL,
)


def room_names() -> list[str]:
    """Every Django app of ours."""
    return sorted(path.parent.name for path in SRC.glob("*/apps.py"))


def po_path(room: str) -> Path:
    return SRC / room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def _extract_from(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Whatever was no string is blanked out; its indentation would only confuse the tokenizer.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    found = extract(
        "python", BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
    )
    for _, message, _, context in found:
        yield context, message


def _error_titles() -> Iterator[Key]:
    """Titles of errors: pages translate them, but the code that raises them knows no Django."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                said = dict(pair for line in node.body for pair in _constants(line))
                if {"code", "title"} <= said.keys():
                    yield None, said["title"]


def _constants(line: ast.stmt) -> Iterator[tuple[str, str]]:
    """Names and texts of `code, title = "not_found", "不存在"`, or of one name alone."""
    if not isinstance(line, ast.Assign):
        return
    target, value = line.targets[0], line.value
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    for name, text in zip(names, values, strict=False):
        if isinstance(name, ast.Name) and isinstance(text, ast.Constant):
            yield name.id, str(text.value)


def extract_strings(room: str) -> set[Key]:
    """Context and text of every string of a room; a plural is a pair."""
    files = [*(SRC / room).rglob("*.py"), *(SRC / room).glob("templates/**/*.*")]
    tests = {path for path in files if path.name.startswith("test_")}
    found = {key for path in files if path not in tests for key in _extract_from(path)}
    return found | set(_error_titles()) if room == "site" else found


def _key(message: Message) -> Key:
    text = message.id
    return message.context, text if isinstance(text, str) else tuple(text)


def load_catalog(room: str) -> Catalog:
    """Return the room's translations; an empty catalog where there are none yet."""
    path = po_path(room)
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", ignore_obsolete=True)


def build_catalog(room: str) -> Catalog:
    """Return the strings of today with the translations there are."""
    known = {_key(m): m for m in load_catalog(room) if m.id}
    fresh = Catalog(locale="en", fuzzy=False)
    for context, text in sorted(extract_strings(room), key=str):
        old = known.get((context, text))
        fresh.add(
            text,
            string=old.string if old else "",
            context=context,
            flags=old.flags if old else (),
            user_comments=old.user_comments if old else (),
        )
    return fresh


def format_po(catalog: Catalog) -> bytes:
    """Return the same bytes for the same strings: sorted, no dates, no line numbers."""
    body = BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.encode() + b"\n" + body.getvalue().strip() + b"\n"


def format_mo(room: str) -> bytes:
    """Compile what is in the room's file now."""
    with po_path(room).open("rb") as file:
        catalog = read_po(file, locale="en", ignore_obsolete=True)
    fixed = Catalog(locale="en", fuzzy=False)
    for message in catalog:
        if message.id and message.string and not message.fuzzy:
            fixed.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, fixed)
    # Babel's header tells the time and its own version, of the same length each time: drop them.
    return re.sub(rb"(?:POT-Creation-Date|Generated-By): [^\n]*", _blank, compiled.getvalue())


def _blank(match: re.Match[bytes]) -> bytes:
    name = match[0].split(b":")[0]
    return name + b":" + b" " * (len(match[0]) - len(name) - 1)


def _faults_of_message(message: Message) -> Iterator[str]:
    ids = (message.id,) if isinstance(message.id, str) else message.id
    strings = (message.string,) if isinstance(message.string, str) else message.string
    shown = " ".join(ids[0].split())
    if message.fuzzy:
        yield f"fuzzy: {shown}"
    if not all(strings):
        yield f"not translated: {shown}"
        return
    allowed = {name for text in ids for name in _PLACEHOLDER.findall(text)}
    for text in strings:
        lost = set(_PLACEHOLDER.findall(ids[-1])) - set(_PLACEHOLDER.findall(text))
        strange = set(_PLACEHOLDER.findall(text)) - allowed
        # "1 project" may drop the number; nothing else may.
        if strange or (lost and text is strings[-1]):
            yield f"placeholders differ: {shown} -> {text}"


def _faults_of_templates(room: str) -> Iterator[str]:
    for path in sorted((SRC / room).glob("templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        for pattern in (_TEMPLATE_COMMENT, _TRANSLATED):
            text = pattern.sub(lambda match: "\n" * match[0].count("\n"), text)
        for number, line in enumerate(text.splitlines(), start=1):
            if _CHINESE.search(line) and not _MEANT_AS_CHINESE.search(line):
                yield f"{path.name}:{number}: Chinese outside a translated string: {line.strip()}"


def find_faults(room: str) -> Iterator[str]:
    """Everything `check` fails on, in words."""
    yield from _faults_of_templates(room)
    wanted, path = build_catalog(room), po_path(room)
    messages = [message for message in wanted if message.id]
    if not messages and not path.exists():
        return
    for message in messages:
        yield from _faults_of_message(message)
    present = {_key(message) for message in load_catalog(room) if message.id}
    for stale in sorted(present - {_key(message) for message in messages}, key=str):
        yield f"stale: {stale[1]}"
    if not path.exists() or path.read_bytes() != format_po(wanted):
        yield f"{path.name} is not as `update {room}` writes it"
    elif not path.with_suffix(".mo").exists():
        yield f"no django.mo: run `compile {room}`"
    elif path.with_suffix(".mo").read_bytes() != format_mo(room):
        yield f"django.mo is not as `compile {room}` writes it"


def update(room: str) -> None:
    catalog, path = build_catalog(room), po_path(room)
    if len(catalog):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(format_po(catalog))
    missing = sum(1 for m in catalog if m.id and not (m.string and all(m.string)))
    print(f"{room}: {len(catalog)} strings, {missing} to translate")


def compile_room(room: str) -> None:
    if po_path(room).exists():
        po_path(room).with_suffix(".mo").write_bytes(format_mo(room))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="English for the Chinese of each room")
    parser.add_argument("action", choices=["update", "compile", "check"])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="all where none is named")
    args = parser.parse_args(argv)
    faults = []
    for room in args.rooms or room_names():
        if args.action == "check":
            faults += [f"{room}: {fault}" for fault in find_faults(room)]
        else:
            (update if args.action == "update" else compile_room)(room)
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
