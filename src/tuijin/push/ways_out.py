"""
The two ways out of the house: mail, and a hook of the city's own messenger.

Both are off until the installation names a server. The hook posts to one address whose host stands
in a list of the installation; it is resolved once and that address is spoken to, with no redirect,
no proxy, no cookie.
"""

from __future__ import annotations

import http.client
import json
import smtplib
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from tuijin.errors import Unavailable, UsageError

_SECONDS = 15
_MAIL_SCHEMES = ("smtp", "smtps", "smtp+starttls")


def send_mail(server: str, *, sender: str, to: str, subject: str, text: str) -> None:
    """
    Hand one mail to the installation's server.

    Parameters
    ----------
    server
        `smtp://`, `smtps://` or `smtp+starttls://`, with `USER:PASSWORD@` where it asks for it.

    Raises
    ------
    UsageError
        If the setting is not an address of a mail server.
    Unavailable
        If the server cannot be reached or refuses.
    """
    url = urlsplit(server)
    if url.scheme not in _MAIL_SCHEMES or not url.hostname:
        raise UsageError(f"TUIJIN_SMTP must start with one of {_MAIL_SCHEMES}, got {url.scheme!r}")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = make_msgid(domain="tuijin.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _connect(url.scheme, url.hostname, url.port) as client:
            if url.username:
                client.login(unquote(url.username), unquote(url.password or ""))
            client.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"mail server: {type(error).__name__}", code="mail") from error


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_SECONDS, context=trusted)
    client = smtplib.SMTP(host, port or 25, timeout=_SECONDS)
    if scheme == "smtp+starttls":
        client.starttls(context=trusted)
    return client


def post_hook(address: str, *, hosts: tuple[str, ...], to: str, text: str) -> None:
    """
    Post `{"to", "text"}` as JSON to the messenger.

    Parameters
    ----------
    hosts
        `host` or `host:port` that may be spoken to; `http://` only where it is named so.

    Raises
    ------
    UsageError
        If the address is not one of those.
    Unavailable
        If it cannot be reached, or answers anything but 2xx.
    """
    host, port, is_secure, path = check_hook(address, hosts=hosts)
    body = json.dumps({"to": to, "text": text}, ensure_ascii=False).encode()
    try:
        pinned = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4]
        connection = _pinned(host, port, lambda: socket.create_connection(
            (str(pinned[0]), port), timeout=_SECONDS), is_secure=is_secure)  # fmt: skip
        try:
            connection.request(
                "POST", path, body=body, headers={"Content-Type": "application/json",
                "User-Agent": "tuijin"},
            )  # fmt: skip
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"hook: {type(error).__name__}", code="hook") from error
    if not 200 <= status < 300:
        raise Unavailable(f"hook answered {status}", code="hook")


def check_hook(address: str, *, hosts: tuple[str, ...]) -> tuple[str, int, bool, str]:
    """Return host, port, whether it is https, and path, if the list allows them."""
    url = urlsplit(address)
    host = (url.hostname or "").rstrip(".")
    is_secure = url.scheme == "https"
    port = url.port or (443 if is_secure else 80)
    listed = {entry.strip() for entry in hosts}
    wanted = {f"{url.scheme}://{host}:{port}"}
    if is_secure:
        wanted |= {f"{host}:{port}"} | ({host} if port == 443 else set())
    if url.scheme not in ("http", "https") or url.username or not host or not wanted & listed:
        raise UsageError("TUIJIN_HOOK must be an address of TUIJIN_HOOK_HOSTS", code="host")
    return host, port, is_secure, f"{url.path or '/'}{'?' + url.query if url.query else ''}"


def _pinned(
    host: str, port: int, connect: Callable[[], socket.socket], *, is_secure: bool
) -> http.client.HTTPConnection:  # fmt: skip
    """A connection to the address that was resolved; the name is what the certificate must say."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    plain = connect()
    connection.sock = (
        ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        if is_secure
        else plain
    )
    return connection
