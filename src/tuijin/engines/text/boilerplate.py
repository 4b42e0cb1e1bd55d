"""Cut what the site put around an article: invitations to read on, advertising, addresses."""

from __future__ import annotations

import re

_READ_ON = re.compile(
    r"^(?:阅读(?:余下|剩余)?全文|展开全文|点击(?:查看|阅读)|登录后|扫码|扫一扫|长按.*二维码|"
    r"相关(?:阅读|新闻|链接)|延伸阅读|推荐阅读|更多(?:精彩|新闻|内容)|免责声明|版权(?:声明|所有)|"
    r"(?:责任)?编辑[:：]|声明[:：]|关注.{0,12}公众号)"
)
_ADVERT = re.compile(
    r"（第[一二三四五六七八九十百\d]+届）.*(?:评选|推介|聚焦|大会|论坛)|https?://|www\.|"
    r"采购商圈|QQ群?[:：]|微信(?:号|公众号)?[:：]|(?:电话|热线|传真|邮箱)[:：]"
)
_ENDS_SENTENCE = re.compile(r"[。！？!?…；;]['\"”’》）)]*$|[”’）)]$")


def cut_boilerplate(text: str) -> str:
    """
    Return the paragraphs of the article itself.

    An invitation to read on ends the article. After the last full sentence nothing follows but
    what the site added; between sentences a line without a full stop is a heading and stays.
    """
    lines = [line.strip() for line in text.split("\n")]
    for index, line in enumerate(lines):
        if index and _READ_ON.match(line):
            lines = lines[:index]
            break
    lines = [
        line for line in lines if line and (_ENDS_SENTENCE.search(line) or not _ADVERT.search(line))
    ]
    while len(lines) > 1 and not _ENDS_SENTENCE.search(lines[-1]):
        lines.pop()
    return "\n".join(lines)
