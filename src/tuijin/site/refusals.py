"""What was refused leaves one event in the trail, without what was sent."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest

from tuijin.errors import SignInRequired, TooMany, TuijinError
from tuijin.ledger import scope, trail
from tuijin.site import rates

MOST_A_MINUTE = 60  # of one person
_READS = ("GET", "HEAD", "OPTIONS")


def record(request: HttpRequest, error: TuijinError) -> None:
    """Append the event of a refused request of somebody who is signed in."""
    match = request.resolver_match
    if match is None or error.status >= 500 or isinstance(error, (SignInRequired, TooMany)):
        return
    is_read = request.method in _READS
    if is_read and error.status not in (403, 404):
        return  # a mistyped filter is not an attempt at anything
    try:
        who = scope.current()
    except scope.ScopeMissing:
        return
    if not rates.is_within(f"refused:{who.actor}", most=MOST_A_MINUTE):
        return  # somebody's program runs wild: the trail has said so often enough
    needs = getattr(request, "needs", None) or ("request", "request")
    trail.append([
        trail.Event(
            action=f"{needs[0 if is_read else 1]}_refused",
            object_type=(match.url_name or "route")[:40],
            object_id=hashlib.sha256(request.path.encode()).hexdigest()[:32],
            changes={"code": (None, error.code), "status": (None, error.status)},
        )
    ])  # fmt: skip
