"""Addresses of the verify room."""

from __future__ import annotations

from django.urls import path

from tuijin.verify import model_views, views

urlpatterns = [
    path("claims/", views.show_claims, name="claims"),
    path("claims/<int:claim_id>/", views.show_claim, name="claim"),
    path("claims/runs/", views.start_run, name="start_run"),
    path("claims/runs/<uuid:run_id>/", views.show_run, name="run"),
    path("claims/runs/<uuid:run_id>/progress/", views.show_progress, name="run_progress"),
    path("claims/runs/<uuid:run_id>/cancel/", views.cancel_run, name="cancel_run"),
    path("claims/runs/<uuid:run_id>/again/", views.restart_run, name="restart_run"),
    path("models/<int:binding_id>/", model_views.show_model, name="model"),
    path("models/replays/<int:scenario_id>/", model_views.show_replay, name="replay"),
]
