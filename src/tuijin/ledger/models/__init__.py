"""What is on record."""

from tuijin.ledger.models.access import (
    AccountChange,
    ApiToken,
    KeptAnswer,
    SignInFailure,
    UserSession,
)
from tuijin.ledger.models.corrections import FigureCorrection
from tuijin.ledger.models.figures import Evidence, EvidenceFile, Figure, Vehicle
from tuijin.ledger.models.imports import ImportBatch, RememberedMapping
from tuijin.ledger.models.people import User
from tuijin.ledger.models.places import Park, Place, PlaceBoundary
from tuijin.ledger.models.prices import Price, PriceLink, PriceSeries
from tuijin.ledger.models.progress import (
    AnnualPlan,
    Node,
    OperatingRecord,
    ProgressReport,
    StageEvent,
)
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.rules import NodeRule, PublishedRule, Rulebook, RulebookChoice
from tuijin.ledger.models.sources import Organisation, Source
from tuijin.ledger.models.tallies import Tally
from tuijin.ledger.models.trail import TrailEvent, TrailHead

__all__ = [
    "AccountChange",
    "AnnualPlan",
    "ApiToken",
    "Evidence",
    "EvidenceFile",
    "Figure",
    "FigureCorrection",
    "ImportBatch",
    "KeptAnswer",
    "Node",
    "NodeRule",
    "OperatingRecord",
    "Organisation",
    "Park",
    "Place",
    "PlaceBoundary",
    "Price",
    "PriceLink",
    "PriceSeries",
    "ProgressReport",
    "Project",
    "PublishedRule",
    "RememberedMapping",
    "Rulebook",
    "RulebookChoice",
    "SignInFailure",
    "Source",
    "StageEvent",
    "Tally",
    "TrailEvent",
    "TrailHead",
    "User",
    "UserSession",
    "Vehicle",
]
