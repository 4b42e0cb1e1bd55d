"""Addresses of the plan room."""

from __future__ import annotations

from django.urls import path

from tuijin.plan import views

urlpatterns = [
    path("materials/", views.show_materials, name="materials"),
]
