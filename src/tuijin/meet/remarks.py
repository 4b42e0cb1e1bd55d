"""What was said at a stop, and what was said there before."""

from __future__ import annotations

from dataclasses import dataclass

from tuijin.errors import Conflict, ImportFailed
from tuijin.importers.texts import clean_text
from tuijin.ledger import records, scope
from tuijin.ledger.models import Project
from tuijin.meet.models import Comment, Decision, Meeting, Stop

MAX_COMMENT = 2000


def add_comment(stop: Stop, text: str) -> Comment:
    """
    Record a comment of the signed-in user.

    Comments are open to everybody who may comment and sees the stop: a tour leads through other
    people's places, so they are not bound to the commenter's own scope.

    Raises
    ------
    ImportFailed
        If nothing is said, or it cannot be stored.
    """
    cleaned = clean_text(text, max_length=MAX_COMMENT, is_long=True)
    if cleaned is None:
        raise ImportFailed("请写点评内容", code="empty")
    author = scope.current().user_id
    if author is None:
        raise Conflict("点评须由本人登录")
    said = Comment.objects.filter(stop=stop, author=author, text=cleaned).first()
    if said is not None:  # a second tap on a bad line
        return said
    comment = Comment(stop=stop, author_id=author, text=cleaned)
    records.save_new([comment], action="comment")
    return comment


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier meeting left behind on a project."""

    meeting: Meeting
    comments: tuple[Comment, ...]
    decisions: tuple[Decision, ...]


def last_time(project: Project, *, before: Meeting | None = None) -> Earlier | None:
    """
    Return the latest meeting that said or decided something about a project.

    Parameters
    ----------
    before
        Only meetings that began before this one.
    """
    meetings = Meeting.objects.order_by("-starts_on", "-pk")
    if before is not None:
        meetings = meetings.filter(starts_on__lt=before.starts_on)
    said = Comment.objects.filter(stop__project=project).values_list("stop__meeting_id", flat=True)
    decided = Decision.objects.filter(project=project).values_list("meeting_id", flat=True)
    found = meetings.filter(pk__in={*said, *decided}).first()
    if found is None:
        return None
    comments = Comment.objects.filter(stop__meeting=found, stop__project=project)
    decisions = Decision.objects.filter(meeting=found, project=project)
    return Earlier(
        found,
        tuple(comments.select_related("author")),
        tuple(decisions.select_related("issue")),
    )
