"""An error as a page, or as problem+json (RFC 9457) in the shape of the security reference."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tuijin.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    SignInRequired,
    TooLarge,
    TooMany,
    TuijinError,
    Unavailable,
    VersionConflict,
)
from tuijin.site import refusals, requests

log = structlog.get_logger()
_MOST_PROBLEMS = 200


class MethodNotAllowed(TuijinError):
    status, exit_code, code, title = 405, 2, "method_not_allowed", "不支持此操作方式"


def build_answer(request: HttpRequest, error: TuijinError) -> HttpResponse:
    """Return the answer to an error in the form this client reads, and record a refusal."""
    if isinstance(error, NotFound):
        error = NotFound()  # missing and not visible are told in the same words
    if error.status >= 500:
        log.error("defect", code=error.code, path=request.path, exc_info=error)
    refusals.record(request, error)
    if request.path.startswith("/api/"):
        response = problem_json(error, request_id=requests.id_of(request))
    elif isinstance(error, SignInRequired):
        return _ask_to_sign_in(request)
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if isinstance(error, (TooMany, Unavailable)):
        response["Retry-After"] = str(getattr(error, "retry_after_seconds", 60))
    return response


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return to the page afterwards; parts of a page sign in as a whole."""
    target = f"{reverse('sign_in')}?next={quote(request.get_full_path(), safe='/')}"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=401)
        response["HX-Redirect"] = reverse("sign_in")
        return response
    return redirect(target)


def problem_json(error: TuijinError, *, request_id: str) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": "" if error.status == 500 else error.detail,
        "request_id": request_id,
        "errors": [p.as_wire() for p in error.problems[:_MOST_PROBLEMS]],
    }
    if len(error.problems) > _MOST_PROBLEMS:
        body["truncated"] = True
    if isinstance(error, VersionConflict):
        body = {"etag": error.etag}
    response = JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/problem+json"
    if isinstance(error, VersionConflict) and error.etag:
        response["ETag"] = error.etag
    return response


def as_bad_request(error: BaseException) -> TuijinError:
    """What Django or the database would not read, in our words."""
    if isinstance(error, RequestDataTooBig):
        return TooLarge("请求超过大小限制")
    if isinstance(error, (TooManyFieldsSent, TooManyFilesSent)):
        return TooLarge("表单的项目过多", code="too_many_parts")
    return BadInput("请求无法读取")


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return build_answer(request, as_bad_request(exception))


def show_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return build_answer(request, NotAllowed())


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return build_answer(request, NotAllowed("页面已过期，请刷新后再提交", code="csrf"))


def show_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return build_answer(request, NotFound())


def show_defect(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_json(TuijinError(), request_id=getattr(request, "request_id", ""))
    return HttpResponse("<h1>内部错误</h1>", status=500)
