"""Addresses of the ledger room."""

from __future__ import annotations

from django.urls import path

from tuijin.ledger import evidence_views

urlpatterns = [
    path(
        "projects/<int:project_id>/evidence/",
        evidence_views.attach_evidence,
        name="attach_evidence",
    ),
    path("evidence/<int:file_id>/file", evidence_views.download_evidence, name="evidence_file"),
    path("evidence/<int:file_id>/photo", evidence_views.show_photo, name="evidence_photo"),
]
