"""Colours with a meaning, for charts and maps; the style sheet holds the same."""

from __future__ import annotations

LIGHT_COLOURS = {"green": "#1a7a4c", "yellow": "#e8a317", "red": "#b3261e", "": "#8d99a6"}
LIGHT_SHAPES = {"green": "circle", "yellow": "triangle", "red": "square", "": "diamond"}
VERDICT_COLOURS = {
    "HOLDS": "#1a7a4c",
    "FALLS SHORT": "#b3261e",
    "UNDECIDED": "#c9822b",
    "": "#8d99a6",
}
# From grey (an idea) through blue (work) to green (yield), even in lightness for greyscale.
STAGE_COLOURS = {
    "planned": "#b6bfc8",
    "negotiating": "#a3aeb9",
    "signed": "#c9a35a",
    "landed": "#c9822b",
    "started": "#8fb8dc",
    "building": "#4a8bc2",
    "completed": "#1f5f99",
    "producing": "#6fb394",
    "at_capacity": "#3a8a66",
    "yielding": "#1a5c40",
    "": "#d5dbe1",
}
