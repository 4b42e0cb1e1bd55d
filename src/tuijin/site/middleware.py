"""Around every request: the reader's scope, strict headers, and one shape for every error."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tuijin.errors import SignInRequired, TooLarge, TuijinError
from tuijin.ledger import scope

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger()

_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def secure_headers(get_response: Handler) -> Handler:
    """Content security policy, and no caching of what a person may see."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers["X-Request-Id"] = request.request_id
        return response

    return handle


def enter_scope(get_response: Handler) -> Handler:
    """Apply the signed-in user's scope, as the database has it now, to the whole request."""

    def handle(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        found = scope.build_scope(
            user, address=request.META.get("REMOTE_ADDR", ""), request_id=request.request_id
        )
        with scope.active(found):
            return get_response(request)

    return handle


def answer_errors(get_response: Handler) -> Handler:
    """Turn what we raise on purpose into a page or problem+json."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (RequestDataTooBig, TooManyFilesSent)):
            error = TooLarge("请求超过大小限制")
        if isinstance(error, scope.ScopeMissing) and not request.user.is_authenticated:
            error = SignInRequired()
        if not isinstance(error, TuijinError):
            return None
        return build_answer(request, error)

    handle.process_exception = process_exception  # type: ignore[attr-defined]  # Django's hook
    return handle


def build_answer(request: HttpRequest, error: TuijinError) -> HttpResponse:
    """Return the answer to an error in the form this client reads."""
    if error.status >= 500:
        log.error("defect", code=error.code, path=request.path, exc_info=error)
    if request.path.startswith("/api/"):
        return problem_json(error, request_id=request.request_id)
    if isinstance(error, SignInRequired):
        return redirect(f"{reverse('sign_in')}?next={request.get_full_path()}")
    return render(request, "error.html", {"error": error}, status=error.status)


def problem_json(error: TuijinError, *, request_id: str) -> HttpResponse:
    """RFC 9457, in the shape of the security reference."""
    detail = "" if error.status == 500 else error.detail
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": detail,
        "request_id": request_id,
        "errors": [p.as_dict() for p in error.problems[:200]],
    }
    if len(error.problems) > 200:
        body["truncated"] = True
    response = JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/problem+json"
    return response
