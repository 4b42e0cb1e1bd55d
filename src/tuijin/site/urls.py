"""Every address, room by room."""

from __future__ import annotations

from django.urls import include, path

from tuijin.site import account_views, admin_views, views
from tuijin.site.api import urls as api_urls

urlpatterns = [
    path("healthz", views.show_health, name="healthz"),
    path("sign-in/", account_views.show_sign_in, name="sign_in"),
    path("sign-out/", account_views.sign_out, name="sign_out"),
    path("first-run/", account_views.start_first_run, name="first_run"),
    path("account/", account_views.show_account, name="account"),
    path("account/proof/", account_views.show_proof, name="proof"),
    path("account/password/", account_views.change_password, name="change_password"),
    path("account/second-factor/", account_views.set_second_factor, name="set_second_factor"),
    path("account/tokens/", account_views.create_token, name="create_token"),
    path("account/tokens/<int:token_id>/revoke/", account_views.revoke_token, name="revoke_token"),
    path("users/", admin_views.list_users, name="users"),
    path("users/new/", admin_views.edit_user, name="new_user"),
    path("users/<int:user_id>/", admin_views.edit_user, name="user"),
    path("users/<int:user_id>/disable/", admin_views.disable_user, name="disable_user"),
    path("users/<int:user_id>/sessions/", admin_views.end_sessions, name="end_sessions"),
    path("users/changes/<int:change_id>/", admin_views.decide_change, name="decide_change"),
    path("trail/", admin_views.show_trail, name="trail"),
    path("trail/check/", admin_views.check_trail, name="check_trail"),
    path("configuration/", admin_views.show_configuration, name="configuration"),
    path("language/", views.set_language, name="set_language"),
    path("", views.cockpit, name="cockpit"),
    path("api/v1/", api_urls),
    path("", include("tuijin.ledger.urls")),
    path("", include("tuijin.see.urls")),
    path("", include("tuijin.verify.urls")),
    path("", include("tuijin.plan.urls")),
    path("", include("tuijin.push.urls")),
    path("", include("tuijin.meet.urls")),
]

handler400 = "tuijin.site.answers.show_bad_request"
handler403 = "tuijin.site.answers.show_forbidden"
handler404 = "tuijin.site.answers.show_not_found"
handler500 = "tuijin.site.answers.show_defect"
