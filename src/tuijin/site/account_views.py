"""Signing in and out, and one's own account: password, second factor, tokens."""

from __future__ import annotations

from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import Conflict
from tuijin.ledger import first_run, passwords, scope, trail
from tuijin.ledger.access import public, signed_in
from tuijin.ledger.models import ApiToken, User
from tuijin.ledger.roles import ROLES
from tuijin.site import sign_in, tokens, totp
from tuijin.site.requests import user_of

# Where a role starts that reads no business data.
_HOMES = {"users": "users", "trail": "trail", "configure": "configuration"}


def home_of(user: User) -> str:
    """Name of the page a user starts on."""
    may = ROLES[user.role].may
    if "read" in may:
        return "cockpit"
    return next((page for action, page in _HOMES.items() if action in may), "account")


def next_page(request: HttpRequest) -> str:
    """Return the page asked for, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else "/"


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def show_sign_in(request: HttpRequest) -> HttpResponse:
    failed = False
    if request.method == "POST":
        failed = not sign_in.try_sign_in(
            request,
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
            code=request.POST.get("code", ""),
        )
        if not failed:
            target = next_page(request)
            return redirect(home_of(user_of(request)) if target == "/" else target)
    context = {
        "next": next_page(request),
        "failed": failed,
        "example_accounts": sign_in.example_accounts(request),
        "has_second_factor": User.objects.exclude(totp_secret="").exists(),
    }
    return render(request, "site/sign_in.html", context, status=401 if failed else 200)


@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def show_proof(request: HttpRequest) -> HttpResponse:
    """Ask for the password again before an export."""
    failed = False
    if request.method == "POST":
        failed = not sign_in.prove(
            request, password=request.POST.get("password", ""), code=request.POST.get("code", "")
        )
        if not failed:
            return redirect(next_page(request))
    context = {
        "next": next_page(request),
        "failed": failed,
        "has_second_factor": bool(user_of(request).totp_secret),
        "is_example": user_of(request).is_example,
    }
    return render(request, "site/proof.html", context, status=401 if failed else 200)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        trail.append([trail.Event("sign_out", "account", str(request.user.pk), {})])
    logout(request)
    return redirect("sign_in")


@public
@require_http_methods(["GET", "POST"])
def start_first_run(request: HttpRequest) -> HttpResponse:
    """Make the first security administrator, for who holds the token of the console."""
    token = request.POST.get("token") or request.GET.get("token", "")
    first_run.check(token)
    errors: list[str] = []
    if request.method == "POST":
        try:
            first_run.create_administrator(
                token=token,
                username=request.POST.get("username", ""),
                password=request.POST.get("password", ""),
            )
        except ValidationError as error:
            errors = list(error.messages)
        else:
            return redirect("sign_in")
    status = 422 if errors else 200
    return render(request, "site/first_run.html", {"token": token, "errors": errors}, status=status)


@signed_in
@require_GET
def show_account(request: HttpRequest) -> HttpResponse:
    return render(request, "site/account.html", _account_context(request))


@signed_in
@sensitive_post_parameters()
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    errors = []
    if not sign_in.is_own_password(request, request.POST.get("old", "")):
        errors = [_("原密码不对。")]
    elif request.POST.get("new") != request.POST.get("again"):
        errors = [_("两次输入的新密码不同。")]
    else:
        try:
            passwords.set_password(user_of(request), request.POST.get("new", ""))
        except ValidationError as error:
            errors = list(error.messages)
    if errors:
        context = {**_account_context(request), "errors": errors}
        return render(request, "site/account.html", context, status=422)
    sign_in.begin(request, user_of(request))
    return redirect("account")


@signed_in
@require_POST
def set_second_factor(request: HttpRequest) -> HttpResponse:
    """Keep the secret once a code shows that the telephone has it."""
    if user_of(request).totp_secret:
        raise Conflict("已设置动态口令，须由安全管理员重置后再设", code="exists")
    secret = request.session.get("totp_secret", "")
    step = totp.matching_step(secret, request.POST.get("code", "")) if secret else None
    if step is None:
        context = {**_account_context(request), "errors": [_("动态口令不对，请重试。")]}
        return render(request, "site/account.html", context, status=422)
    with transaction.atomic():
        trail.lock()
        without = User.objects.filter(pk=request.user.pk, totp_secret="")
        if not without.update(totp_secret=secret, totp_last_step=step):
            raise Conflict("已设置动态口令，须由安全管理员重置后再设", code="exists")
        trail.append([trail.Event("set_second_factor", "account", str(request.user.pk), {})])
    request.session.pop("totp_secret")
    if request.session.get("must") == "second_factor":
        request.session.pop("must")
    return redirect("account")


@signed_in
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    token = tokens.create(user_of(request), name=request.POST.get("name", ""))
    return render(request, "site/account.html", {**_account_context(request), "new_token": token})


@signed_in
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    own = ApiToken.objects.filter(pk=token_id, user=user_of(request), is_revoked=False)
    with transaction.atomic():
        trail.lock()
        if own.update(is_revoked=True):
            trail.append([trail.Event("revoke_token", "apitoken", str(token_id), {})])
    return redirect("account")


def _account_context(request: HttpRequest) -> dict[str, object]:
    user = user_of(request)
    if not user.totp_secret and "totp_secret" not in request.session:
        request.session["totp_secret"] = totp.make_secret()
    return {
        "role_now": scope.current().role,
        "must": request.session.get("must", ""),
        "has_second_factor": bool(user.totp_secret),
        "totp_secret": "" if user.totp_secret else request.session["totp_secret"],
        "tokens": ApiToken.objects.filter(user=user, is_revoked=False).order_by("-pk"),
        "errors": [],
    }
