"""What the navigation holds, in order; an entry shows where its page exists and is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuijin.ledger.roles import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation; `action` must be allowed to the role."""

    url_name: str
    title: str | Promise
    icon: str
    action: str = "read"


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str | Promise
    icon: str
    is_current: bool


ENTRIES = (
    Entry("cockpit", _("驾驶舱"), "layout-dashboard"),
    Entry("mine", _("我的事项"), "flag", "reply"),
    Entry("projects", _("项目"), "list-details"),
    Entry("map", _("地图"), "map"),
    Entry("meetings", _("会议"), "presentation"),
    Entry("issues", _("督办"), "gavel"),
    Entry("today", _("今日要事"), "bell", "comment"),
    Entry("officers", _("包联"), "users"),
    Entry("inbox", _("消息"), "message"),
    Entry("claims", _("承诺检验"), "checkup-list"),
    Entry("materials", _("物料平衡"), "building-factory-2"),
    Entry("indicators", _("指标"), "chart-bar"),
    Entry("imports", _("导入"), "file-import", "import"),
    Entry("corrections", _("数据更正"), "checkup-list", "approve"),
    Entry("rules", _("规则"), "adjustments"),
    Entry("trail", _("留痕"), "history", "trail"),
    Entry("users", _("账号"), "users", "users"),
    Entry("configuration", _("配置"), "settings", "configure"),
)


def build_links(role: Role | None, *, path: str) -> list[Link]:
    """Return the entries a role may open, the one of `path` marked."""
    if role is None:
        return []
    found = []
    for entry in ENTRIES:
        if entry.action not in role.may:
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:  # a room whose pages come with a later issue
            continue
        is_current = path == url if url == "/" else path.startswith(url)
        found.append(Link(url, entry.title, entry.icon, is_current))
    return found
