"""Every refusal of the security reference 3.1 and 3.2 that a workbook can meet, by its code."""

import io
import random
import struct
import warnings
import zipfile

import pytest

from tests.importers import workbooks as w
from tests.importers.show_parsed import entries_of
from tuijin.errors import TuijinError
from tuijin.importers.ledger_xlsx import plugin
from tuijin.importers.template import build_template

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def bomb():
    return w.pack(w.parts() | {"xl/media/a.xml": b" " * 11_000_000})


def lying_bomb():
    """The header says ten bytes; what comes out is eleven megabytes."""
    data = bytearray(bomb())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry = archive.getinfo("xl/media/a.xml")
    for at in range(len(data) - 4):
        if data[at : at + 4] == struct.pack("<L", entry.file_size):
            data[at : at + 4] = struct.pack("<L", 10)
    return bytes(data)


def duplicate_names():
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in [*w.parts().items(), ("xl/workbook.xml", w.BOOK)]:
            archive.writestr(name, data)
    return buffer.getvalue()


def symlink():
    buffer = io.BytesIO(w.book())
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("xl/link.xml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def corrupt():
    data = bytearray(w.book())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    data[entry.header_offset + 30 + len(entry.filename) + 20] ^= 0xFF
    return bytes(data)


def rows(count, *, first=2):
    return "".join(
        f'<row r="{n}">{w.text_cell(f"A{n}", "甲")}{w.text_cell(f"B{n}", "乙")}</row>'
        for n in range(first, first + count)
    )


def merges(count, size=1):
    refs = "".join(f'<mergeCell ref="A{n}:A{n + size}"/>' for n in range(10, 10 + count))
    return f'<mergeCells count="{count}">{refs}</mergeCells>'


DTD = '<!DOCTYPE a [<!ENTITY b "c">]>'
DDE = f'<externalLink xmlns="{w.MAIN}"><ddeLink ddeService="cmd" ddeTopic="x"/></externalLink>'

REFUSED = {
    "1 empty": ("a.xlsx", b"", "empty_file", 422),
    "2 too large": ("a.xlsx", b"PK" + bytes(20_000_001), "too_large", 413),
    "3 exe": ("a.xlsx", b"MZ" + bytes(100), "type_mismatch", 415),
    "3 docx": ("a.xlsx", w.pack({"[Content_Types].xml": w.TYPES, "word/document.xml": "<a/>"}),
               "type_mismatch", 415),
    "4 double": ("a.pdf.exe", w.book(), "type_not_allowed", 415),
    "4 disguise": ("a.php;.xlsx", w.book(), "type_not_allowed", 415),
    "4 pdf.xlsx": ("a.pdf.xlsx", w.book(), "type_not_allowed", 415),
    "12 name": ("绝密★三年.xlsx", w.book(), "classified_marker", 422),
    "12 cell": ("a.xlsx", w.book(sheet=w.sheet(f'<row r="1">{w.text_cell("A1", "机密 10年")}</row>'
                + w.HEAD.replace('"1"', '"2"').replace("A1", "A2").replace("B1", "B2"))),
                "classified_marker", 422),
    "13 xls": ("a.xls", OLE + bytes(512), "type_not_allowed", 415),
    "13 xls as xlsx": ("a.xlsx", OLE + bytes(512), "type_not_allowed", 415),
    "13 xlsm": ("a.xlsm", w.book(), "type_not_allowed", 415),
    "13 xlsb": ("a.xlsx", w.with_part("xl/workbook.bin"), "type_not_allowed", 415),
    "13 vba": ("a.xlsx", w.with_part("xl/vbaProject.bin"), "macro", 415),
    "13 macro type": ("a.xlsx", w.book(types="<Types>macroEnabled.main+xml</Types>"), "macro", 415),
    "14 encrypted": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", 422),
    "15 bomb": ("a.xlsx", bomb(), "zip_bomb", 413),
    "15 lying bomb": ("a.xlsx", lying_bomb(), "zip_bomb", 413),
    "15 parts": ("a.xlsx", w.pack(w.parts() | {f"xl/{n}.xml": "" for n in range(2_000)}),
                 "zip_bomb", 413),
    "15 nested": ("a.xlsx", w.with_part("xl/media/a.bin", w.book()), "zip_bomb", 413),
    "16 parent": ("a.xlsx", w.with_part("../a.xml"), "bad_archive", 422),
    "16 absolute": ("a.xlsx", w.with_part("/a.xml"), "bad_archive", 422),
    "16 backslash": ("a.xlsx", w.with_part("xl\\a.xml"), "bad_archive", 422),
    "16 duplicate": ("a.xlsx", duplicate_names(), "bad_archive", 422),
    "16 case": ("a.xlsx", w.with_part("XL/Workbook.xml"), "bad_archive", 422),
    "16 link": ("a.xlsx", symlink(), "bad_archive", 422),
    "17 doctype": ("a.xlsx", w.book(sheet=DTD + w.sheet()), "xml_dtd", 422),
    "17 elsewhere": ("a.xlsx", w.with_part("docProps/app.xml", DTD + "<a/>"), "xml_dtd", 422),
    "17 utf-16": ("a.xlsx", w.book(sheet=(DTD + w.sheet()).encode("utf-16")), "xml_dtd", 422),
    "17 utf-16-be": ("a.xlsx", w.book(sheet=(DTD + w.sheet()).encode("utf-16-be")), "xml_dtd", 422),
    "18 far row": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + w.ROW + '<row r="1048576">'
                   '<c r="A1048576"><v>1</v></c></row>')), "sheet_too_large", 422),
    "18 far column": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + '<row r="2">'
                      '<c r="XFD2"><v>1</v></c></row>')), "sheet_too_large", 422),
    "18 column 513": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + '<row r="2">'
                      '<c r="SS2"><v>1</v></c></row>')), "sheet_too_large", 422),
    "18 corner in row 2": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + '<row r="2">'
                           '<c r="A900000"><v>1</v></c></row>')), "unreadable", 422),
    "20 area": ("a.xlsx", w.book(sheet=w.sheet(
        tail='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')), "merge_too_large", 422),
    "20 count": ("a.xlsx", w.book(sheet=w.sheet(tail=merges(5_001))), "merge_too_large", 422),
    "21 rows": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + rows(50_001))), "too_many_rows", 422),
    "22 inline": ("a.xlsx", w.book(sheet=w.sheet(
        w.HEAD + f'<row r="2">{w.text_cell("A2", "x" * 32_768)}</row>')), "cell_too_long", 422),
    "22 shared": ("a.xlsx", w.with_part("xl/sharedStrings.xml",
                  f"<sst><si><t>{'x' * 32_768}</t></si></sst>"), "cell_too_long", 422),
    "24 dde": ("a.xlsx", w.with_part("xl/externalLinks/externalLink1.xml", DDE),
               "active_content", 422),
    "24 ole": ("a.xlsx", w.with_part("xl/embeddings/oleObject1.bin"), "active_content", 422),
    "24 activex": ("a.xlsx", w.with_part("xl/activeX/activeX1.xml", "<a/>"), "active_content", 422),
    "24 connections": ("a.xlsx", w.with_part("xl/connections.xml", "<a/>"), "active_content", 422),
    "24 query": ("a.xlsx", w.with_part("xl/queryTables/q.xml", "<a/>"), "active_content", 422),
    "24 web": ("a.xlsx", w.with_part("xl/webextensions/t.xml", "<a/>"), "active_content", 422),
    "24 relation": ("a.xlsx", w.with_part("xl/worksheets/_rels/sheet1.xml.rels",
                    f'<Relationship Type="{w.RELS}/oleObject" Target="x"/>'),
     "active_content", 422),
    "29 header": ("a.xlsx", w.book(sheet=w.sheet(w.ROW)), "header", 422),
    "30 not a zip": ("a.xlsx", b"PK\x03\x04" + bytes(100), "unreadable", 422),
    "30 truncated": ("a.xlsx", w.book()[:-200], "unreadable", 422),
    "30 crc": ("a.xlsx", corrupt(), "unreadable", 422),
    "30 method": ("a.xlsx", w.pack(w.parts(), method=zipfile.ZIP_BZIP2), "unreadable", 422),
    "30 shared number": ("a.xlsx", w.book(sheet=w.sheet(w.HEAD + '<row r="2">'
                         '<c r="A2" t="s"><v>7</v></c></row>')), "unreadable", 422),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    name, data, code, status = REFUSED[case]
    with pytest.raises(TuijinError) as refused:
        plugin.parse(data, name=name)
    assert (refused.value.code, refused.value.status) == (code, status)


