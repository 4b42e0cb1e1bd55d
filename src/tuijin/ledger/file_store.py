"""Files on disk, named by their SHA-256; written once, never overwritten."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from tuijin.errors import NotFound


def _path(sha256: str, *, kind: str) -> Path:
    return Path(settings.CONFIG.home) / "files" / kind / sha256[:2] / sha256


def keep(data: bytes, *, kind: str = "original", named: str | None = None) -> str:
    """
    Store bytes durably and return their SHA-256.

    Temp file in the same folder, fsync, rename, fsync of the folder: after this returns, a power
    cut does not lose them. `named` stores a derived copy under its original's hash.
    """
    sha256 = named or hashlib.sha256(data).hexdigest()
    path = _path(sha256, kind=kind)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(sha256: str, *, kind: str = "original") -> bytes:
    """Return a stored file."""
    try:
        return _path(sha256, kind=kind).read_bytes()
    except FileNotFoundError as error:
        raise NotFound from error
