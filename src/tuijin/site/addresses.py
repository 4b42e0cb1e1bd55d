"""Which address a request comes from."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the peer's address, or what a trusted proxy says in its place."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if peer in settings.CONFIG.proxies:
        return request.headers.get("X-Forwarded-For", peer).rsplit(",", 1)[-1].strip()[:45]
    return peer


def is_loopback(request: HttpRequest) -> bool:
    """Whether the request was made on this very machine, and not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        is_local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    host = request.get_host().rsplit(":", 1)[0]
    return is_local and host in ("127.0.0.1", "localhost", "[::1]")
