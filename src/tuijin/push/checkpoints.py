"""
One checkpoint of the trail a day, mailed to where this installation cannot rewrite it.

A mail that does not go out is not tried again that day: the next day's covers all that came before.
"""

from __future__ import annotations

from datetime import date

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from tuijin.errors import TuijinError
from tuijin.ledger import chain
from tuijin.push import ways_out

_log = structlog.get_logger()


def mail_checkpoint(*, on: date) -> bool:
    """Make a checkpoint and mail it to `TUIJIN_CHECKPOINT_MAIL`; whether it went out."""
    config = settings.CONFIG
    if not (config.smtp and config.checkpoint_mail):
        return False
    point = chain.make_checkpoint()
    if point is None:
        return False
    text = _("请保存本邮件。核对时把下面一行存为文件：tuijin trail verify --checkpoints 文件")
    try:
        ways_out.send_mail(
            config.smtp, sender=config.mail_from, to=config.checkpoint_mail,
            subject=_("【推进】%(date)s 留痕检查点：%(size)d 条")
            % {"date": on.isoformat(), "size": point.size},
            text=f"{text}\n\n{point.as_line()}\n",
        )  # fmt: skip
    except TuijinError as error:
        _log.warning("checkpoint not sent: %s", error.code)
        return False
    return True
