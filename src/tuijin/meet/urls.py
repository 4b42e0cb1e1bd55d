"""Addresses of the meet room."""

from __future__ import annotations

from django.urls import path

from tuijin.meet import deciding_views, document_views, touring_views, views

urlpatterns = [
    path("meetings/", views.show_meetings, name="meetings"),
    path("meetings/new/", views.create_meeting, name="create_meeting"),
    path("meetings/<int:meeting_id>/", views.show_meeting, name="meeting"),
    path("meetings/<int:meeting_id>/edit/", views.edit_meeting, name="edit_meeting"),
    path("meetings/<int:meeting_id>/order/", views.order_stops, name="order_stops"),
    path("meetings/<int:meeting_id>/stops/", views.add_stop, name="add_stop"),
    path("meetings/<int:meeting_id>/voting/", views.set_voting, name="set_voting"),
    path("meetings/<int:meeting_id>/tour/", touring_views.show_tour, name="tour"),
    path("meetings/<int:meeting_id>/vote/", touring_views.vote, name="vote"),
    path("meetings/<int:meeting_id>/ranking/", touring_views.show_ranking, name="ranking"),
    path("meetings/<int:meeting_id>/decisions/", deciding_views.add_decision, name="add_decision"),
    path("meetings/<int:meeting_id>/pack/", document_views.show_pack, name="pack"),
    path("meetings/<int:meeting_id>/brief/", document_views.show_brief, name="brief"),
    *(
        path(
            f"meetings/<int:meeting_id>/{kind}.{form}",
            document_views.export_document,
            {"kind": kind, "form": form},
            name=f"{kind}_{form}",
        )
        for kind in document_views.KINDS
        for form in document_views.FORMS
    ),
    path("stops/<int:stop_id>/", views.show_stop, name="stop"),
    path("stops/<int:stop_id>/change/", views.change_stop, name="change_stop"),
    path("stops/<int:stop_id>/comments/", touring_views.add_comment, name="add_comment"),
]
