"""Around every request: the reader's scope, strict headers, and one shape for every error."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect

from tuijin.errors import (
    NotAllowed,
    NotFound,
    SignInRequired,
    StorageFull,
    TooLarge,
    TuijinError,
    Unavailable,
)
from tuijin.ledger import scope, sessions
from tuijin.ledger.evidence_files import PDF_BYTES
from tuijin.site import requests, tokens
from tuijin.site.addresses import client_address
from tuijin.site.answers import MethodNotAllowed, as_bad_request, build_answer

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger()

MAX_BODY_BYTES = PDF_BYTES + 65_536  # the largest file, and the form around it
_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def _refuse_longer(request: HttpRequest, most_bytes: int) -> HttpResponse | None:
    """Answer a request whose body is announced as too long, before any of it is read."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most_bytes:
        return None
    return build_answer(request, TooLarge(f"请求超过 {most_bytes:,} 字节"))


def secure_headers(get_response: Handler) -> Handler:
    """Content security policy, and no caching of what a person may see."""

    def handle(request: HttpRequest) -> HttpResponse:
        requests.note(request, request_id=uuid.uuid4().hex)
        response = _refuse_longer(request, MAX_BODY_BYTES) or get_response(request)
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers["X-Request-Id"] = requests.id_of(request)
        return response

    return handle


def watch_session(get_response: Handler) -> Handler:
    """End sessions that were idle or open for too long; let programs in by token."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") and "Authorization" in request.headers:
            user = tokens.find_user(request.headers["Authorization"])
            request.user = user or AnonymousUser()
            requests.note(request, has_token=user is not None)
        elif request.user.is_authenticated and sessions.is_over(request.session):
            logout(request)
        return get_response(request)

    return handle


_OPEN_WHILE_INCOMPLETE = frozenset(
    "account change_password set_second_factor sign_out set_language healthz".split()
)


def complete_account(get_response: Handler) -> Handler:
    """Lead those who must change their password or set up the second factor to do so first."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *view: object) -> HttpResponse | None:
        if requests.has_token(request) or not request.session.get("must"):
            return None
        match = request.resolver_match
        if match and match.url_name in _OPEN_WHILE_INCOMPLETE:
            return None
        if request.path.startswith("/api/"):
            return build_answer(
                request, NotAllowed("请先完善账号安全设置", code="incomplete_account")
            )
        return redirect("account")

    handle.process_view = process_view  # type: ignore[attr-defined]  # Django's hook
    return handle


def enter_scope(get_response: Handler) -> Handler:
    """Apply the signed-in user's scope, as the database has it now, to the whole request."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            with scope.nobody():
                longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # who is unknown uploads nothing
                return _refuse_longer(request, longest) or get_response(request)
        found = scope.build_scope(
            request.user, address=client_address(request), request_id=requests.id_of(request)
        )
        with scope.active(found):
            return get_response(request)

    return handle


def answer_errors(get_response: Handler) -> Handler:
    """Turn what we raise on purpose into a page or problem+json."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.path.startswith("/api/"):
            answer = build_answer(request, MethodNotAllowed())
            answer["Allow"] = response.headers.get("Allow", "")
            return answer
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        found = as_ours(request, error)
        return None if found is None else build_answer(request, found)

    handle.process_exception = process_exception  # type: ignore[attr-defined]  # Django's hook
    return handle


def as_ours(request: HttpRequest, error: BaseException) -> TuijinError | None:
    """Return the error of ours that says what happened, or None for a defect."""
    if isinstance(error, scope.ScopeMissing) and not request.user.is_authenticated:
        return SignInRequired()
    if isinstance(error, TuijinError):
        return error
    # PostgreSQL refuses NUL, and numbers beyond its columns, with a DataError; SQLite, these alone.
    unreadable = (SuspiciousOperation, BadRequest, MultiPartParserError, DataError, OverflowError)
    if isinstance(error, unreadable):
        return as_bad_request(error)
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, OperationalError):
        return _storage_error(str(error))
    return None


def _storage_error(message: str) -> TuijinError | None:
    """What SQLite and PostgreSQL say when the disk is full, broken, or another writer is slow."""
    message = message.lower()
    if "disk is full" in message or "no space left" in message:
        return StorageFull("存储空间已满，读取不受影响")
    if "disk i/o error" in message:
        return Unavailable("存储故障，请联系系统管理员", code="storage_fault")
    if "database is locked" in message or "deadlock detected" in message:
        return Unavailable("系统繁忙，请稍后再试", code="busy")
    return None
