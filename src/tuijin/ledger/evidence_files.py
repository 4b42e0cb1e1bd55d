"""What a photo or PDF must be to count as evidence. Pure: bytes in, facts or an error out."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from tuijin.errors import ImportFailed, TooLarge, TypeNotAllowed

PHOTO_BYTES, PDF_BYTES = 20_000_000, 50_000_000
_PIXELS, _FRAMES, _PDF_PAGES, _SIDE = 50_000_000, 100, 500, 1600
_IMAGES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_SPELLINGS = {"JPEG": ("JPEG", "MPO")}  # telephones put a second picture behind the first
_PROGRAMS = frozenset(
    ".exe .com .bat .cmd .scr .js .vbs .php .jsp .asp .aspx .py .sh .dll .html .htm .svg".split()
)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|XFA|RichMedia)\b")
_BIDI_AND_CONTROLS = re.compile(r"[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Checked:
    """
    A file that may be kept.

    Parameters
    ----------
    display
        Re-encoded JPEG without metadata, or empty for a PDF.
    claimed_at, claimed_longitude_deg, claimed_latitude_deg
        What the photo's own metadata says: claimed, not proven.
    is_active
        A PDF with scripts or attachments: download only.
    """

    content_type: str
    shown_name: str
    display: bytes = b""
    claimed_at: datetime | None = None
    claimed_longitude_deg: float | None = None
    claimed_latitude_deg: float | None = None
    is_active: bool = False


def clean_name(name: str) -> str:
    """Return the name as shown: last part only, NFC, no controls, at most 120 characters."""
    plain = _BIDI_AND_CONTROLS.sub("", unicodedata.normalize("NFC", name)).replace("\\", "/")
    last = PurePosixPath(plain).name.strip() or "file"
    stem, dot, suffix = last.rpartition(".")
    return last if len(last) <= 120 else f"{stem[: 119 - len(suffix)]}{dot}{suffix}"


def check_file(data: bytes, *, name: str) -> Checked:
    """
    Check an evidence file by its content.

    Raises
    ------
    TypeNotAllowed, TooLarge, ImportFailed
        With the codes of the security reference, section 3.5.
    """
    shown = clean_name(name)
    parts = [f".{part.strip(';').lower()}" for part in shown.split(".")[1:]]
    suffix = parts[-1] if parts else ""
    if any(part in _PROGRAMS for part in parts) or suffix not in (*_IMAGES, ".pdf"):
        raise TypeNotAllowed(f"只接受 JPG、PNG、WEBP 照片和 PDF，收到 {shown}")
    if not data:
        raise ImportFailed(f"{shown} 是空文件", code="empty_file")
    if len(data) > (PDF_BYTES if suffix == ".pdf" else PHOTO_BYTES):
        raise TooLarge(f"{shown} 超过大小限制")
    if suffix == ".pdf":
        return _check_pdf(data, shown)
    return _check_image(data, shown, _IMAGES[suffix])


def _check_pdf(data: bytes, shown: str) -> Checked:
    if not data.startswith(b"%PDF-"):
        raise TypeNotAllowed(f"{shown} 的内容不是 PDF", code="type_mismatch")
    if b"/Encrypt" in data:
        raise ImportFailed(f"{shown} 已加密，请去除密码后再传", code="encrypted")
    if len(re.findall(rb"/Type\s*/Page\b", data)) > _PDF_PAGES:
        raise ImportFailed(f"{shown} 超过 {_PDF_PAGES} 页", code="document_too_large")
    return Checked("application/pdf", shown, is_active=bool(_ACTIVE_PDF.search(data)))


def _check_image(data: bytes, shown: str, wanted: str) -> Checked:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in _SPELLINGS.get(wanted, (wanted,)):
                raise TypeNotAllowed(f"{shown} 的内容是 {image.format}", code="type_mismatch")
            width, height = image.size
            if width * height > _PIXELS:
                raise ImportFailed(f"{shown} 超过五千万像素", code="pixel_flood")
            if getattr(image, "n_frames", 1) > _FRAMES:
                raise ImportFailed(f"{shown} 帧数过多", code="document_too_large")
            taken, longitude, latitude = _claims(image)
            display = _display_copy(image)
    except UnidentifiedImageError as error:
        raise TypeNotAllowed(f"{shown} 的内容不是图片", code="type_mismatch") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImportFailed(f"{shown} 已损坏，无法读取", code="unreadable") from error
    return Checked(f"image/{wanted.lower()}", shown, display, taken, longitude, latitude)


def _display_copy(image: Image.Image) -> bytes:
    """First frame, upright, at most 1,600 pixels a side, nothing but pixels."""
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_SIDE, _SIDE))
    plain = Image.frombytes("RGB", upright.size, upright.tobytes())
    stream = io.BytesIO()
    plain.save(stream, "JPEG", quality=82, optimize=True)
    return stream.getvalue()


def _claims(image: Image.Image) -> tuple[datetime | None, float | None, float | None]:
    exif = image.getexif()
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    text = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        taken = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S") if text else None  # noqa: DTZ007  the camera told no zone
    except ValueError:
        taken = None
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    return taken, _degrees(gps, 4, 3, "W"), _degrees(gps, 2, 1, "S")


def _degrees(gps: dict[int, object], value: int, reference: int, negative: str) -> float | None:
    parts = gps.get(value)
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        found = sum(float(part) / 60**power for power, part in enumerate(parts))
    except (ZeroDivisionError, TypeError, ValueError):
        return None
    if not (math.isfinite(found) and 0 <= found <= 180):
        return None
    return -found if gps.get(reference) == negative else found
