"""
Run the benchmarks: `python -m bench [NAME [ARGUMENT…]]`, all of them where none is named.

A benchmark is a module or package here with a `main`; each runs in a process of its own, so that
none warms another's caches. What each measures, and how, stands at its head.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def find_benchmarks() -> list[str]:
    """Names of the modules here that have a `main`."""
    found = [*HERE.glob("*.py"), *HERE.glob("*/__main__.py")]
    runnable = [p for p in found if p.parent != HERE or p.stem != "__main__"]
    named = {p.parent.name if p.stem == "__main__" else p.stem: p for p in runnable}
    return sorted(name for name, path in named.items() if "def main(" in path.read_text("utf-8"))


def main(arguments: list[str]) -> int:
    names = arguments[:1] or find_benchmarks()
    if not set(names) <= set(find_benchmarks()):
        print(f"no benchmark {names[0]!r}; there are {', '.join(find_benchmarks())}")
        return 2
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", *arguments[1:]]
        if subprocess.run(command, cwd=HERE.parent, check=False).returncode != 0:
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
