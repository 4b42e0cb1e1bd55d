"""Project code (GB/T 40058-2021) and unified social credit code (GB 32100-2015)."""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import uscc

from tuijin.importers.faults import Fault

_PROJECT = re.compile(r"(\d{4})-(\d{6})-\d{2}-\d{2}-\d{6}", re.ASCII)
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65 66 71 81 82 00".split()
)  # 66 is the XPCC's code in the platform's own list, 00 the centre's
PROJECT_CODE_EXPECTED = "项目代码，如 2509-150223-04-01-123456：年月（或 2013–2020 年）-地区-2位-2位-6位"
USCC_EXPECTED = "18位统一社会信用代码，两处校验位须相符"


def parse_project_code(text: str) -> str:
    """
    Check shape, month and region; never the last digit, whose rule is not published.

    A first group 2013 to 2020 is the year of the form used before November 2020: as year and
    month it would have a month above 12.

    Raises
    ------
    Fault
        project_code
    """
    code = unicodedata.normalize("NFKC", text).strip().replace("—", "-").replace("–", "-")
    found = _PROJECT.fullmatch(code)
    if found and found[2][:2] in _PROVINCES:
        month = int(found[1][2:])
        if 1 <= month <= 12 or 2013 <= int(found[1]) <= 2020:
            return code
    raise Fault("project_code", PROJECT_CODE_EXPECTED)


def parse_uscc(text: str) -> str:
    """
    Check the alphabet and both check characters.

    Raises
    ------
    Fault
        uscc
    """
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if (
        _USCC.fullmatch(code)
        and uscc.calc_check_digit(code) == code[17]
        and organisation_check(code[8:16]) == code[16]
    ):
        return code
    raise Fault("uscc", USCC_EXPECTED)


def organisation_check(body: str) -> str:
    """Check character of an organisation code (GB 11714): weighted sum, 10 is X, 11 is 0."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
