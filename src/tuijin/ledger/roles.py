"""The permission matrix (security reference, section 4) as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reach = Literal["city", "places", "projects", "none"]


@dataclass(frozen=True, slots=True)
class Role:
    """
    What a role may read and do.

    `own` and `others` are the field classes read inside and outside the user's own scope: public,
    internal, confidential, personal; `reported` those of entries the user's own company made.
    `may` names the actions allowed inside the scope.
    """

    code: str
    zh: str
    en: str
    reach: Reach
    own: str = ""
    others: str = ""
    reported: str = ""
    may: frozenset[str] = frozenset()


# Actions. A view, endpoint, command or job names one of these; a name not here does not start.
ACTION_WORDS: dict[str, tuple[str, str]] = {
    "read": ("查看", "read"), "comment": ("点评", "comment"), "score": ("评分", "score"),
    "edit": ("修改", "edit"), "import": ("导入", "import"), "export": ("导出", "export"),
    "verify": ("检验", "verify"), "decide": ("议定", "decide"), "rules": ("改规则", "change rules"),
    "approve": ("审批", "approve"), "report": ("填报", "report"),
    "trail": ("查看留痕", "read the trail"), "users": ("管理账号", "manage accounts"),
    "configure": ("配置系统", "configure"), "reply": ("答复", "reply"),
    "attach": ("上传证据", "attach evidence"), "raise": ("提出问题", "raise issues"),
    "dispatch": ("交办", "dispatch issues"), "inspect": ("核验", "inspect"),
}  # fmt: skip
ACTIONS = frozenset(ACTION_WORDS)


def _role(
    code: str, zh: str, en: str, reach: Reach, own: str, others: str, may: str, reported: str = ""
) -> Role:
    actions = frozenset(may.split())
    assert actions <= ACTIONS, actions - ACTIONS
    return Role(code, zh, en, reach, own, others, reported, actions)


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role("city_leader", "市领导", "City leader", "city", "PICS", "PIC",
              "read comment score export raise"),
        _role("city_coordinator", "市项目办", "City project office", "city", "PICS", "PIC",
              "read comment score edit import export verify decide rules approve report attach "
              "raise dispatch inspect reply"),
        _role("city_department", "市直部门", "City department", "city", "PI", "PI",
              "read comment score reply raise"),
        _role("analyst", "分析员", "Analyst", "projects", "PIC", "P", "read verify export"),
        _role("place_leader", "旗县区领导", "County leader", "places", "PICS", "PI",
              "read comment score approve export raise "
              "dispatch inspect"),
        _role("place_approver", "旗县区审核员", "County approver", "places", "PIC", "P",
              "read approve"),
        _role("place_editor", "旗县区填报员", "County editor", "places", "PIC", "P",
              "read edit import export report attach raise reply"),
        _role("place_officer", "包联干部", "Lead officer", "projects", "PI", "",
              "read comment score reply attach raise"),
        _role("place_verifier", "核验员", "County verifier", "places", "PI", "",
              "read verify inspect"),
        _role("place_viewer", "旗县区查看员", "County viewer", "places", "PI", "P", "read"),
        _role("company", "项目企业", "Project company", "projects", "P", "", "read report attach",
              reported="PIC"),
        _role("audit_admin", "审计管理员", "Audit administrator", "none", "", "", "trail"),
        _role("security_admin", "安全管理员", "Security administrator", "none", "", "", "users"),
        _role("system_admin", "系统管理员", "System administrator", "none", "", "", "configure"),
        _role("telemetry", "遥测", "Telemetry", "none", "", "", ""),
    )
}  # fmt: skip
