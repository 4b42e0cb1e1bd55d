"""The file a command is given: `-` is standard input, and no more is read than may be."""

from __future__ import annotations

import sys
from pathlib import Path

from tuijin.errors import NotFound

MAX_SPEC_BYTES = 256_000


def read_bytes(path: Path, *, most: int = MAX_SPEC_BYTES) -> bytes:
    """
    Read a file up to one byte past its limit, so that whoever parses it can tell it is too large.

    Raises
    ------
    NotFound
        If there is no such file.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read(most + 1)
    if not path.is_file():
        raise NotFound(f"no file {path.name}")
    with path.open("rb") as file:
        return file.read(most + 1)
