"""Addresses of the push room."""

from __future__ import annotations

from django.urls import path

from tuijin.push import (
    flag_views,
    inbox_views,
    limit_views,
    map_views,
    officer_views,
    slip_views,
    views,
    yield_views,
)

urlpatterns = [
    path("today/", views.show_today, name="today"),
    path("issues/", views.show_board, name="issues"),
    path("mine/", views.show_mine, name="mine"),
    path("issues/calendar/", views.show_calendar, name="issue_calendar"),
    path("issues/ranking/", views.show_ranking, name="issue_ranking"),
    path("issues/map/", map_views.show_map, name="issue_map"),
    path("issues/limits/", limit_views.show_limits, name="limits"),
    path("issues/limits/choose/", limit_views.choose_limits, name="choose_limits"),
    path("issues/new/", views.create_issue, name="create_issue"),
    path("issues/<int:issue_id>/", views.show_issue, name="issue"),
    path("issues/<int:issue_id>/pause/", views.pause_issue, name="pause_issue"),
    path("issues/<int:issue_id>/resume/", views.resume_issue, name="resume_issue"),
    *(
        path(f"issues/<int:issue_id>/{code}/", view, name=f"issue_{code}")
        for code, view in views.STEP_VIEWS.items()
    ),
    *(
        path(f"slips/<int:slip_id>.{form}", slip_views.show_slip, {"form": form}, f"slip_{form}")
        for form in slip_views.FORMS
    ),
    path("slips/<int:slip_id>/receive/", slip_views.receive_slip, name="receive_slip"),
    path("funnel/", yield_views.show_funnel, name="funnel"),
    path("flags/", flag_views.show_flags, name="flags"),
    path("flags/refresh/", flag_views.refresh_flags, name="refresh_flags"),
    path("flags/<int:flag_id>/propose/", flag_views.propose_issue, name="propose_flag"),
    path("officers/", officer_views.show_officers, name="officers"),
    path("projects/<int:project_id>/assign/", officer_views.assign_project, name="assign_project"),
    path("projects/<int:project_id>/visit/", officer_views.record_visit, name="record_visit"),
    path("assignments/<int:assignment_id>/relieve/", officer_views.relieve, name="relieve"),
    path("inbox/", inbox_views.show_inbox, name="inbox"),
    path("inbox/read/", inbox_views.mark_read, name="mark_read"),
    path("inbox/choices/", inbox_views.edit_choices, name="notice_choices"),
    path("inbox/feed/", inbox_views.make_feed, name="make_feed"),
    path("calendar/<str:token>.ics", inbox_views.show_feed, name="calendar_feed"),
]
