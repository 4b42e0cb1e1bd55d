"""One value that breaks the field grammar."""

from __future__ import annotations

from tuijin.errors import ImportFailed


class Fault(ImportFailed):
    """`code` is stable; `expected` says, in Chinese, what would be right."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected, code=code)
        self.expected = expected
