"""Addresses of the see room."""

from __future__ import annotations

from django.urls import path

from tuijin.see import edit_views, entry_views, report_views, rule_views, views
from tuijin.see.tables import views as table_views

urlpatterns = [
    path("projects/", views.show_projects, name="projects"),
    path("projects/export.xlsx", views.export_projects, name="export_projects"),
    path("projects/oc4ids.json", views.export_oc4ids, name="export_oc4ids"),
    path("projects/new/", edit_views.add_project, name="add_project"),
    path("projects/change/", edit_views.change_many, name="change_projects"),
    path("projects/views/", views.save_view, name="save_view"),
    path("projects/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("projects/<int:project_id>/", views.show_project, name="project"),
    path("projects/<int:project_id>/edit/", edit_views.edit_project, name="edit_project"),
    path("projects/<int:project_id>/reports/", report_views.record_report, name="record_report"),
    path(
        "projects/<int:project_id>/operation/",
        report_views.record_operation,
        name="record_operation",
    ),
    path("reports/", report_views.show_reports, name="reports"),
    path("projects/<int:project_id>/reasons/", edit_views.record_reason, name="record_reason"),
    *(
        path(f"entries/{kind}/<int:entry_id>/", entry_views.build_view(kind), name=f"entry_{kind}")
        for kind in entry_views.MODELS
    ),
    path("tables/", table_views.show_tables, name="tables"),
    path("tables/new/", table_views.add_table, name="add_table"),
    path("tables/<int:layout_id>/", table_views.show_table, name="table"),
    path("tables/<int:layout_id>/figure/", table_views.show_figure, name="table_figure"),
    path("tables/<int:layout_id>/edit/", table_views.edit_table, name="edit_table"),
    path("tables/<int:layout_id>/delete/", table_views.delete_table, name="delete_table"),
    *(
        path(
            f"tables/<int:layout_id>/table.{form}",
            table_views.export_table,
            {"form": form},
            name=f"export_table_{form}",
        )
        for form in ("xlsx", "docx")
    ),
    path("map/", views.show_map, name="map"),
    path("indicators/", views.show_indicators, name="indicators"),
    path("rules/", rule_views.show_rules, name="rules"),
    path("rules/choose/", rule_views.choose_rulebook, name="choose_rulebook"),
]
