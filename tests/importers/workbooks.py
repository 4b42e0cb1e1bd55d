"""Build workbooks part by part, good and hostile."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

TYPES = f'<Types xmlns="{PACKAGE}/content-types"/>'
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>'
    '<sheet name="项目" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f'<row r="1">{text_cell("A1", "项目名称")}{text_cell("B1", "所在地区")}</row>'
ROW = f'<row r="2">{text_cell("A2", "甲")}{text_cell("B2", "达茂旗")}</row>'


def sheet(body: str = HEAD + ROW, *, tail: str = "", head: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{head}<sheetData>{body}</sheetData>{tail}</worksheet>'


def parts(**changes: str | bytes) -> dict[str, str | bytes]:
    """Parts of a small good workbook, with some changed: `sheet=`, `book=`, `types=`."""
    return {
        "[Content_Types].xml": changes.get("types", TYPES),
        "xl/workbook.xml": changes.get("book", BOOK),
        "xl/_rels/workbook.xml.rels": BOOK_RELS,
        "xl/worksheets/sheet1.xml": changes.get("sheet", sheet()),
    }


def pack(content: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def book(**changes: str | bytes) -> bytes:
    return pack(parts(**changes))


def with_part(name: str, data: str | bytes = "x") -> bytes:
    return pack(parts() | {name: data})
