"""What the navigation holds, in order; an entry shows where its page exists and is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tuijin.ledger.roles import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation; one of the actions must be allowed to the role."""

    url_name: str
    title: str | Promise
    icon: str
    actions: str = "read"


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str | Promise
    icon: str
    is_current: bool
    begins_group: bool = False


# 看, 促 with the meeting, 验 and 谋, and what keeps the house.
GROUPS = (
    (
        Entry("cockpit", _("驾驶舱"), "layout-dashboard"),
        Entry("mine", _("我的事项"), "flag", "reply"),
        Entry("today", _("今日要事"), "bell", "comment approve"),
        Entry("reports", _("填报"), "pencil", "report"),
        Entry("projects", pgettext_lazy("several", "项目"), "list-details"),
        Entry("map", _("地图"), "map"),
        Entry("tables", _("报表"), "file-spreadsheet"),
        Entry("indicators", _("指标"), "chart-bar"),
    ),
    (
        Entry("issues", _("督办"), "gavel"),
        Entry("officers", _("包联"), "users"),
        Entry("funnel", _("落地见效"), "filter"),
        Entry("meetings", _("会议"), "presentation"),
        Entry("inbox", _("消息"), "message"),
    ),
    (
        Entry("claims", _("承诺检验"), "checkup-list"),
        Entry("flags", _("请核对"), "alert-triangle"),
        Entry("materials", _("物料平衡"), "building-factory-2"),
        Entry("markets", _("价格"), "scale"),
    ),
    (
        Entry("imports", _("导入"), "file-import", "import"),
        Entry("corrections", _("数据更正"), "versions", "approve"),
        Entry("rules", _("规则"), "adjustments"),
        Entry("trail", _("留痕"), "history", "trail"),
        Entry("users", _("账号"), "users", "users"),
        Entry("configuration", _("配置"), "settings", "configure"),
    ),
)


def build_links(role: Role | None, *, path: str) -> list[Link]:
    """Return the entries a role may open, the one of `path` marked."""
    if role is None:
        return []
    found = []
    for group in GROUPS:
        links = [link for entry in group if (link := _build_link(entry, role, path)) is not None]
        found += [replace(link, begins_group=n == 0) for n, link in enumerate(links)]
    return found


def _build_link(entry: Entry, role: Role, path: str) -> Link | None:
    if role.may.isdisjoint(entry.actions.split()):
        return None
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:  # a room whose pages come with a later issue
        return None
    is_current = path == url if url == "/" else path.startswith(url)
    return Link(url, entry.title, entry.icon, is_current)
