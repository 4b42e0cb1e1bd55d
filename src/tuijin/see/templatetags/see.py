"""Words and values of the ledger on a page."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tuijin.importers.nouns import NOUNS
from tuijin.ledger.models import Figure
from tuijin.ledger.roles import ACTION_WORDS, ROLES
from tuijin.see import measures
from tuijin.see.language import either, write_period
from tuijin.see.panels import BuiltPanel
from tuijin.see.wording import write_money, write_number
from tuijin.units import UNITS

register = template.Library()

_ACTS = {
    "create": gettext_lazy("新增"),
    "change": gettext_lazy("修改"),
    "bulk_change": gettext_lazy("批量修改"),
    "correct": pgettext_lazy("trail", "更正"),
    "export": gettext_lazy("导出"),
    "verdict": gettext_lazy("检验"),
    "order": gettext_lazy("排序"),
    "pin": gettext_lazy("固定次序"),
    "unpin": gettext_lazy("取消固定"),
    "remove": gettext_lazy("移除"),
    "comment": gettext_lazy("点评"),
    "vote": gettext_lazy("投票"),
    "voting": gettext_lazy("开关投票"),
    "decide": gettext_lazy("议定"),
    "close": pgettext_lazy("trail", "销号"),
    "choose_rulebook": gettext_lazy("更换规则"),
    "import": pgettext_lazy("trail", "导入"),
    # corrections
    "propose_correction": pgettext_lazy("trail", "申请更正"),
    "approve_correction": pgettext_lazy("trail", "批准更正"),
    "reject_correction": pgettext_lazy("trail", "退回更正"),
    # issues, slips and officers
    "propose": pgettext_lazy("trail", "建议立项"),
    "raise": pgettext_lazy("trail", "提出问题"),
    "worsen": pgettext_lazy("trail", "问题加重"),
    "clock": pgettext_lazy("trail", "重算时限"),
    "pause": pgettext_lazy("trail", "暂停计时"),
    "resume": pgettext_lazy("trail", "恢复计时"),
    "escalate": pgettext_lazy("trail", "升级督办"),
    "receive": pgettext_lazy("trail", "签收督办单"),
    "assign": pgettext_lazy("trail", "指派"),
    "relieve": pgettext_lazy("trail", "解除包联"),
    "visit": pgettext_lazy("trail", "走访"),
    "drop": pgettext_lazy("trail", "不予受理"),
    "accept": pgettext_lazy("trail", "承接"),
    "dispute": pgettext_lazy("trail", "提出异议"),
    "uphold": pgettext_lazy("trail", "维持交办"),
    "reassign": pgettext_lazy("trail", "改派"),
    "work": pgettext_lazy("trail", "办理"),
    "report": pgettext_lazy("trail", "反馈"),
    "return": pgettext_lazy("trail", "退回"),
    "inspect": pgettext_lazy("trail", "核验"),
    "reopen": pgettext_lazy("trail", "重新打开"),
    # runs of the verification
    "run_start": pgettext_lazy("trail", "开始检验"),
    "run_cancel": pgettext_lazy("trail", "取消检验"),
    # accounts
    "request": pgettext_lazy("trail", "请求"),
    "public": pgettext_lazy("trail", "打开页面"),
    "signed_in": pgettext_lazy("trail", "打开页面"),
    "sign_in": pgettext_lazy("trail", "登录"),
    "sign_out": pgettext_lazy("trail", "退出登录"),
    "set_password": pgettext_lazy("trail", "设置密码"),
    "set_second_factor": pgettext_lazy("trail", "设置动态口令"),
    "create_token": pgettext_lazy("trail", "新建令牌"),
    "revoke_token": pgettext_lazy("trail", "停用令牌"),
    "ask_account_change": pgettext_lazy("trail", "申请变更账号"),
    "approve_account_change": pgettext_lazy("trail", "批准变更账号"),
    "refuse_account_change": pgettext_lazy("trail", "退回账号变更"),
    "disable_account": pgettext_lazy("trail", "停用账号"),
}
_REFUSED = "_refused"
# Trail's kind of entry -> noun, where the names differ.
_NOUNS = {"progressreport": "report", "annualplan": "plan", "operatingrecord": "operating",
          "stageevent": "stage_event", "tablelayout": "table", "priceseries": "price_series",
          "pricelink": "price_link"}  # fmt: skip


_GROUPS = {
    "schedule": gettext_lazy("进度"),
    "chain": gettext_lazy("招商链"),
    "money": gettext_lazy("资金"),
    "procedures": gettext_lazy("手续"),
    "land": gettext_lazy("土地效益"),
    "new": gettext_lazy("含新量"),
    "green": gettext_lazy("含绿量"),
}


@register.simple_tag
def indicator_group(group: str) -> str:
    return str(_GROUPS.get(group, group))


@register.simple_tag
def measure_title(measure: str) -> str:
    return measures.title_of(measure)


@register.simple_tag
def measured(measure: str, value: Decimal | float) -> str:
    """A value of what a light rule measures, with its unit."""
    return measures.show(measure, float(value))


@register.filter
def period(text: str) -> str:
    """A report's month or 旬."""
    return write_period(text)


