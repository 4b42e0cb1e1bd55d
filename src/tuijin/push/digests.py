"""A digest a day and a week for each person, outside their quiet hours: one mail, one message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from tuijin.errors import TuijinError
from tuijin.ledger import scope
from tuijin.ledger.models import User
from tuijin.push import board, ways_out
from tuijin.push.models import Digest, Notice, NoticeChoice
from tuijin.push.notices import inbox
from tuijin.push.wording import notice_text, state_word

_MOST_LINES = 20
_MOST_TRIES = 3
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def is_quiet(choice: NoticeChoice, at: time) -> bool:
    """Whether somebody is not to be disturbed; the hours may pass midnight."""
    start, end = choice.quiet_from, choice.quiet_until
    return start <= at < end if start <= end else at >= start or at < end


def deliver(*, now: datetime) -> int:
    """Send every digest that is due and not sent; returns how many went out."""
    sent = 0
    for choice in NoticeChoice.objects.select_related("user").filter(user__is_active=True):
        if is_quiet(choice, now.time()):
            continue
        for way in _ways(choice):
            for kind in _kinds(choice, now.date()):
                sent += _deliver_one(choice, kind=kind, way=way, on=now.date())
    return sent


def _ways(choice: NoticeChoice) -> list[str]:
    config = settings.CONFIG
    by_mail = choice.by_mail and choice.email and config.smtp
    by_hook = choice.by_hook and config.hook
    return [way for way, is_on in (("mail", by_mail), ("hook", by_hook)) if is_on]


def _kinds(choice: NoticeChoice, on: date) -> list[str]:
    """The weekly digest takes the place of the daily one on Mondays."""
    if choice.wants_weekly and on.weekday() == 0:
        return ["weekly"]
    return ["daily"] if choice.wants_daily else []


def _deliver_one(choice: NoticeChoice, *, kind: str, way: str, on: date) -> int:
    """Send one digest outside any transaction, if no other worker does."""
    row = Digest.objects.get_or_create(user=choice.user, kind=kind, way=way, on=on)[0]
    if row.is_sent or row.tries >= _MOST_TRIES or not _claim(row):
        return 0
    is_done = False
    try:
        letter = write_letter(choice.user, kind=kind, on=on)
        if letter is not None:
            _send(choice, letter, way=way)
        is_done = True  # nothing to say is said
    except TuijinError as error:
        _log.warning("digest_not_sent", way=way, code=error.code)
    finally:
        if not is_done:
            Digest.objects.filter(pk=row.pk).update(is_sent=False)
    return int(is_done and letter is not None)


def _claim(row: Digest) -> bool:
    """
    Count a try before it is made, as sent until it has failed; False if another worker has.

    A worker that dies on the way has sent it: a letter less, and never the same one twice.
    """
    seen = Digest.objects.filter(pk=row.pk, tries=row.tries, is_sent=False)
    return seen.update(tries=F("tries") + 1, is_sent=True) == 1


def _send(choice: NoticeChoice, letter: Letter, *, way: str) -> None:
    config = settings.CONFIG
    if way == "mail":
        ways_out.send_mail(
            config.smtp, sender=config.mail_from, to=choice.email, subject=letter.subject,
            text=letter.text,
        )  # fmt: skip
    else:
        text = f"{letter.subject}\n{letter.text}"
        ways_out.post_hook(
            config.hook, hosts=config.hook_hosts, to=choice.user.username, text=text
        )  # fmt: skip


def write_letter(user: User, *, kind: str, on: date) -> Letter | None:
    """What somebody is told of a day or a week, with the rights of this moment; None is nothing."""
    days = 7 if kind == "weekly" else 1
    with scope.active(scope.build_scope(user)), translation.override(user.language or "zh-hans"):
        waiting = board.waiting_for_reader()
        late = waiting.filter(next_due_on__lt=on).count()
        near = waiting.filter(next_due_on__gte=on, next_due_on__lt=on + timedelta(days=7)).count()
        count = waiting.count()
        news = [
            n for n in inbox(user.pk) if n.read_on is None and n.on >= on - timedelta(days=days)
        ]
        if not (count or news):
            return None
        title = _("每周摘要") if kind == "weekly" else _("每日摘要")
        subject = _("【推进】%(title)s %(date)s：逾期 %(late)d 件，七日内到期 %(near)d 件") % {
            "title": title, "date": on.isoformat(), "late": late, "near": near,
        }  # fmt: skip
        first = waiting[:_MOST_LINES]
        lines = [_line(issue.title, issue.state, issue.next_due_on) for issue in first]
        told = _told(news)
        parts = [*_cut(lines, count), "", *_cut(told, len(told))]
        return Letter(subject, "\n".join(parts).strip())


def _line(title: str, state: str, due_on: date | None) -> str:
    return f"{due_on or '—'}  {state_word(state)}  {title}"


def _told(news: list[Notice]) -> list[str]:
    return [notice_text(notice) for notice in news]


def _cut(lines: list[str], count: int) -> list[str]:
    """The first lines of so many."""
    if count <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], _("另有 %(count)d 条") % {"count": count - _MOST_LINES}]
