"""Addresses of the plan room."""

from __future__ import annotations

from django.urls import path

from tuijin.plan import price_views, views

urlpatterns = [
    path("materials/", views.show_materials, name="materials"),
    path("markets/", price_views.show_markets, name="markets"),
    path("markets/digest.docx", price_views.export_digest, name="price_digest"),
    path("markets/<int:series_id>/", price_views.show_series, name="price_series"),
    path("markets/<int:series_id>/prices/", price_views.enter_price, name="enter_price"),
]
