"""The nouns of this room that files do not bring, as the API shows them."""

from __future__ import annotations

from tuijin.importers.nouns import Column, Noun

_STOP = Column("stop", "integer", "观摩点", "Stop", required=True, field_class="P")
_MEETING = Column(
    "meeting", "ref", "会议", "Meeting", required=True, ref="meeting", field_class="P"
)
_PROJECT = Column("project", "ref", "项目", "Project", ref="project", field_class="P")

# fmt: off
COMMENT = Noun("comment", "点评", "Comment", ("stop", "text"), (
    _STOP,
    Column("text", "long_text", "点评内容", "Text", required=True, max_length=2000),
))
COMMENT_KEPT = (_MEETING, _PROJECT, Column("author", "text", "点评人", "Author"))

VOTE = Noun("vote", "投票", "Vote", ("stop", "rule"), ())
VOTE_KEPT = (
    _STOP, _MEETING, _PROJECT,
    Column("rule", "text", "计分项", "Score rule", field_class="P"),
    Column("points", "decimal", "分值", "Points"),
)
# What a ballot says: `meeting`, `group` and `ranks`, or `stop` and `marks`.
BALLOT = Noun("ballot", "选票", "Ballot", (), (
    Column("meeting", "ref", "会议", "Meeting", ref="meeting"),
    Column("group", "text", "组别", "Group", max_length=40),
    Column("ranks", "json", "名次", "Ranks", note_zh="rank by id of the stop", max_length=20_000),
    Column("stop", "integer", "观摩点", "Stop"),
    Column("marks", "json", "计分", "Marks", note_zh="points by score rule", max_length=20_000),
))

DECISION = Noun("decision", "议定事项", "Decision", ("meeting", "text"), (
    _MEETING, _PROJECT,
    Column("text", "text", "议定事项", "Text", required=True, max_length=500),
    Column("owner_unit", "text", "责任单位", "Responsible unit", required=True),
    Column("due_on", "date", "完成时限", "Due on", required=True),
))
DECISION_KEPT = (
    Column("place", "ref", "地区", "Place", ref="place", field_class="P"),
    Column("issue", "ref", "督办事项", "Issue", ref="issue"),
    Column("decided_by", "text", "记录人", "Recorded by"),
)
# fmt: on


def register() -> None:
    """Say which table keeps which noun."""
    from tuijin.ledger import targets
    from tuijin.meet.models import Comment, Decision, Meeting, Stop, Vote

    targets.register("meeting", Meeting)
    targets.register("stop", Stop)
    at_stop = {
        "stop": "stop_id", "meeting": "stop__meeting_id", "project": "stop__project_id",
    }  # fmt: skip
    targets.register(
        COMMENT, Comment, kept=COMMENT_KEPT, version="",
        fields={**at_stop, "author": "author__username"},
    )  # fmt: skip
    targets.register(
        VOTE, Vote, kept=VOTE_KEPT, version="", fields={**at_stop, "rule": "rule__code"}
    )
    of_issue = {"owner_unit": "issue__owner_unit", "due_on": "issue__due_on"}
    targets.register(
        DECISION, Decision, kept=DECISION_KEPT, version="issue__version",
        fields={**of_issue, "decided_by": "decided_by__username"},
    )  # fmt: skip