NAMES = ["../a.xlsx", "C:\\x\\a.xlsx", "CON.xlsx", "a\u202exslx.xlsx", "长" * 300 + ".xlsx",
         "2025.9.23.xlsx", "a\r\nb.xlsx"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_are_accepted_with_good_content(name):
    assert entries_of(plugin.parse(w.book(), name=name), "project")


def codes(parsed):
    return {problem.code for problem in (*parsed.problems, *parsed.notes)}


def test_formatted_blank_rows_are_ignored_and_hide_nothing():
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(3, 150_000))
    last = rows(1, first=150_000) + '<row r="1048576"><c r="A1048576" s="1"/></row>'
    parsed = plugin.parse(w.book(sheet=w.sheet(w.HEAD + w.ROW + blank + last)), name="a.xlsx")
    (table,) = parsed.tables
    assert table.rows.tolist() == [2, 150_000]


def cell(content, attributes=""):
    head = w.HEAD.replace("</row>", w.text_cell("C1", "计划开工日期") + "</row>")
    row = w.ROW.replace("</row>", f'<c r="C2"{attributes}>{content}</c></row>')
    return w.sheet(head + row)


@pytest.mark.parametrize(
    ("content", "attributes", "code"),
    [
        ("<f>TODAY()</f>", "", "formula_without_value"),
        ("<f>TODAY()</f><v></v>", "", "formula_without_value"),
        ("<v>#REF!</v>", ' t="e"', "cell_error"),
        ("<f>A9</f><v>#DIV/0!</v>", ' t="e"', "cell_error"),
        ("<v>60</v>", "", "date_1900_02_29"),
        ("<v>0</v>", "", "date"),
        ("<v>-3</v>", "", "date"),
        ("<v>80000</v>", "", "date"),
        ("<v>2025</v>", "", "date_ambiguous"),
        ("<v>45000.5</v>", "", "date_ambiguous"),
        ("<v>1</v>", ' t="b"', "type"),
    ],
)
def test_row_errors(content, attributes, code):
    parsed = plugin.parse(w.book(sheet=cell(content, attributes)), name="a.xlsx")
    (problem,) = parsed.problems
    assert (problem.code, problem.sheet, problem.row, problem.column) == (code, "项目", 2, "C")
    assert problem.field == "planned_start_on"


