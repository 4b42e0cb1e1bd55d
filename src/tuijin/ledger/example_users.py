"""
Example accounts: one for each role, and for the places of the tour. Roles, not people.

There is none of the role telemetry: it may do nothing on a page or through the API, since messages
of machines come in by `tuijin listen`, which signs in to the broker and not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuijin.ledger import scope
from tuijin.ledger.models import Place, Project, User
from tuijin.ledger.roles import ROLES

_COUNTIES = {"150223": "达茂旗", "150222": "固阳县", "150205": "石拐区", "150206": "白云矿区"}
_TOUR = (
    "damao-port-agv", "baiyun-motor", "guyang-anode", "guyang-copper", "shiguai-ferrosilicon",
    "damao-zero-carbon-park",
)  # fmt: skip
_COUNTY_ROLES = {
    "place_leader": "leader", "place_approver": "approver", "place_editor": "editor",
    "place_verifier": "verifier", "place_viewer": "viewer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Account:
    username: str
    display_name: str
    role: str
    places: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


def create_example_users() -> int:
    """Create the accounts that are missing and return how many; none of them has a password."""
    known = set(User.objects.values_list("username", flat=True))
    fresh = [account for account in _accounts() if account.username not in known]
    with scope.active(scope.system_scope("example_users")):
        for account in fresh:
            _create(account)
    return len(fresh)


def _accounts() -> list[_Account]:
    city = ("150200",)
    found = [
        _Account("city_leader", "市领导（示例）", "city_leader", city),
        _Account("city_coordinator", "市项目办（示例）", "city_coordinator", city),
        _Account("city_department", "市直部门（示例）", "city_department", city),
        _Account("analyst", "分析员（示例）", "analyst", projects=_TOUR),
        _Account("officer_guyang", "固阳县包联干部（示例）", "place_officer", projects=_TOUR[2:4]),
        _Account("officer_damao", "达茂旗包联干部（示例）", "place_officer",
                 projects=(_TOUR[0], _TOUR[5])),
        _Account("company_anode", "负极材料项目企业（示例）", "company", projects=_TOUR[2:3]),
        _Account("company_motor", "永磁电机项目企业（示例）", "company", projects=_TOUR[1:2]),
        _Account("audit_admin", "审计管理员（示例）", "audit_admin"),
        _Account("security_admin", "安全管理员（示例）", "security_admin"),
        _Account("security_admin_2", "第二安全管理员（示例）", "security_admin"),
        _Account("system_admin", "系统管理员（示例）", "system_admin"),
    ]  # fmt: skip
    for code, county in _COUNTIES.items():
        for role, word in _COUNTY_ROLES.items():
            title = ROLES[role].zh.removeprefix("旗县区")
            found.append(_Account(f"{word}_{code}", f"{county}{title}（示例）", role, (code,)))
    return found


def _create(account: _Account) -> None:
    user = User(
        username=account.username, display_name=account.display_name, role=account.role,
        is_example=True,
    )  # fmt: skip
    user.set_unusable_password()
    user.save()
    user.places.add(*Place.objects.filter(code__in=account.places))
    user.projects.add(*Project.objects.filter(key__in=account.projects))
