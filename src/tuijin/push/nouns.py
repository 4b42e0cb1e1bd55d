"""The nouns of this room, as the API shows them. They are not brought in by files."""

from __future__ import annotations

from tuijin.importers.nouns import Column, Noun

_KEY = Column("key", "text", "编号", "Key", field_class="P", max_length=80)
_PROJECT = Column("project", "ref", "项目", "Project", True, ref="project", field_class="P")
_EVIDENCE = Column("evidence", "ref", "依据", "Evidence", ref="evidence")

# fmt: off
ASSIGNMENT = Noun("assignment", "包联", "Assignment", ("project", "kind", "holder"), (
    _PROJECT,
    Column("kind", "choice", "种类", "Kind", True, choices="assignment_kind"),
    Column("holder", "text", "包联人或部门", "Holder", True),
    Column("user", "text", "账号", "Account", max_length=80),
    Column("starts_on", "date", "开始日期", "Starts on"),
))
ASSIGNMENT_KEPT = (Column("ends_on", "date", "结束日期", "Ends on"),)

VISIT = Noun("visit", "走访", "Visit", ("project", "visited_on"), (
    _PROJECT,
    Column("visited_on", "date", "走访日期", "Visited on", True),
    Column("where", "text", "地点", "Where", True),
    Column("longitude", "longitude", "经度", "Longitude"),
    Column("latitude", "latitude", "纬度", "Latitude"),
    Column("record", "long_text", "走访记录", "Record", True, max_length=2000),
    _EVIDENCE,
))
VISIT_KEPT = (Column("user", "text", "走访人", "Visitor"),)

ISSUE = Noun("issue", "问题", "Issue", ("key",), (
    _KEY,
    Column("title", "text", "事项", "Title", True, max_length=500),
    Column("detail", "long_text", "情况", "Detail", max_length=2000),
    Column("category", "choice", "类别", "Category", True, choices="issue_category"),
    Column("severity", "choice", "轻重", "Severity", choices="severity"),
    Column("project", "ref", "项目", "Project", ref="project", field_class="P"),
    Column("place", "ref", "地区", "Place", ref="place", field_class="P"),
))
ISSUE_KEPT = (
    Column("state", "choice", "办理状态", "State", choices="issue_state"),
    Column("owner_unit", "text", "责任单位", "Responsible unit"),
    Column("owner", "text", "责任账号", "Owner"),
    Column("due_on", "date", "时限", "Due on"),
    Column("next_due_on", "date", "本环节时限", "Next due on"),
    Column("is_provisional", "boolean", "时限为暂计", "Provisional"),
    Column("level", "integer", "督办层级", "Level"),
    Column("origin", "text", "由来", "Origin"),
    Column("cause", "text", "起因", "Cause"),
    Column("opened_on", "date", "收集日期", "Opened on"),
    Column("assigned_on", "date", "交办日期", "Assigned on"),
    Column("reported_on", "date", "反馈日期", "Reported on"),
    Column("closed_on", "date", "销号日期", "Closed on"),
    Column("outcome", "long_text", "办理结果", "Outcome"),
)
# What may come with a step.
STEP = Noun("issue_step", "办理环节", "Step", (), (
    Column("note", "long_text", "情况说明", "Note", max_length=2000),
    _EVIDENCE,
    Column("owner_unit", "text", "责任单位", "Responsible unit"),
    Column("owner", "text", "责任账号", "Owner", max_length=80),
    Column("due_on", "date", "时限", "Due on"),
    Column("severity", "choice", "轻重", "Severity", choices="severity"),
))
REASON = Noun("pause", "停计", "Pause", (), (
    Column("reason", "long_text", "停计原因", "Reason", True, max_length=1000),
))
SLIP = Noun("slip", "督办单", "Slip", ("year", "number"), ())
SLIP_KEPT = (
    Column("issue", "ref", "问题", "Issue", ref="issue"),
    Column("year", "integer", "年度", "Year"),
    Column("number", "integer", "序号", "Number"),
    Column("level", "integer", "督办层级", "Level"),
    Column("addressed_to", "text", "主送", "Addressed to"),
    Column("issued_on", "date", "签发日期", "Issued on"),
    Column("received_on", "date", "签收日期", "Received on"),
    Column("received_by", "text", "签收人", "Received by"),
)
# fmt: on


def register() -> None:
    """Say which table keeps which noun."""
    from tuijin.ledger import targets
    from tuijin.push.models import Assignment, Issue, Slip, Visit

    by_name = {"user": "user__username"}
    targets.register(ASSIGNMENT, Assignment, fields=by_name, kept=ASSIGNMENT_KEPT)
    targets.register(VISIT, Visit, fields=by_name, kept=VISIT_KEPT)
    targets.register(ISSUE, Issue, fields={"owner": "owner__username"}, kept=ISSUE_KEPT)
    targets.register(SLIP, Slip, kept=SLIP_KEPT)
