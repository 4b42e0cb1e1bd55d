"""The three column forms: where each tracker's release keeps what we need."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One tracker's columns. `release` is the release whose file has exactly these columns."""

    tracker: str
    title: str
    url: str
    release: str
    technology: tuple[str, str]
    industry: str  # GB/T 4754-2017
    strategic_industry: str | None
    unit_id: str
    name_en: str
    name_zh: str
    unit_name: str
    capacity: str
    province: str
    company: tuple[str, str]  # project company: English and Chinese column, "" where none
    holders: tuple[str, str]  # shareholders: English and Chinese column
    other_names: str
    place_clues: tuple[str, ...]  # columns with Chinese text that may name the place
    every_unit_named: bool  # the unit belongs in the name even where the plant has only one


_COUNTY = "Local area (taluk, county)"
_PREFECTURE = "Major area (prefecture, district)"

FORMS = (
    Form(
        tracker="wind",
        title="Global Wind Power Tracker",
        url="https://globalenergymonitor.org/projects/global-wind-power-tracker/",
        release="2023-05",
        technology=("风电", "wind"),
        industry="4415",
        strategic_industry="energy",
        unit_id="GEM phase ID",
        name_en="Project Name",
        name_zh="Project Name in Local Language / Script",
        unit_name="Phase Name",
        capacity="Capacity (MW)",
        province="State/Province",
        company=("Operator", "Operator Name in Local Language / Script"),
        holders=("Owner", "Owner Name in Local Language / Script"),
        other_names="Other Name(s)",
        place_clues=(
            "Project Name in Local Language / Script",
            "Operator Name in Local Language / Script",
        ),
        every_unit_named=False,
    ),
    Form(
        tracker="coal",
        title="Global Coal Plant Tracker",
        url="https://globalenergymonitor.org/projects/global-coal-plant-tracker/",
        release="2023-07",
        technology=("煤电", "coal"),
        industry="4411",
        strategic_industry=None,
        unit_id="GEM unit/phase ID",
        name_en="Plant name",
        name_zh="Plant name (local)",
        unit_name="Unit name",
        capacity="Capacity (MW)",
        province="Subnational unit (province, state)",
        company=("Owner", ""),
        holders=("Parent", ""),
        other_names="Plant name (other)",
        place_clues=("Plant name (local)", "Plant name (other)"),
        every_unit_named=True,
    ),
    Form(
        tracker="gas",
        title="Global Gas Plant Tracker",
        url="https://globalenergymonitor.org/projects/global-gas-plant-tracker/",
        release="2023-02",
        technology=("气电", "gas"),
        industry="4411",
        strategic_industry=None,
        unit_id="GEM unit ID",
        name_en="Plant name",
        name_zh="Plant name (local script)",
        unit_name="Unit name",
        capacity="Capacity elec. (MW)",
        province="Subnational unit (province, state)",
        company=("Owner", ""),
        holders=("Parent", ""),
        other_names="Other plant names",
        place_clues=("Plant name (local script)", "Other plant names"),
        every_unit_named=True,
    ),
)


def find_form(header: tuple[str, ...]) -> Form | None:
    """The form all of whose own columns the header has."""
    titles = set(header)
    for form in FORMS:
        needed = {form.unit_id, form.name_en, form.name_zh, form.unit_name, form.capacity,
                  form.province, *form.company, *form.holders, form.other_names,
                  *form.place_clues, "Status", "Start year", "Latitude", "Longitude",
                  "Location accuracy", _COUNTY, _PREFECTURE}  # fmt: skip
        if needed - {""} <= titles:
            return form
    return None
