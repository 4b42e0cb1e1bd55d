"""The room's part of the API: meetings and their stops."""

from __future__ import annotations

from ninja import Router

from tuijin.ledger.rest.routes import build_router

router = Router()
router.add_router("/meetings", build_router("meeting"))
router.add_router("/stops", build_router("stop"))
