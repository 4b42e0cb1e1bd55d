"""Forms that keep a draft on the reader's device until it has arrived."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect


def sent(address: str, draft: str) -> HttpResponse:
    """Lead on, and tell the device that the draft it keeps has arrived."""
    return redirect(f"{address}?sent={draft}")
