"""
Refuse hostile workbooks before anything reads them (security reference 3.1, 3.2).

Sizes are counted while inflating; what headers say is not trusted.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from lxml import etree

from tuijin.errors import ImportFailed, Problem, TooLarge, TuijinError, TypeNotAllowed
from tuijin.importers.marker import check_marker

MAX_FILE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PARTS = 2_000
MAX_RATIO = 100
RATIO_MATTERS_FROM_BYTES = 10_000_000
_STEP_BYTES = 1 << 22
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
# Endings that make `a.pdf.xlsx` or `a.php;.xlsx` a disguise; `2025.9.xlsx` is none.
_DISGUISES = frozenset(
    "exe com bat cmd scr pif js jse vbs vbe ps1 msi dll hta jar sh php asp aspx jsp html htm svg "
    "pdf doc docx docm xls xlsm xlsb zip rar 7z lnk jpg png".split()
)
_ACTIVE = re.compile(
    r"xl/(embeddings|activex|querytables|webextensions|customdata|model|xlmacros|macrosheets)/"
    r"|xl/connections\.xml|xl/controls/|(^|/)webextensions?/|customui",
    re.IGNORECASE,
)
_MACRO = re.compile(r"vbaproject(signature)?[^/]*\.bin$|vbadata\.xml$", re.IGNORECASE)
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def check_name(name: str, *, suffix: str) -> None:
    """Refuse another ending, or two endings (3.1 item 4)."""
    *inner, last = name.lower().split(".")
    disguised = {re.sub(r"[^a-z0-9]", "", part) for part in inner[1:]} & _DISGUISES
    if f".{last}" != suffix or disguised:
        raise TypeNotAllowed(f"只接受 {suffix} 文件，收到 {name[-60:]!r}", code="type_not_allowed")


def check_size(data: bytes) -> None:
    """Refuse an empty file, or one over the limit (3.1 items 1, 2)."""
    if not data:
        raise ImportFailed("文件是空的", code="empty_file")
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"文件 {len(data)} 字节，上限 {MAX_FILE_BYTES}", code="too_large")


def open_parts(data: bytes, *, name: str) -> dict[str, bytes]:
    """
    Check a workbook's container and return its parts, inflated, by name.

    Raises
    ------
    TuijinError
        With the code of the item of the security reference that refuses it.
    """
    parts = open_container(data, name=name, suffix=".xlsx")
    _check_kind(parts)
    _check_links(parts)
    return parts


def open_container(data: bytes, *, name: str, suffix: str) -> dict[str, bytes]:
    """Check the zip container of an office file and return its parts; XML among them as UTF-8."""
    check_size(data)
    check_name(name, suffix=suffix)
    check_marker(name)
    _check_magic(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, struct.error, NotImplementedError) as error:
        raise unreadable("压缩结构已损坏") from error
    _check_entries(entries)
    parts = _inflate_all(data, entries)
    for part, content in parts.items():
        if part.lower().endswith((".xml", ".rels", ".vml")):
            parts[part] = _check_xml(content)
    return parts


def unreadable(detail: str) -> ImportFailed:
    return ImportFailed(f"{detail}；请在表格软件中重新另存为 .xlsx", code="unreadable")


def refuse(code: str, detail: str, *, sheet: str = "", row: int = 0) -> ImportFailed:
    return ImportFailed(detail, code=code, problems=[Problem(code, detail, sheet, row)])


def _check_magic(data: bytes) -> None:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise ImportFailed("文件有密码保护，请去掉密码后再上传", code="encrypted")
        raise TypeNotAllowed("这是旧格式 .xls，请另存为 .xlsx", code="type_not_allowed")
    if not data.startswith(b"PK"):
        raise TypeNotAllowed("内容不是 .xlsx 工作簿", code="type_mismatch")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS:
        raise TooLarge(f"{len(entries)} 个部分，上限 {MAX_PARTS}", code="zip_bomb")
    seen = set()
    for entry in entries:
        path = entry.filename
        outside = path.startswith("/") or "\\" in path or ":" in path or "\0" in path
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if outside or is_link or ".." in PurePosixPath(path).parts or path.lower() in seen:
            raise ImportFailed("压缩包内含不允许的路径、链接或重名部分", code="bad_archive")
        seen.add(path.lower())
        if entry.flag_bits & 0x1:
            raise ImportFailed("文件有密码保护，请去掉密码后再上传", code="encrypted")
        if path.lower().endswith((".zip", ".xlsx", ".xlsm", ".docx", ".7z", ".rar", ".gz")):
            nested = "xl/embeddings/" in path.lower()
            raise _active(path) if nested else TooLarge("压缩包内还有压缩包", code="zip_bomb")
        if _MACRO.search(path):
            raise TypeNotAllowed("工作簿含宏，请另存为不含宏的 .xlsx", code="macro")
        if _ACTIVE.search(path):
            raise _active(path)


def _active(path: str) -> TuijinError:
    return ImportFailed(f"工作簿含活动内容（{path[-40:]}），请删除后再上传", code="active_content")


def _inflate_all(data: bytes, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        content = _inflate(data, entry, budget=MAX_UNPACKED_BYTES - total)
        total += len(content)
        if content.startswith(b"PK\x03\x04"):
            raise TooLarge("压缩包内还有压缩包", code="zip_bomb")
        parts[entry.filename] = content
    return parts


def _inflate(data: bytes, entry: zipfile.ZipInfo, *, budget: int) -> bytes:
    """Inflate one part from its own bytes, and stop as soon as it is too big."""
    packed = _packed(data, entry)
    if entry.compress_type == _STORED:
        content = bytes(packed)
        if len(content) > budget:
            raise _bomb()
    elif entry.compress_type == _DEFLATED:
        content = _inflate_deflated(packed, budget=budget)
    else:
        raise unreadable("未知的压缩方式")
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise unreadable("校验不符，文件已损坏")
    return content


def _packed(data: bytes, entry: zipfile.ZipInfo) -> memoryview:
    start = entry.header_offset
    if start < 0 or start + _LOCAL.size > len(data):
        raise unreadable("压缩结构已损坏")
    signature, *_, name_length, extra_length = _LOCAL.unpack_from(data, start)
    begin = start + _LOCAL.size + name_length + extra_length
    end = begin + entry.compress_size
    if signature != b"PK\x03\x04" or end > len(data):
        raise unreadable("压缩结构已损坏")
    name = data[start + _LOCAL.size : start + _LOCAL.size + name_length]
    if name not in (entry.orig_filename.encode(), entry.orig_filename.encode("cp437", "replace")):
        raise ImportFailed("压缩包内的名称前后不一致", code="bad_archive")
    return memoryview(data)[begin:end]


def _inflate_deflated(packed: memoryview, *, budget: int) -> bytes:
    machine = zlib.decompressobj(-15)
    pieces, size = [], 0
    limit = min(budget, max(RATIO_MATTERS_FROM_BYTES, MAX_RATIO * len(packed)))
    rest: bytes | memoryview = packed
    try:
        while not machine.eof:
            piece = machine.decompress(rest, _STEP_BYTES)
            rest = machine.unconsumed_tail
            size += len(piece)
            if size > limit:
                raise _bomb()
            if not piece and not rest:
                raise unreadable("压缩数据不完整")
            pieces.append(piece)
    except zlib.error as error:
        raise unreadable("压缩数据已损坏") from error
    return b"".join(pieces)


def _bomb() -> TooLarge:
    return TooLarge("解压后过大（压缩炸弹）", code="zip_bomb")


def _check_kind(parts: dict[str, bytes]) -> None:
    types = parts.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise TypeNotAllowed("工作簿含宏，请另存为不含宏的 .xlsx", code="macro")
    if any(path.endswith("workbook.bin") for path in parts):
        raise TypeNotAllowed("这是 .xlsb，请另存为 .xlsx", code="type_not_allowed")
    if not types or not any(path.lower().endswith("workbook.xml") for path in parts):
        raise TypeNotAllowed("内容不是 .xlsx 工作簿", code="type_mismatch")


def _check_xml(content: bytes) -> bytes:
    """Return the part as UTF-8; refuse other encodings and any document type (item 17)."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:4]:
        codec = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else (
            "utf-16-be" if content[:1] == b"\0" else "utf-16-le")  # fmt: skip
        try:
            content = content.decode(codec).encode()
        except UnicodeError as error:
            raise unreadable("文字编码已损坏") from error
        content = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", content, count=1)
    declared = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise unreadable("文字编码不是 UTF-8")
    has_marks = b"<!" in content
    if has_marks and _DTD.search(content):
        raise ImportFailed("XML 中含 DOCTYPE 或 ENTITY", code="xml_dtd")
    return strip_comments(content) if has_marks else content


def parse_xml(content: bytes) -> etree._Element:
    """Parse a small part; what it may contain has been checked on its bytes."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise unreadable("XML 结构已损坏") from error


def strip_comments(content: bytes) -> bytes:
    """Write a part without comments and CDATA, so that every `<` begins a tag."""
    root = parse_xml(content)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _check_links(parts: dict[str, bytes]) -> None:
    """Refuse DDE and OLE links and external data; a plain external link is only flagged."""
    for path, content in parts.items():
        if "externallinks/" in path.lower() and re.search(rb"<(\w+:)?(ddeLink|oleLink)\b", content):
            raise _active(path)
        tail = content[content.rfind(b"sheetData>") :] if "worksheets/" in path.lower() else b""
        if re.search(rb"<(\w+:)?(oleObjects|controls|webPublishItems)\b", tail):
            raise _active(path)
        if path.endswith(".rels") and re.search(
            rb'relationships/(oleObject|control|connections|queryTable|attachedTemplate)"', content
        ):
            raise _active(path)
