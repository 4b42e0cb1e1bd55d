"""Project code (GB/T 40058-2021) and unified social credit code (GB 32100-2015)."""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import uscc

from tuijin.importers.faults import Fault

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Year and month; or the year of the form used before November 2020, which as year and month would
# have a month above 12. Then a province of GB/T 2260, 66 (XPCC) or 00 (the centre).
_PROJECT = re.compile(
    r"(?:\d\d(?:0[1-9]|1[0-2])|201[3-9]|2020)"
    r"-(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12]|00)\d{4}-\d\d-\d\d-\d{6}",
    re.ASCII,
)
PROJECT_CODE_EXPECTED = (
    "项目代码，如 2509-150223-04-01-123456：年月（或 2013–2020 年）-地区-2位-2位-6位"
)
USCC_EXPECTED = "18位统一社会信用代码，两处校验位须相符"


def parse_project_code(text: str) -> str:
    """
    Check shape, month and region; never the last digit, whose rule is not published.

    Raises
    ------
    Fault
        project_code
    """
    if _PROJECT.fullmatch(text):
        return text
    code = unicodedata.normalize("NFKC", text).strip().replace("—", "-").replace("–", "-")
    if _PROJECT.fullmatch(code):
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
