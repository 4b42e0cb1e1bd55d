"""`/api/v1`: every room's router, one shape for every error, one way in."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import PathView
from ninja.parser import Parser
from ninja.utils import check_csrf

from tuijin.errors import BadInput, ImportFailed, NotAllowed, NotFound, Problem, SignInRequired
from tuijin.importers.strict_json import parse_json
from tuijin.ledger.access import public
from tuijin.ledger.rest import openapi
from tuijin.site import rates, requests
from tuijin.site.answers import build_answer
from tuijin.site.middleware import as_ours

ROOMS = ("ledger", "see", "verify", "plan", "push", "meet")
_SAFE = ("GET", "HEAD", "OPTIONS")
_DESCRIPTION = """
The ledger of major projects and its promises.

**Signing in.** The session of the web pages (changing requests then carry the CSRF token in
`X-CSRFToken`), or `Authorization: Bearer <token>` with a token made under "my account"; a token has
its maker's rights at the time of use.

**Reading.** Lists are keyset pages: pass `next` back as `after`. What you may not see is not there:
the same 404, and fields above your class are absent.

**Writing.** `If-Match` with the ETag you saw is required to change (428 without, 412 if somebody
else saved first). Figures, reports, plans, nodes and stage events are corrected by a new entry,
never overwritten. `Idempotency-Key` makes a repeated request harmless.

**Errors** are `application/problem+json` with a stable `code`.
"""


class StrictParser(Parser):
    """Bodies of every operation pass the strict reader."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse_json(request.body)


def enter(request: HttpRequest) -> bool:
    """
    Count the request, and let in who is signed in and may do what the operation does.

    Asked here, before the body is read: what is wrong with it concerns only who may send it.
    """
    rates.count(request)
    if not request.user.is_authenticated:
        raise SignInRequired
    if (
        request.method not in _SAFE
        and not requests.has_token(request)
        and check_csrf(request) is not None
    ):
        raise NotAllowed("CSRF token missing or wrong", code="csrf")
    for operation in _path_view(request).operations:
        if request.method in operation.methods:
            refuse: Any = operation.view_func
            refuse.refuse(request)
    return True


def _path_view(request: HttpRequest) -> PathView:
    """The operations of the address asked for, which django-ninja keeps in a closure."""
    match = request.resolver_match
    assert match is not None  # an operation runs only for a resolved address
    cells: Any = match.func.__closure__
    found: PathView = cells[0].cell_contents
    return found


api = NinjaAPI(
    title="tuijin 推进", version="1", description=_DESCRIPTION, urls_namespace="api",
    docs_url=None, openapi_url=None, auth=enter, parser=StrictParser(),
)  # fmt: skip


def _answer(request: HttpRequest, error: Any) -> HttpResponse:
    found = as_ours(request, error)
    if found is None:
        raise error  # a defect: Django's own road, logged and answered 500
    return build_answer(request, found)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    problems = [
        Problem(
            "unknown_field" if e["type"] == "extra_forbidden" else e["type"][:40],
            e["msg"], field=".".join(str(part) for part in e["loc"][1:])[:80],
        )
        for e in error.errors
    ]  # fmt: skip
    code = problems[0].code if problems else "invalid"
    return build_answer(request, ImportFailed("请求内容不符合要求", code=code, problems=problems))


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    return _answer(request, cause if cause is not None else BadInput("请求无法读取"))


api.add_exception_handler(Exception, _answer)
api.add_exception_handler(ValidationError, _invalid)
api.add_exception_handler(HttpError, _http_error)
api.add_exception_handler(Http404, lambda request, _: build_answer(request, NotFound()))


def mount_rooms() -> None:
    """Mount the router of every room that has one."""
    for room in ROOMS:
        if importlib.util.find_spec(f"tuijin.{room}.api") is not None:
            api.add_router("", importlib.import_module(f"tuijin.{room}.api").router)


mount_rooms()


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = dict(api.get_openapi_schema())
    document.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
    }
    openapi.complete(document)
    document["security"] = [{"token": []}, {"session": []}]
    return document


@api.get("/openapi.json", auth=None, include_in_schema=False, url_name="openapi")
@public
def show_openapi(request: HttpRequest) -> HttpResponse:
    """The description of the whole API; it holds no data."""
    return JsonResponse(_document())


urls = api.urls
for _pattern in urls[0]:
    if (
        _pattern.name == "api-root" and _pattern.callback
    ):  # django-ninja's own: it answers 404, and tells where it stands
        public(_pattern.callback)
