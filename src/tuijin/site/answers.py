"""An error as a page, or as problem+json (RFC 9457) in the shape of the security reference."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

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
from tuijin.see.language import is_english
from tuijin.site import refusals, requests

log = structlog.get_logger()
_MOST_PROBLEMS = 200
_NEXT = {
    400: gettext_lazy("返回上一页，检查填写的内容后再提交。"),
    403: gettext_lazy("需要办理的，请联系市项目办或安全管理员。"),
    404: gettext_lazy("请核对网址，或从首页、列表进入。"),
    409: gettext_lazy("返回上一页并刷新，看现在到了哪一步。"),
    412: gettext_lazy("返回上一页并刷新，在新的内容上再改一次。"),
    413: gettext_lazy("请减小文件，或分几次提交。"),
    415: gettext_lazy("请换成页面上写明的文件格式。"),
    429: gettext_lazy("请等一分钟再试。"),
    500: gettext_lazy("请稍后再试；仍不行，把下面的编号告诉系统管理员。"),
}


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
        response = render(request, "error.html", _in_words(error), status=error.status)
    if isinstance(error, (TooMany, Unavailable)):
        response["Retry-After"] = str(getattr(error, "retry_after_seconds", 60))
    return response


def _in_words(error: TuijinError) -> dict[str, Any]:
    """Title, detail and what to do next, in the reader's language where there are words for it."""
    detail = error.detail_en if error.detail_en and is_english() else error.detail
    detail = gettext(detail) if detail and error.status != 500 else ""
    kind = error.status if error.status in _NEXT else 500 if error.status > 500 else 400
    return {
        "error": error,
        "title": gettext(error.title),
        "detail": "" if detail == gettext(error.title) else detail,
        "next_step": _NEXT[kind],
    }


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
