"""What the tests of both renderings put on paper."""

from __future__ import annotations

from tuijin.paper import (
    Pack,
    Page,
    Paragraph,
    Question,
    Questions,
    VerdictRow,
    Verdicts,
)

HOSTILE = '#set text(red) *b* $x$ <b>&amp;</b> `c` \\ @a // "q" {{7*7}} ${7*7}'
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40">'
    '<rect width="80" height="40" fill="#123a5c"/></svg>'
)
VERDICTS = Verdicts(
    titles=("承诺", "结论", "依据"),
    rows=(
        VerdictRow("通关时间不高于2分钟", "undecided", "待定", "没有闸口记录", "需要：闸口日志"),
        VerdictRow("年底前投运", "falls_short", "未达", "2026-03-03"),
    ),
)


def make_pack(n_questions: int) -> Pack:
    questions = Questions(
        tuple(Question("销路", "合同吨位是多少？" * 3) for _ in range(n_questions))
    )
    pages = tuple(
        Page(f"第{i}站", f"项目{i}", (VERDICTS, questions), mark="表态发言") for i in range(1, 4)
    )
    return Pack("观摩手册", "第二日", (Paragraph("行程"),), pages, notes_title="记录")
