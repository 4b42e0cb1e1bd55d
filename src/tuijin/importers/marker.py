"""Markings of state secrets: such a file must not enter the system (security reference 3.1, 12)."""

from __future__ import annotations

import re

from tuijin.errors import ImportFailed

# 绝密 机密 秘密 followed by a star, or by a period of secrecy, as GB/T 9704 marks documents.
_MARK = re.compile(
    r"[★☆]\s*(?:绝密|机密|秘密)|(?<!商业)(?:绝密|机密|秘密)\s*(?:[★☆*＊]|[(（【]?\s*\d{1,3}\s*(?:年|个月|月)|长期|解密前)"
)


def check_marker(text: str) -> None:
    """
    Stop where a text carries the mark of a classified document.

    Raises
    ------
    ImportFailed
        classified_marker; the content is not repeated.
    """
    if _MARK.search(text):
        raise ImportFailed(
            "内容带有密级标志。本系统不处理涉密信息：请立即停止上传，并联系保密部门",
            code="classified_marker",
        )
