"""Order the stops of a visit: who is seen when, on which day, with how little driving."""

from tuijin.engines.route.tours import Day, Leg, Stop, Tour, TourStatus, plan_tour, time_tour
from tuijin.engines.route.travel import ASSUMED_ROADS, Roads, great_circle_km, travel_minutes

__all__ = [
    "ASSUMED_ROADS", "Day", "Leg", "Roads", "Stop", "Tour", "TourStatus", "great_circle_km",
    "plan_tour", "time_tour", "travel_minutes",
]  # fmt: skip
