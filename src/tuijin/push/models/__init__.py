"""Who answers for what, what they were asked to do, and how they are told."""

from tuijin.push.models.flags import Flag, FlagRule
from tuijin.push.models.issues import Issue, IssueStep, Pause, Slip
from tuijin.push.models.notices import DayDone, Digest, Notice, NoticeChoice, Signal
from tuijin.push.models.officers import Assignment, Visit
from tuijin.push.models.rules import CalendarDay, ClockRule

__all__ = [
    "Assignment",
    "CalendarDay",
    "ClockRule",
    "DayDone",
    "Digest",
    "Flag",
    "FlagRule",
    "Issue",
    "IssueStep",
    "Notice",
    "NoticeChoice",
    "Pause",
    "Signal",
    "Slip",
    "Visit",
]
