"""Every address, room by room."""

from __future__ import annotations

from django.urls import include, path

from tuijin.site import views

urlpatterns = [
    path("healthz", views.show_health, name="healthz"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.set_language, name="set_language"),
    path("", views.cockpit, name="cockpit"),
    path("", include("tuijin.ledger.urls")),
    path("", include("tuijin.see.urls")),
    path("", include("tuijin.verify.urls")),
    path("", include("tuijin.push.urls")),
    path("", include("tuijin.meet.urls")),
]