def test_cached_value_is_taken_and_flagged():
    sheet = cell("<f>DATE(2025,9,20)</f><v>45920</v>")
    parsed = plugin.parse(w.book(sheet=sheet), name="a.xlsx")
    assert str(entries_of(parsed, "project")[0]["planned_start_on"]) == "2025-09-20"
    assert codes(parsed) == {"formula_cached"}


def test_1904_dates_follow_the_flag():
    book = w.BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    parsed = plugin.parse(w.book(book=book, sheet=cell("<v>44458</v>")), name="a.xlsx")
    assert str(entries_of(parsed, "project")[0]["planned_start_on"]) == "2025-09-20"


def test_plain_external_links_are_flagged():
    link = f'<externalLink xmlns="{w.MAIN}"><externalBook/></externalLink>'
    parsed = plugin.parse(w.with_part("xl/externalLinks/externalLink1.xml", link), name="a.xlsx")
    assert codes(parsed) == {"external_link"}


def test_hidden_parts_are_reported():
    book = w.BOOK.replace('sheetId="1"', 'sheetId="1" state="veryHidden"')
    sheet = w.sheet(
        w.HEAD + w.ROW.replace('<row r="2"', '<row r="2" hidden="1"'),
        head='<cols><col min="2" max="2" width="9" hidden="1"/></cols>',
    )
    parsed = plugin.parse(w.book(book=book, sheet=sheet), name="a.xlsx")
    assert codes(parsed) == {"hidden_sheet", "hidden_row", "hidden_column"}


def outcome(data):
    try:
        return plugin.parse(data, name="a.xlsx")
    except TuijinError as refused:
        return refused


def test_mutated_workbooks_only_ever_raise_our_own_errors():
    chance = random.Random(20250921)
    good = [w.book(), build_template(("project", "plan"))]
    for number in range(300):
        data = bytearray(good[number % 2])
        if number % 3 == 0:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randint(1, 20)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        outcome(bytes(data))


def test_mutated_parts_only_ever_raise_our_own_errors():
    """Mutate inside the parts, so that the container's checksums do not stop it."""
    chance = random.Random(20250920)
    with zipfile.ZipFile(io.BytesIO(build_template(("project",)))) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    small = w.parts()
    for number in range(300):
        content = {k: bytearray(v if isinstance(v, bytes) else v.encode())
                   for k, v in (good, small)[number % 2].items()}  # fmt: skip
        part = chance.choice([p for p in content.values() if p])
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(part))
            part[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        outcome(w.pack({k: bytes(v) for k, v in content.items()}))
