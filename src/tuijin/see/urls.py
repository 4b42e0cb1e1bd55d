"""Addresses of the see room."""

from __future__ import annotations

from django.urls import path

from tuijin.see import edit_views, rule_views, views

urlpatterns = [
    path("projects/", views.show_projects, name="projects"),
    path("projects/export.xlsx", views.export_projects, name="export_projects"),
    path("projects/new/", edit_views.add_project, name="add_project"),
    path("projects/change/", edit_views.change_many, name="change_projects"),
    path("projects/views/", views.save_view, name="save_view"),
    path("projects/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("projects/<int:project_id>/", views.show_project, name="project"),
    path("projects/<int:project_id>/edit/", edit_views.edit_project, name="edit_project"),
    path("projects/<int:project_id>/reports/", edit_views.record_report, name="record_report"),
    path("projects/<int:project_id>/reasons/", edit_views.record_reason, name="record_reason"),
    path("map/", views.show_map, name="map"),
    path("indicators/", views.show_indicators, name="indicators"),
    path("rules/", rule_views.show_rules, name="rules"),
    path("rules/choose/", rule_views.choose_rulebook, name="choose_rulebook"),
]
