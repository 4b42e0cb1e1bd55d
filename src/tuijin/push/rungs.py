"""
Whom a matter is laid before, from the unit up to the city's leaders, as data.

The levels are published by name; which accounts of `ledger.roles` those are is our own rule, made
here. A `ClockRule` names its rung in `reaches`. What was taken to a rung stays before those below.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rung:
    """
    One rung of the ladder.

    Parameters
    ----------
    addressee
        As slips write it, of the `unit`, the `leader` of the project and the `place`.
    assigned
        Kinds of assignment (包联) to the project whose accounts stand here.
    roles
        Roles of `ledger.roles` whose accounts stand here: those of the place, or of the city.
    """

    code: str
    zh: str
    en: str
    addressee: str
    assigned: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


RUNGS: dict[str, Rung] = {
    rung.code: rung
    for rung in (
        Rung("unit", "责任单位", "Responsible unit", "{unit}", assigned=("officer",)),
        Rung("project_leader", "项目分管领导", "Leader in charge of the project", "{leader}",
             assigned=("leader",)),
        Rung("unit_head", "责任单位主要领导", "Head of the responsible unit", "{unit}主要领导",
             assigned=("department",)),
        Rung("place_leader", "联系（分管）旗县区领导", "County leader in charge",
             "{place}联系（分管）领导", roles=("place_leader",)),
        # The published levels end with the head of the county; that the city's leaders hear of it
        # then is our own rule.
        Rung("place_head", "旗县区主要领导", "Head of the county", "{place}主要领导",
             roles=("place_leader", "city_leader")),
        Rung("city_leader", "市领导", "The city's leaders", "市领导", roles=("city_leader",)),
    )
}  # fmt: skip


def up_to(code: str) -> list[str]:
    """Codes of a rung and of those below it."""
    codes = list(RUNGS)
    return codes[: codes.index(code) + 1]


def of_role(role: str) -> list[str]:
    """Codes of the rungs on which a role stands."""
    return [code for code, rung in RUNGS.items() if role in rung.roles]
