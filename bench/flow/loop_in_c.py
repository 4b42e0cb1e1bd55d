"""Build loop.c against the records of the kernel, and put it in the kernel's place."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuijin.engines.flow.kernels import tables

HERE = Path(__file__).parent
_TYPES = {"i": "int64_t", "f": "double", "u": "uint64_t"}


def write_header(path: Path) -> None:
    """Write the records as C structs; all fields take eight bytes, so nothing is padded."""
    lines = ["#include <stdint.h>"]
    for name, dtype in {**tables.TABLES, "world": tables.WORLD}.items():
        assert dtype.fields is not None
        fields = "".join(
            f" {_TYPES[kind.kind]} {field};" for field, (kind, *_) in dtype.fields.items()
        )
        lines.append(f"struct {name} {{{fields} }};")
    path.write_text("\n".join(lines) + "\n")


def build_advance() -> Callable[[Any, int], int]:
    """Compile with gcc -O3; return a stand-in for `kernels.loop.advance`."""
    with tempfile.TemporaryDirectory() as folder:
        write_header(Path(folder) / "tables.h")
        library = Path(folder) / "loop.so"
        flags = ["-O3", "-march=native", "-fno-math-errno", "-ffp-contract=off", "-shared", "-fPIC"]
        command = ["gcc", *flags, f"-I{folder}", str(HERE / "loop.c"), "-lm", "-o", str(library)]
        subprocess.run(command, check=True)
        compiled = ctypes.CDLL(str(library)).advance
    compiled.restype, compiled.argtypes = ctypes.c_int64, (ctypes.c_void_p, ctypes.c_int64)

    def advance(world: Any, max_events: int) -> int:
        status = int(compiled(world.ctypes.data if hasattr(world, "ctypes") else
                              world.__array_interface__["data"][0], max_events))  # fmt: skip
        if status == 99:
            raise RuntimeError("loop.c leaves out what this network needs")
        return status

    return advance
