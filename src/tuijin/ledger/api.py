"""The ledger's part of the API: one resource for each of its nouns."""

from __future__ import annotations

from ninja import Router

from tuijin.ledger.api_corrections import figures, projects
from tuijin.ledger.api_corrections import router as corrections
from tuijin.ledger.api_imports import router as imports
from tuijin.ledger.rest.events import router as events
from tuijin.ledger.rest.places import router as places
from tuijin.ledger.rest.routes import build_router

router = Router()
router.add_router("/places", places)
router.add_router("/sources", build_router("source"))
router.add_router("/organisations", build_router("organisation"))
router.add_router("/parks", build_router("park"))
router.add_router("/projects", projects)
router.add_router("/plans", build_router("plan"))
router.add_router("/reports", build_router("report", to_create="report", to_change="report"))
router.add_router("/operating", build_router("operating", to_create="report", to_change="report"))
router.add_router("/stage-events", build_router("stage_event"))
router.add_router("/nodes", build_router("node"))
router.add_router("/evidence", build_router("evidence", to_create="report", to_change="edit"))
router.add_router("/vehicles", build_router("vehicle"))
router.add_router("/figures", figures)
router.add_router("/corrections", corrections)
router.add_router("/price-series", build_router("price_series"))
router.add_router("/prices", build_router("price"))
router.add_router("/price-links", build_router("price_link"))
router.add_router("/trail", events)
router.add_router("/imports", imports)