@register.simple_tag
def act(action: str) -> str:
    """An action of the trail in a word; one that was refused says so."""
    if not action.endswith(_REFUSED):
        return str(_ACTS.get(action, action))
    asked = action.removesuffix(_REFUSED)
    word = either(*ACTION_WORDS[asked]) if asked in ACTION_WORDS else _ACTS.get(asked, asked)
    return _("被拒绝：%(act)s") % {"act": word}


@register.simple_tag
def actor(name: str) -> str:
    """Who acted: an account's name, or the product itself."""
    return _("系统") if name.startswith("system:") else name


@register.simple_tag
def role_word(code: str) -> str:
    role = ROLES.get(code)
    return either(role.zh, role.en) if role else ""


@register.simple_tag
def object_kind(object_type: str) -> str:
    noun = NOUNS.get(_NOUNS.get(object_type, object_type))
    return either(noun.zh, noun.en) if noun else ""


@register.simple_tag
def column_title(attribute: str) -> str:
    """The title of a column by its attribute; every noun is asked, the project first."""
    name = attribute.removesuffix("_id")
    for noun in (NOUNS["project"], *NOUNS.values()):
        for column in noun.columns:
            if column.name == name:
                return either(column.zh, column.en)
    return attribute


@register.simple_tag
def amount(name: str, value: Decimal | int | None) -> str:
    """A quantity of an indicator, written by its suffix."""
    if value is None:
        return "—"
    if name.endswith("_yuan"):
        return write_money(value, language=either("zh-hans", "en"))
    return write_number(value)


@register.simple_tag
def figure_value(figure: Figure) -> str:
    """A recorded figure with its unit and range."""
    if figure.date_value is not None:
        return figure.date_value.isoformat()
    if figure.text_value:
        return figure.text_value
    if figure.value is None and figure.low is None and figure.high is None:
        return _("未记录")
    text = "" if figure.value is None else _with_unit(figure.value, figure.unit)
    if figure.low is None and figure.high is None:
        return text
    ends = [_with_unit(end, figure.unit) if end is not None else "…"
            for end in (figure.low, figure.high)]  # fmt: skip
    return f"{text} [{' – '.join(ends)}]".strip()


def _with_unit(value: Decimal, unit: str) -> str:
    if unit == "yuan":
        return write_money(value, language=either("zh-hans", "en"))
    if unit == "ratio":
        return f"{write_number(value * 100, places=2)}%"
    known = UNITS.get(unit)
    word = either(known.zh, known.en) if known else unit
    if unit == "count":
        word = either(word, "")  # "10 count" is no English
    return f"{write_number(value, places=6)} {word}".rstrip()


@register.simple_tag(takes_context=True)
def built_panel(context: template.Context, built: BuiltPanel) -> SafeString:
    """Render a panel of another room with the page's request."""
    return render_to_string(
        built.panel.template, dict(built.context), request=context.get("request")
    )
