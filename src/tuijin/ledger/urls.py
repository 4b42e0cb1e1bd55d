"""Addresses of the ledger room."""

from __future__ import annotations

from django.urls import path

from tuijin.ledger import correction_views, evidence_views, import_views

urlpatterns = [
    path(
        "projects/<int:project_id>/evidence/",
        evidence_views.attach_evidence,
        name="attach_evidence",
    ),
    path("evidence/<int:file_id>/file", evidence_views.download_evidence, name="evidence_file"),
    path("evidence/<int:file_id>/photo", evidence_views.show_photo, name="evidence_photo"),
    path("corrections/", correction_views.show_corrections, name="corrections"),
    path(
        "corrections/<int:correction_id>/approve/",
        correction_views.approve,
        name="approve_correction",
    ),
    path(
        "corrections/<int:correction_id>/reject/", correction_views.reject, name="reject_correction"
    ),
    path(
        "corrections/of/<slug:batch>/<slug:decision>/",
        correction_views.decide_batch,
        name="decide_corrections",
    ),
    path(
        "figures/<int:figure_id>/correct/", correction_views.correct_figure, name="correct_figure"
    ),
    path("imports/", import_views.imports, name="imports"),
    path("imports/template", import_views.download_template, name="import_template"),
    path("imports/<uuid:batch_id>/", import_views.import_batch, name="import_batch"),
    path("imports/<uuid:batch_id>/mapping", import_views.map_import, name="map_import"),
    path("imports/<uuid:batch_id>/accept", import_views.accept_import, name="accept_import"),
    path("imports/<uuid:batch_id>/discard", import_views.discard_import, name="discard_import"),
    path(
        "imports/<uuid:batch_id>/refusals", import_views.download_refusals, name="import_refusals"
    ),
]
