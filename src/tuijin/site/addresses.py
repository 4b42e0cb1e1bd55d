"""Which address a request comes from."""

from __future__ import annotations

import re
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the peer's address, or what a trusted proxy says in its place."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if peer in settings.CONFIG.proxies:
        return request.headers.get("X-Forwarded-For", peer).rsplit(",", 1)[-1].strip()[:45]
    return peer


# What proxies add. One that adds nothing still speaks HTTP/1.0, as no browser does.
_OF_PROXIES = re.compile(r"HTTP_(X_FORWARDED|FORWARDED|X_REAL_IP|X_CLIENT_IP|TRUE_CLIENT_IP|VIA)")
_LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})


def is_loopback(request: HttpRequest) -> bool:
    """
    Whether the request was made on this very machine, and not through a proxy on it.

    Where an installation says that it serves others (a proxy, HTTPS, a name of its own) it never
    is.
    """
    config = settings.CONFIG
    if config.proxies or config.is_https or not set(config.hosts) <= _LOCAL:
        return False
    if any(_OF_PROXIES.match(name) for name in request.META):
        return False
    if request.META.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return False
    try:
        is_local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    host = request.get_host().rsplit(":", 1)[0]
    return is_local and host in _LOCAL
