"""
The process that reads a file nobody has looked at yet: `python -m tuijin.importers.worker`.

Request and file on stdin, result on stdout. It limits itself before it reads the first byte; what
a crafted file makes of it can harm nothing but itself (security reference 7).
"""

from __future__ import annotations

import gc
import resource
import sys

from tuijin import background

CPU_SECONDS = 30
MEMORY_BYTES = 512 * 1024 * 1024


def limit_itself() -> None:
    """Limit processor time, memory, files and processes."""
    background.stay_behind()
    limits = {
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def answer(request: bytes) -> bytes:
    """Parse, whatever the file is; only here is every exception caught."""
    from tuijin.discovery import load_plugin  # after the limits are set
    from tuijin.errors import ImportFailed, TooLarge, TuijinError
    from tuijin.importers import wire

    try:
        importer, name, mappings, data = wire.load_request(request)
        plugin = load_plugin("tuijin.importers", importer)
        return wire.dump_parsed(plugin.parse(data, name=name, mappings=mappings))
    except TuijinError as error:
        return wire.dump_error(error)
    except MemoryError:
        return wire.dump_error(TooLarge("读取文件所需的内存超过上限", code="parse_limit"))
    except Exception:  # noqa: BLE001  the boundary that runs hostile files
        return wire.dump_error(ImportFailed("文件已损坏，无法读取", code="unreadable"))


def main() -> None:
    limit_itself()
    gc.disable()  # the process lives for one file
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
